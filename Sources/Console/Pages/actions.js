// Does things to a task, as far as there are tools: cancel, answer, write, continue.

import { call } from "./api.js";
import { can, go } from "./app.js";
import { agent, doing, h, isOver, toast } from "./dom.js";
import { ask } from "./keys.js";
import { edit, retry, review } from "./review.js";

export function cancel(task) {
  const reason = h("input", { name: "reason", maxLength: 300, autocomplete: "off" });
  ask(`Cancel “${task.title}”?`, "Cancel the task",
    () => call("tasks_cancel", { task_id: task.id, ...(reason.value ? { reason: reason.value } : {}) }),
    h("p", {}, "It ends with every process it started. What it did stays."),
    h("label", {}, "Why (for the record)", reason)).querySelector("[type=submit]").className = "bad";
}

function goOn(task, mode) {
  const text = h("textarea", { required: true, rows: 5 });
  ask(mode === "fork" ? "Fork into a new task" : "Continue in a new task", "Create", async () => {
    const made = await call("tasks_continue", { from_task_id: task.id, brief: text.value, mode });
    go(`/tasks/${made.name ?? made.id}`);
  }, h("label", {}, "What is to be done next?", text));
}

/** Gives the buttons that make sense for a task as it stands. */
export function actionRow(task) {
  const button = (text, work, name = "") => h("button", { type: "button", class: name, onclick: work }, text);
  const isEnded = isOver(task.status);
  return h("div", { class: "row actions" },
    isEnded ? null : task.cancelRequestedAt ? h("button", { type: "button", disabled: true }, "Cancelling…")
      : button("Cancel", () => cancel(task), "bad"),
    can("tasks_update") ? button("Edit", () => edit(task)) : null,
    isEnded && can("tasks_retry") ? button("Retry", () => retry(task)) : null,
    isEnded && can("tasks_continue") && task.attemptCount > 0 ? [button("Continue", () => goOn(task, "extend")), button("Fork", () => goOn(task, "fork"))] : null,
    task.status === "completed" && can("tasks_verify") ? [button("Accept", () => review(task, true)), button("Reject", () => review(task, false))] : null);
}

/** Shows an open question with what may be answered. */
export function questionCard(task, request) {
  const answer = (body) => (event) => doing(event.currentTarget, () =>
    call("tasks_respond", { task_id: task.id, request_id: request.requestId, ...body() }));
  const text = h("textarea", { "aria-label": "Answer", rows: 2 });
  const permission = request.permission;
  const mayAnswer = can("tasks_respond");
  const choices = permission
    ? [["Allow", "allow", "main"], ["Always allow", "allow_always", ""], ["Deny", "deny", "bad"]]
      .filter(([, decision]) => request.options.includes(decision)).map(([word, decision, name]) =>
      h("button", { type: "button", class: name, onclick: answer(() => ({ decision })) }, word))
    : (request.options ?? []).map((option) => h("button", { type: "button", onclick: answer(() => ({ option })) }, agent("span", option)));
  return h("section", { class: "card panel question", "aria-label": "Question", data: { request: request.requestId } },
    h("h2", {}, permission ? "Asks for leave" : "Asks"), agent("p", request.question),
    permission?.arguments === undefined ? null : agent("pre", JSON.stringify(permission.arguments, null, 2)),
    mayAnswer ? h("div", { class: "options" }, choices) : h("p", { class: "dim small" }, "It cannot be answered here yet."),
    mayAnswer && !permission ? [text, h("div", { class: "row" }, h("button", { type: "button", class: "main",
      onclick: answer(() => ({ answer: text.value })) }, "Answer"))] : null);
}

/** Writes to the agent while it runs. */
export function messageBox(task) {
  if (!can("tasks_respond")) return null;
  const text = h("textarea", { id: "message", rows: 2, placeholder: "Write to the agent", "aria-label": "Message to the agent" });
  const send = (when) => (event) => doing(event.currentTarget, async () => {
    if (!text.value.trim()) return text.focus();
    await call("tasks_respond", { task_id: task.id, message: text.value, when });
    text.value = "";
    toast(when === "interrupt" ? "Sent; the agent stops for it." : "Sent; the agent reads it after this turn.");
  });
  return h("div", { class: "send" }, text, h("div", { class: "row" },
    h("button", { type: "button", class: "main", onclick: send("after_turn") }, "Send after this turn"),
    h("button", { type: "button", onclick: send("interrupt") }, "Interrupt and send")));
}
