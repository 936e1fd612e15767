// Answers what a task asks, and says something to its agent.

import { call } from "./api.js";
import { agent, doing, failureWords, h, put } from "./dom.js";
import { can } from "./session.js";

const nothing = () => {};

/** Shows an open question with what may be answered; `then` looks at what came of it. */
export function questionCard(task, request, then = nothing) {
  const answer = (body) => (event) => doing(event.currentTarget, async () => {
    await call("tasks_respond", { task_id: task.id, request_id: request.requestId, ...body() });
    await then();
  });
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
export function messageBox(task, then = nothing) {
  const text = h("textarea", { id: "message", rows: 2, placeholder: "Write to the agent", "aria-label": "Message to the agent" });
  const waiting = h("ul", { class: "waiting", "aria-label": "Not heard yet" });
  const fault = h("p", { class: "dim small", role: "status" });
  const send = (when) => (event) => doing(event.currentTarget, async () => {
    if (!text.value.trim()) return text.focus();
    try {
      await call("tasks_respond", { task_id: task.id, message: text.value, when });
      [text.value, fault.textContent] = ["", ""];
      await then();
    } catch (error) {
      fault.textContent = failureWords(error);
    }
    return undefined;
  });
  const takeBack = (sendId) => (event) => doing(event.currentTarget, async () => {
    await call("tasks_respond", { task_id: task.id, cancel_send_id: sendId });
    await then();
  });
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
