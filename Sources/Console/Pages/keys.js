// Makes everything reachable by the keyboard.

import { call } from "./api.js";
import { dialog } from "./dialogs.js";
import { agent, h, pill, titleOf } from "./dom.js";
import { moveInRows } from "./lists.js";
import { go } from "./moves.js";

/** Names a key pressed with the one that makes commands here. */
export const combined = (key) => (/Mac|iPhone|iPad/.test(navigator.platform) ? `⌘${key}` : `Ctrl ${key}`);

const shortcuts = [
  [combined("K"), "Find a task or a page"], ["/", "Filter"], ["j", "Next in the list"], ["k", "Last in the list"],
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

function showHelp() {
  dialog("Keyboard", h("dl", { class: "keys" }, shortcuts.map(([key, what]) =>
    [h("dt", {}, h("kbd", {}, key)), h("dd", {}, what)])),
  h("form", { method: "dialog", class: "row" }, h("button", {}, "Close")));
}

/** Finds tasks by text, and offers the pages. */
export function openPalette() {
  if (document.querySelector("dialog[open]")) return;
  const places = [["Board", "/"], ["All tasks", "/table"], ["New task", "/new"], ["Bin", "/bin"]];
  const list = h("ul", { class: "rows choices", role: "listbox", id: "choices", "aria-label": "Found" });
  const input = h("input", { type: "search", placeholder: "Find a task or a page", "aria-label": "Find",
    role: "combobox", "aria-expanded": "true", "aria-controls": "choices", autocomplete: "off" });
  const element = dialog("Find", input, list);
  let chosen = 0;
  let asked = 0;
  function choose(to) {
    const items = [...list.children];
    chosen = Math.max(0, Math.min(items.length - 1, to));
    items.forEach((item, index) => Object.assign(item, { id: `choice-${index}`, ariaSelected: String(index === chosen) }));
    input.setAttribute("aria-activedescendant", `choice-${chosen}`);
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
      item(`/tasks/${task.name}`, agent("span", titleOf(task)), pill(task.status))));
    if (list.childElementCount === 0) list.append(h("li", { class: "dim small", role: "option", "aria-disabled": "true" }, "Nothing is found."));
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
