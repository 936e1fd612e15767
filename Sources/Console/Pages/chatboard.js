// Lists the tasks inside a conversation.

import { call } from "./api.js";
import { count, failureWords, h, isOver } from "./dom.js";
import { fill } from "./lists.js";

const parts = [
  ["Needs you", (task) => task.status === "input_required"],
  ["Running", (task) => task.status === "running" || task.status === "dispatched"],
  ["Queued", (task) => task.status === "queued" || task.status === "waiting"],
  ["Finished", (task) => isOver(task.status)],
];

/** Shows the tasks of a first page at once, if there is one; `refresh` tells whether any changed. */
export function chatBoard(first) {
  const lists = parts.map(([title]) => h("ul", { class: "rows", "aria-label": title }));
  const heads = parts.map(([title]) => h("h2", {}, title));
  const cards = parts.map((part, at) => h("section", { class: "card", "aria-label": part[0] }, h("header", { class: "panel" }, heads[at]), lists[at]));
  const empty = h("p", { class: "dim", hidden: true }, "There are no tasks yet. Say what is to be done, and it will be one.");
  const fault = h("p", { class: "fault", role: "alert" });
  const element = h("div", { class: "board" }, fault, empty, h("div", { class: "columns" }, cards));
  let shown = "";

  function fillAll(page) {
    parts.forEach(([title, isIn], at) => {
      const tasks = page.items.filter(isIn);
      fill(lists[at], tasks, "");
      heads[at].textContent = `${title} ${count(tasks.length)}`;
      cards[at].hidden = tasks.length === 0;
    });
    empty.hidden = page.items.length > 0;
  }
  if (first?.items) fillAll(first);

  async function refresh() {
    try {
      const page = await call("tasks_list", { view: "inbox", limit: 30, max_bytes: 16000 });
      fault.textContent = "";
      fillAll(page);
      const now = JSON.stringify(page.items);
      const hasChanged = now !== shown;
      shown = now;
      return hasChanged;
    } catch (error) {
      fault.textContent = failureWords(error);
      return false;
    }
  }
  return { element, title: "Tasks", refresh };
}
