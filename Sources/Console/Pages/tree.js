// Shows where a task belongs: what it refers to, what it grew out of, and its subtasks, as a tree.

import { call } from "./api.js";
import { agent, h, pill } from "./dom.js";

/** How many subtasks a tree shows, and how far it reaches up and down. */
const most = 60;
const deepest = 4;

const roles = { judged_work: "judges", reviewed_diff: "reviews", target_source: "is about", context: "knows" };

async function find(id) {
  // What was pruned, or is another team's, is left out.
  return call("tasks_get", { task_id: id }).catch(() => undefined);
}

function node(task, isHere, below = []) {
  const name = isHere ? agent("strong", task.title, { "aria-current": "true" })
    : h("a", { href: `/tasks/${task.name}`, data: { link: "" } }, agent("span", task.title || task.name));
  return h("li", {}, h("span", { class: "row" }, name, pill(task.status)), below.length ? h("ul", {}, below) : null);
}

async function subtasks(id, depth, room) {
  if (depth > deepest || room.left <= 0) return [];
  const page = await call("tasks_list", { parent_id: id, order: "oldest", limit: 50, max_bytes: 40000 });
  const tasks = page.items.slice(0, room.left);
  room.left -= tasks.length;
  const rows = await Promise.all(tasks.map(async (one) => node(one, false, await subtasks(one.id, depth + 1, room))));
  if (page.total > tasks.length) rows.push(h("li", { class: "dim small" }, `${page.total - tasks.length} more`));
  return rows;
}

/** Lists what a task refers to, each once: with its role, a task or what is outside. */
function named(task) {
  const found = new Map();
  const add = (word, id) => { if (id && !found.has(id)) found.set(id, { word, id }); };
  add("goes on with", task.input?.continueFrom?.taskId);
  for (const one of task.references ?? []) {
    const word = roles[one.role] ?? visibleRole(one.role);
    if (one.taskId) add(word, one.taskId);
    else found.set(one.url ?? one.cid, { word, text: one.url ?? one.title ?? one.cid });
  }
  const conditions = [task.claimCondition].filter(Boolean);
  while (conditions.length) {
    const one = conditions.pop();
    add("starts after", one.taskId);
    conditions.push(...(one.conditions ?? []));
  }
  return [...found.values()];
}

const visibleRole = (role) => String(role).replaceAll("_", " ");

async function reference({ word, id, text }) {
  const role = h("span", { class: "dim small" }, word);
  if (!id) return h("li", { class: "row" }, role, agent("span", text));
  const task = await find(id);
  if (!task) return h("li", { class: "row" }, role, h("span", { class: "mono dim" }, id));
  return h("li", { class: "row" }, role,
    h("a", { href: `/tasks/${task.name}`, data: { link: "" } }, agent("span", task.title)), pill(task.status));
}

/** Gives the tree around a task; nothing for one that stands alone. */
export async function family(task) {
  const names = named(task);
  if (!task.parentId && !task.childCounts && names.length === 0) return undefined;
  const refers = await Promise.all(names.map(reference));
  let tree = node(task, true, task.childCounts ? await subtasks(task.id, 1, { left: most }) : []);
  let above = task.parentId;
  for (let step = 0; above && step < deepest; step += 1) {
    const one = await find(above);
    if (!one) break;
    tree = node(one, false, [tree]);
    above = one.parentId;
  }
  return h("div", { class: "tree small" }, refers.length ? h("ul", { class: "refers", "aria-label": "Refers to" }, refers) : null,
    h("ul", { "aria-label": "Task and subtasks" }, tree));
}
