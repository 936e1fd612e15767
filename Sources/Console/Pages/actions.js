// Does things to a task, as far as there are tools: cancel, answer, write, continue.

import { call } from "./api.js";
import { can, go } from "./app.js";
import { agent, doing, failureWords, h, isOver, put } from "./dom.js";
import { ask } from "./keys.js";
import { edit, profiles, retry, review } from "./review.js";

export function cancel(task) {
  const reason = h("input", { name: "reason", maxLength: 300, autocomplete: "off" });
  ask(`Cancel “${task.title}”?`, "Cancel the task",
    () => call("tasks_cancel", { task_id: task.id, ...(reason.value ? { reason: reason.value } : {}) }),
    h("p", {}, "It ends with every process it started. What it did stays."),
    h("label", {}, "Why (for the record)", reason)).querySelector("[type=submit]").className = "bad";
}

/** Goes on with what is done, in a new task: in the same conversation and place, or in copies. */
async function goOn(task, mode) {
  const text = h("textarea", { required: true, rows: 5 });
  const how = h("select", {}, h("option", { value: "extend", selected: mode === "extend" }, "in the same conversation, branch and workspace"),
    h("option", { value: "fork", selected: mode === "fork" }, "in copies of them; the source stays as it is"));
  const title = h("input", { maxLength: 200, autocomplete: "off", placeholder: "made from the text" });
  const [profile, attempts] = await Promise.all([profiles(`${task.profile}, as before`),
    call("tasks_attempts_list", { task_id: task.id, max_bytes: 40000 }).catch(() => ({ items: [] }))]);
  const source = attempts.items.find((one) => one.attemptN === task.acceptedAttemptN) ?? attempts.items.at(-1);
  const isKept = source?.session?.resumable === true;
  const anew = h("input", { type: "checkbox", checked: !isKept, disabled: !isKept });
  ask("Go on in a new task", "Create", async () => {
    const made = await call("tasks_continue", { from_task_id: task.id, brief: text.value, mode: how.value,
      ...(title.value ? { title: title.value } : {}), ...(profile.value ? { profile: profile.value } : {}),
      ...(anew.checked ? { session: "new" } : {}) });
    go(`/tasks/${made.name ?? made.id}`);
  }, h("label", {}, "What is to be done next?", text), h("label", {}, "It goes on", how),
  h("details", {}, h("summary", {}, "More"), h("div", { class: "body" },
    h("label", {}, "Title", title), h("label", {}, "Run by ", h("span", { class: "hint" }, "another is handed a briefing"), profile),
    h("label", { class: "row" }, anew, "Start a new conversation from a briefing"))),
  isKept ? null : h("p", { class: "dim small" }, "Its conversation was not kept: the agent starts anew, from a briefing."));
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

/**
 * Writes to the agent while it runs; what it has not heard yet stands there and can be taken back.
 * `show(task)` keeps that list true, and what is being written as it is.
 */
export function messageBox(task) {
  const text = h("textarea", { id: "message", rows: 2, placeholder: "Write to the agent", "aria-label": "Message to the agent" });
  const waiting = h("ul", { class: "waiting", "aria-label": "Not heard yet" });
  const fault = h("p", { class: "dim small", role: "status" });
  const send = (when) => (event) => doing(event.currentTarget, async () => {
    if (!text.value.trim()) return text.focus();
    try {
      await call("tasks_respond", { task_id: task.id, message: text.value, when });
      [text.value, fault.textContent] = ["", ""];
    } catch (error) {
      fault.textContent = failureWords(error);
    }
    return undefined;
  });
  const takeBack = (sendId) => (event) => doing(event.currentTarget, () =>
    call("tasks_respond", { task_id: task.id, cancel_send_id: sendId }));
  const item = (one) => h("li", { class: "row" },
    h("span", { class: "pill" }, one.when === "interrupt" ? "interrupts" : "after this turn"),
    agent("span", one.text, { class: "grow" }),
    h("button", { type: "button", class: "link small", onclick: takeBack(one.sendId) }, "Withdraw"));
  const element = h("div", { class: "send" }, waiting, text, h("div", { class: "row" },
    h("button", { type: "button", class: "main", onclick: send("after_turn") }, "Send after this turn"),
    h("button", { type: "button", onclick: send("interrupt") }, "Interrupt and send")), fault);
  function show(now) {
    const queued = now.queuedMessages ?? [];
    put(waiting, queued.map(item));
    waiting.hidden = queued.length === 0;
  }
  show(task);
  return { element, show };
}
