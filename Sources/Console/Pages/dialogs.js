// Asks in a window over the page.

import { doing, failureWords, h } from "./dom.js";

export function dialog(title, ...content) {
  const before = document.activeElement?.getBoundingClientRect();
  const element = h("dialog", { "aria-label": title, onclose: () => {
    element.remove();
    // What had the focus before may be gone.
    if (document.activeElement === document.body) document.getElementById("main").focus({ preventScroll: true });
  } },
    h("div", { class: "body" }, h("h2", {}, title), ...content));
  document.body.append(element);
  element.showModal();
  // Inside a conversation the page may be much taller than what is seen of it.
  if (document.body.matches(".inchat")) {
    const room = Math.max(8, innerHeight - element.offsetHeight - 8);
    Object.assign(element.style, { marginTop: `${Math.min(room, Math.max(8, (before?.top ?? 0) - 40))}px` });
  }
  return element;
}

/** Asks for what some fields take, then does something; it stays open, and says why, if that fails. */
export function ask(title, button, work, ...fields) {
  const fault = h("div", { class: "fault", role: "alert" });
  const sure = h("button", { type: "button", class: "main", onclick: send }, button);
  // Is never submitted: a page inside a conversation may not be allowed to.
  const form = h("form", { onsubmit: (event) => event.preventDefault(), onkeydown: (event) => {
    if (event.key !== "Enter" || !event.target.matches("input")) return;
    event.preventDefault();
    send();
  } }, ...fields, fault,
  h("div", { class: "row" }, sure, h("button", { type: "button", onclick: () => element.close() }, "Leave it")));
  const element = dialog(title, form);

  function send() {
    if (sure.disabled || !form.reportValidity()) return;
    doing(sure, async () => {
      try {
        await work();
        element.close();
      } catch (error) {
        fault.textContent = failureWords(error);
      }
    });
  }
  element.querySelector("textarea, input, select")?.focus();
  return element;
}
