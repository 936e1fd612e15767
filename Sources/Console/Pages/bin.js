// Shows what was deleted, and takes it out of the bin.

import { post } from "./api.js";
import { restore } from "./actions.js";
import { agent, ago, doing, failureWords, h, pill, titleOf } from "./dom.js";
import { soon } from "./lists.js";

export function binView() {
  const list = h("ul", { class: "rows", "aria-label": "Deleted tasks" });
  const fault = h("p", { class: "fault", role: "alert" });
  const element = h("div", { class: "board" }, h("h1", {}, "Bin"),
    h("p", { class: "dim" }, "What was deleted stays here for a while, with all it left; then it is gone for good."),
    fault, h("section", { class: "card", "aria-label": "Bin" }, list));

  function row(task) {
    const button = h("button", { type: "button", "aria-label": `Restore ${titleOf(task)}`,
      onclick: () => doing(button, () => restore(task)) }, "Restore");
    return h("li", { class: "row spread task-row" },
      h("div", { class: "grow" }, h("div", { class: "row" }, agent("span", titleOf(task), { class: "task-title" }), pill(task.status)),
        h("div", { class: "row dim small" }, h("span", { class: "mono" }, task.name), h("span", {}, "deleted ", ago(task.deletedAt)))), button);
  }

  async function refresh() {
    try {
      const { items, total } = await post("/api/bin", {});
      fault.textContent = "";
      const rest = total > items.length ? [h("li", { class: "empty dim small" }, `and ${total - items.length} more, older: \`errand restore\` lists them`)] : [];
      list.replaceChildren(...(items.length ? items.map(row) : [h("li", { class: "empty dim small" }, "The bin is empty.")]), ...rest);
    } catch (error) {
      fault.textContent = failureWords(error);
    }
  }
  return { element, title: "Bin", refresh, changed: soon(refresh, 300) };
}
