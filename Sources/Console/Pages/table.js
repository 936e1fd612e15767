// Shows all tasks in a table, page by page; what is filtered stands in the address.

import { go } from "./app.js";
import { call } from "./api.js";
import { agent, ago, allStatuses, count, doing, failureWords, h, pill } from "./dom.js";
import { soon } from "./lists.js";

const filters = ["query", "status", "task_type", "profile", "tag"];

function wanted() {
  const asked = new URLSearchParams(location.search);
  const body = { view: "all", limit: 50, max_bytes: 40000 };
  if (asked.get("query")) body.query = asked.get("query");
  if (asked.get("status")) body.status = [asked.get("status")];
  if (asked.get("task_type")) body.task_type = [asked.get("task_type")];
  if (asked.get("profile")) body.profile = asked.get("profile");
  if (asked.get("tag")) body.tags = [asked.get("tag")];
  return body;
}

export function tableView() {
  const asked = new URLSearchParams(location.search);
  const rows = h("tbody");
  const total = h("p", { class: "dim small num", role: "status" });
  const fault = h("p", { class: "fault", role: "alert" });
  let next;
  const more = h("button", { type: "button", hidden: true, onclick: () => doing(more, () => load(next)) }, "Show more");
  const field = (name, label, options) => h("label", {}, label, options
    ? h("select", { name }, h("option", { value: "" }, "any"), options.map((value) =>
      h("option", { value, selected: asked.get(name) === value }, value.replaceAll("_", " "))))
    : h("input", { name, value: asked.get(name) ?? "", type: name === "query" ? "search" : "text",
      id: name === "query" ? "filter" : undefined, autocomplete: "off" }));
  const form = h("form", { class: "filters", role: "search", onsubmit: apply,
    onchange: (event) => { if (event.target.matches("select")) apply(event); } },
    field("query", "Text"), field("status", "Status", allStatuses), field("task_type", "Type"),
    field("profile", "Profile"), field("tag", "Tag"), h("button", { type: "submit" }, "Filter"));

  function apply(event) {
    event.preventDefault();
    const query = new URLSearchParams();
    for (const name of filters) {
      const value = form.elements[name].value.trim();
      if (value) query.set(name, value);
    }
    const text = query.toString();
    if (text !== location.search.slice(1)) go(`/table${text ? `?${text}` : ""}`, true);
  }

  async function load(cursor) {
    try {
      const page = await call("tasks_list", cursor ? { ...wanted(), cursor } : wanted());
      const made = page.items.map((task) => {
        const open = () => go(`/tasks/${task.name}`);
        return h("tr", { tabIndex: 0, onclick: open, onkeydown: (event) => { if (event.key === "Enter") open(); } },
          h("td", {}, pill(task.status, task.statusReason)),
          h("td", {}, agent("span", task.title || task.name, { class: "task-title" }),
            h("span", { class: "dim small mono block clip" }, task.name)),
          h("td", {}, task.taskType), h("td", {}, task.profile),
          h("td", { class: "num" }, ago(task.queuedAt)), h("td", { class: "num" }, ago(task.completedAt)));
      });
      if (cursor) rows.append(...made);
      else rows.replaceChildren(...made);
      next = page.nextCursor;
      more.hidden = !next;
      fault.textContent = "";
      const counts = Object.entries(page.counts).map(([status, n]) => `${count(n)} ${status.replaceAll("_", " ")}`);
      total.textContent = page.total === 0 ? "No task matches." :
        `${count(page.total)} task${page.total === 1 ? "" : "s"}: ${counts.join(", ")}`;
    } catch (error) {
      fault.textContent = failureWords(error);
    }
  }

  const heads = ["Status", "Task", "Type", "Profile", "Created", "Ended"];
  const element = h("div", { class: "table-view" }, h("h1", {}, "All tasks"), form, total, fault,
    h("div", { class: "card scroll" }, h("table", {},
      h("thead", {}, h("tr", {}, heads.map((text) => h("th", { scope: "col" }, text)))), rows)), more);
  // Further pages that were asked for stay as they are.
  const refresh = () => (rows.children.length > 50 ? undefined : load());
  return { element, title: "All tasks", refresh, changed: soon(refresh, 400) };
}
