// Shows where a task belongs: what it refers to, what it grew out of, and its subtasks, as a tree.

import { call } from "./api.js";
import { agent, count, h, pill, titleOf } from "./dom.js";

/** How many subtasks a tree shows, and how far it reaches up and down, until more is asked for. */
const [most, deepest] = [60, 4];

const roles = { judged_work: "judges", reviewed_diff: "reviews", target_source: "is about", context: "knows" };

async function find(id) {
  // What was pruned, or is another team's, is left out.
  return call("tasks_get", { task_id: id }).catch(() => undefined);
}

function node(task, isHere, below = []) {
  const name = isHere ? agent("strong", task.title, { "aria-current": "true" })
    : h("a", { href: `/tasks/${task.name}`, data: { link: "" } }, agent("span", titleOf(task)));
  return h("li", {}, h("span", { class: "row" }, name, pill(task.status)), below.length ? h("ul", {}, below) : null);
}

/** Lists what is below a task, as far as is wanted; what is further down is named by its number. */
async function subtasks(task, depth, reach) {
  const rows = [];
  let [cursor, total] = [undefined, 0];
  do {
    const room = depth > reach.deepest ? 0 : reach.left;
    const page = await call("tasks_list", { parent_id: task.id, order: "oldest", limit: Math.max(1, Math.min(50, room)),
      max_bytes: 40000, ...(cursor ? { cursor } : {}) });
    total = page.total;
    if (room <= 0) break;
    reach.left -= page.items.length;
    for (const one of page.items) rows.push(node(one, false, await subtasks(one, depth + 1, reach)));
    cursor = page.nextCursor;
  } while (cursor && reach.left > 0);
  if (total > rows.length) rows.push(h("li", {}, h("button", { type: "button", class: "link", onclick: reach.further }, `Show ${count(total - rows.length)} more`)));
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

/** Gives the tree around a task, `step` times further than at first; nothing for one that stands alone. */
export async function family(task, step, further) {
  const names = named(task);
  if (!task.parentId && !task.childCounts && names.length === 0) return undefined;
  const reach = { left: most * step, deepest: deepest * step, further };
  const refers = await Promise.all(names.map(reference));
  let tree = node(task, true, task.childCounts ? await subtasks(task, 1, reach) : []);
  let above = task.parentId;
  for (let up = 0; above && up < reach.deepest; up += 1) {
    const one = await find(above);
    if (!one) break;
    tree = node(one, false, [tree]);
    above = one.parentId;
  }
  return h("div", { class: "tree small" }, refers.length ? h("ul", { class: "refers", "aria-label": "Refers to" }, refers) : null,
    h("ul", { "aria-label": "Task and subtasks" }, tree));
}
