// Shows all tasks in a table, page by page; what is filtered stands in the address.

import { call } from "./api.js";
import { agent, ago, allStatuses, count, doing, failureWords, h, pill, titleOf } from "./dom.js";
import { soon } from "./lists.js";
import { go } from "./moves.js";
import { can } from "./session.js";

const filters = ["query", "status", "task_type", "profile", "tag"];
/** How many rows a page has, and how many that stand further down are kept true at once. */
const [perPage, mostKeptTrue] = [50, 20];

function wanted() {
  const asked = new URLSearchParams(location.search);
  const body = { view: "all", limit: perPage, max_bytes: 40000 };
  if (asked.get("query")) body.query = asked.get("query");
  if (asked.get("status")) body.status = [asked.get("status")];
  if (asked.get("task_type")) body.task_type = [asked.get("task_type")];
  if (asked.get("profile")) body.profile = asked.get("profile");
  if (asked.get("tag")) body.tags = [asked.get("tag")];
  return body;
}

const cell = (...content) => h("td", { role: "cell" }, ...content);

/** Makes a row, whose roles are named since its cells are no table to the browser. */
function tableRow(task) {
  return h("tr", { role: "row", data: { id: task.id }, onclick: (event) => {
    if (!event.target.closest("a") && String(getSelection()) === "") go(`/tasks/${task.name}`);
  } },
  cell(pill(task.status, task.statusReason)),
  cell(h("a", { href: `/tasks/${task.name}`, data: { link: "" } }, agent("span", titleOf(task), { class: "task-title" })),
    h("span", { class: "dim small mono block clip" }, task.name)),
  cell(task.taskType), cell(task.profile), cell(ago(task.queuedAt)), cell(ago(task.completedAt)));
}

export function tableView() {
  const asked = new URLSearchParams(location.search);
  // One part for each page: a browser passes over parts out of sight, but looks at each of them.
  const part = (tasks) => h("tbody", { role: "rowgroup" }, tasks.map(tableRow));
  const rows = () => [...table.querySelectorAll("tbody tr")];
  const total = h("p", { class: "dim small num", role: "status" });
  const fault = h("p", { class: "fault", role: "alert" });
  let next;
  const more = h("button", { type: "button", hidden: true, onclick: () => doing(more, () => load(next)) }, "Show more");
  // Who comes near the end of what is there gets more without asking.
  const watch = new IntersectionObserver(([seen]) => { if (seen.isIntersecting && !more.disabled) more.click(); }, { rootMargin: "600px" });
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

  function tell(page) {
    fault.textContent = "";
    const counts = Object.entries(page.counts).map(([status, n]) => `${count(n)} ${status.replaceAll("_", " ")}`);
    total.textContent = page.total > 0 ? `${count(page.total)} task${page.total === 1 ? "" : "s"}: ${counts.join(", ")}`
      : location.search ? "No task matches." : "There are no tasks yet. Ask for one in the chat, or make one here.";
    card.hidden = page.total === 0;
  }

  async function load(cursor) {
    try {
      const page = await call("tasks_list", cursor ? { ...wanted(), cursor } : wanted());
      if (!cursor) table.querySelectorAll("tbody").forEach((one) => one.remove());
      table.append(part(page.items));
      next = page.nextCursor;
      more.hidden = !next;
      tell(page);
      // It is looked for anew whether the end is near: it may still be.
      watch.unobserve(more);
      if (next) watch.observe(more);
    } catch (error) {
      fault.textContent = failureWords(error);
    }
  }

  /** Keeps true what is shown, however much that is; what is new comes in at the top. */
  async function keepTrue(ids) {
    if (rows().length <= perPage) return load();
    try {
      const page = await call("tasks_list", wanted());
      tell(page);
      const known = new Map(rows().map((row) => [row.dataset.id, row]));
      const first = page.items.map((task) => task.id);
      for (const task of page.items) known.get(task.id)?.replaceWith(tableRow(task));
      table.tBodies[0].prepend(...page.items.filter((task) => !known.has(task.id)).map(tableRow));
      const far = ids.filter((id) => known.has(id) && !first.includes(id)).slice(0, mostKeptTrue);
      for (const id of far) {
        const task = await call("tasks_get", { task_id: id }).catch(() => undefined);
        known.get(id).replaceWith(...(task ? [tableRow(task)] : []));
      }
    } catch (error) {
      fault.textContent = failureWords(error);
    }
    return undefined;
  }

  let heard = [];
  const look = soon(() => { const ids = heard; heard = []; return keepTrue(ids); }, 400);
  const heads = ["Status", "Task", "Type", "Profile", "Created", "Ended"];
  const table = h("table", { role: "table", class: "tasks" },
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, heads.map((text) => h("th", { role: "columnheader", scope: "col" }, text)))));
  const card = h("div", { class: "card", hidden: true }, table);
  const element = h("div", { class: "table-view" },
    h("header", { class: "row spread" }, h("h1", {}, "All tasks"),
      can("tasks_delete") ? h("a", { class: "button", href: "/bin", data: { link: "" } }, "Bin") : null),
    form, total, fault, card, more);
  return { element, title: "All tasks", refresh: () => load(),
    changed: (ids) => { heard.push(...(ids ?? [])); look(); }, leave: () => watch.disconnect() };
}
