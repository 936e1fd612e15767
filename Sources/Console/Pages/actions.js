// Does things to a task: cancel, answer, write, continue, review, retry, as far as there are tools.

import { call } from "./api.js";
import { can, go } from "./app.js";
import { agent, doing, h, isOver, toast } from "./dom.js";
import { dialog } from "./keys.js";

export function cancel(task) {
  const reason = h("input", { name: "reason", maxLength: 300, autocomplete: "off" });
  const sure = h("button", { type: "submit", class: "bad" }, "Cancel the task");
  const element = dialog(`Cancel “${task.title}”?`, h("form", { onsubmit: (event) => {
    event.preventDefault();
    doing(sure, async () => {
      await call("tasks_cancel", { task_id: task.id, ...(reason.value ? { reason: reason.value } : {}) });
      element.close();
    });
  } }, h("p", {}, "It ends with every process it started. What it did stays."),
  h("label", {}, "Why (for the record)", reason),
  h("div", { class: "row" }, sure, h("button", { type: "button", onclick: () => element.close() }, "Keep it"))));
  reason.focus();
}

/** Asks for a text, then does something with it. */
function ask(title, label, button, work, first = "") {
  const text = h("textarea", { required: true, rows: 5, value: first });
  const sure = h("button", { type: "submit", class: "main" }, button);
  const element = dialog(title, h("form", { onsubmit: (event) => {
    event.preventDefault();
    doing(sure, async () => { await work(text.value, element); element.close(); });
  } }, h("label", {}, label, text),
  h("div", { class: "row" }, sure, h("button", { type: "button", onclick: () => element.close() }, "Cancel"))));
  text.focus();
  return element;
}

export function retry(task, reason = "") {
  ask("Try again", "What should be different? The agent is told.", "Retry", async (text) => {
    await call("tasks_retry", { task_id: task.id, reason: text });
    toast("A new attempt is queued.");
  }, reason);
}

function goOn(task, mode) {
  ask(mode === "fork" ? "Fork into a new task" : "Continue in a new task", "What is to be done next?", "Create", async (text) => {
    const made = await call("tasks_continue", { from_task_id: task.id, brief: text, mode });
    go(`/tasks/${made.name ?? made.id}`);
  });
}

function review(task, accepted) {
  ask(accepted ? "Accept the result" : "Reject the result", "Comments", accepted ? "Accept" : "Reject", async (text) => {
    await call("tasks_verify", { task_id: task.id, accepted, comments: text });
  }, accepted ? "Looks good." : "");
}

/** Gives the buttons that make sense for a task as it stands. */
export function actionRow(task) {
  const button = (text, work, name = "") => h("button", { type: "button", class: name, onclick: work }, text);
  const isEnded = isOver(task.status);
  return h("div", { class: "row actions" },
    isEnded ? null : task.cancelRequestedAt ? h("button", { type: "button", disabled: true }, "Cancelling…")
      : button("Cancel", () => cancel(task), "bad"),
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
