// Makes everything reachable by the keyboard.

import { call } from "./api.js";
import { go } from "./app.js";
import { agent, doing, failureWords, h, pill } from "./dom.js";
import { moveInRows } from "./lists.js";

const shortcuts = [
  ["⌘K or Ctrl K", "Find a task or do something"], ["/", "Filter"], ["j  k", "Next, last"],
  ["Enter", "Open"], ["b", "Board"], ["a", "All tasks"], ["n", "New task"], ["c", "Cancel this task"],
  ["e", "Edit this task"], ["m", "Write to the agent"], ["g", "Latest of the stream"], ["?", "This help"], ["Esc", "Close"],
];

export function watchKeys(view) {
  addEventListener("keydown", (event) => {
    if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      return openPalette();
    }
    if (event.metaKey || event.ctrlKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target.closest("input, textarea, select")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const own = view()?.keys?.[event.key];
    const work = own ?? {
      "/": focusFilter, "?": showHelp, j: () => moveInRows(1), k: () => moveInRows(-1),
      b: () => go("/"), a: () => go("/table"), n: () => go("/new"),
    }[event.key];
    if (!work) return;
    event.preventDefault();
    work();
  });
}

function focusFilter() {
  if (!document.getElementById("filter")) go("/table");
  document.getElementById("filter")?.focus();
}

export function dialog(title, ...content) {
  const element = h("dialog", { "aria-label": title, onclose: () => element.remove() },
    h("div", { class: "body" }, h("h2", {}, title), ...content));
  document.body.append(element);
  element.showModal();
  return element;
}

/** Asks for what some fields take, then does something; it stays open, and says why, if that fails. */
export function ask(title, button, work, ...fields) {
  const sure = h("button", { type: "submit", class: "main" }, button);
  const fault = h("div", { class: "fault", role: "alert" });
  const element = dialog(title, h("form", { onsubmit: (event) => {
    event.preventDefault();
    doing(sure, async () => {
      try {
        await work();
        element.close();
      } catch (error) {
        fault.textContent = failureWords(error);
      }
    });
  } }, ...fields, fault,
  h("div", { class: "row" }, sure, h("button", { type: "button", onclick: () => element.close() }, "Leave it"))));
  element.querySelector("textarea, input, select")?.focus();
  return element;
}

function showHelp() {
  dialog("Keyboard", h("dl", { class: "keys" }, shortcuts.map(([key, what]) =>
    [h("dt", {}, h("kbd", {}, key)), h("dd", {}, what)])),
  h("form", { method: "dialog" }, h("button", {}, "Close")));
}

/** Finds tasks by text, and offers the pages. */
export function openPalette() {
  if (document.querySelector("dialog[open]")) return;
  const places = [["Board", "/"], ["All tasks", "/table"], ["New task", "/new"]];
  const list = h("ul", { class: "rows choices", role: "listbox", id: "choices", "aria-label": "Found" });
  const input = h("input", { type: "search", placeholder: "Find a task or a page", "aria-label": "Find",
    role: "combobox", "aria-expanded": "true", "aria-controls": "choices", autocomplete: "off" });
  const element = dialog("Find", input, list);
  let chosen = 0;
  let asked = 0;
  function choose(to) {
    const items = [...list.children];
    chosen = Math.max(0, Math.min(items.length - 1, to));
    items.forEach((item, index) => item.setAttribute("aria-selected", index === chosen));
    items[chosen]?.scrollIntoView({ block: "nearest" });
  }
  const item = (path, ...content) => h("li", { role: "option", data: { path },
    onclick: () => { element.close(); go(path); } }, ...content);
  async function search() {
    const text = input.value.trim();
    const mine = ++asked;
    const found = places.filter(([name]) => name.toLowerCase().includes(text.toLowerCase()))
      .map(([name, path]) => item(path, name));
    let tasks = [];
    if (text) tasks = (await call("tasks_list", { query: text, limit: 8 }).catch(() => ({ items: [] }))).items;
    if (mine !== asked) return;
    list.replaceChildren(...found, ...tasks.map((task) =>
      item(`/tasks/${task.name}`, agent("span", task.title || task.name), pill(task.status))));
    choose(0);
  }
  input.addEventListener("input", search);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(chosen + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter") {
      event.preventDefault();
      list.children[chosen]?.click();
    }
  });
  search();
  input.focus();
}
