// Answers what a task asks, and says something to its agent.

import { call } from "./api.js";
import { agent, doing, failureWords, h, put } from "./dom.js";
import { fieldsOf } from "./fields.js";
import { can } from "./session.js";

const nothing = () => {};

/** Shows an open question with what may be answered; `then` looks at what came of it. */
export function questionCard(task, request, then = nothing) {
  const answer = (body) => (event) => doing(event.currentTarget, async () => {
    const said = body();
    if (!said) return;
    await call("tasks_respond", { task_id: task.id, request_id: request.requestId, ...said });
    await then();
  });
  const { permission, schema, options = [] } = request;
  // Several questions stand once: each beside its own field.
  const parts = !permission && !options.length && schema?.type === "object" ? schema.properties : undefined;
  const isTold = parts && Object.values(parts).every((part) => part.description && request.question.includes(part.description));
  const button = (word, name, body) => h("button", { type: "button", class: name, onclick: answer(body) }, agent("span", word));

  function choices() {
    if (permission) {
      return [["Allow", "allow", "main"], ["Always allow", "allow_always", ""], ["Deny", "deny", "bad"]]
        .filter(([, decision]) => options.includes(decision)).map(([word, decision, name]) => button(word, name, () => ({ decision })));
    }
    return options.map((option) => button(option, "", () => ({ option })));
  }

  /** Takes words of one's own where nothing is to be chosen from, or several parts of an answer. */
  function words() {
    if (permission || options.length) return null;
    if (parts) {
      const fields = fieldsOf(schema);
      return [fields.element, h("div", { class: "row" }, button("Answer", "main", () => {
        const given = fields.read();
        return given && { answer: given };
      }))];
    }
    const text = h("textarea", { "aria-label": "Answer", rows: 2 });
    return [text, h("div", { class: "row" }, button("Answer", "main", () => (text.value.trim() ? { answer: text.value } : text.focus())))];
  }
  return h("section", { class: "card panel question", "aria-label": "Question", data: { request: request.requestId } },
    h("h2", {}, permission ? "Asks for leave" : "Asks"), isTold ? null : agent("p", request.question, { class: "asked" }),
    permission?.arguments === undefined ? null : agent("pre", JSON.stringify(permission.arguments, null, 2)),
    can("tasks_respond") ? [h("div", { class: "options" }, choices()), words()] : h("p", { class: "dim small" }, "It cannot be answered here yet."));
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
