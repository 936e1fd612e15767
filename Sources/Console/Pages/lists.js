// Shows tasks in rows, and moves among them by the keyboard.

import { agent, ago, h, pill, titleOf } from "./dom.js";

export function taskRow(task) {
  const row = h("a", { class: "task-row", href: `/tasks/${task.name}`, data: { link: "", id: task.id, status: task.status } },
    h("span", { class: "row spread" },
      agent("span", titleOf(task), { class: "task-title" }),
      pill(task.status, task.statusReason)),
    h("span", { class: "row dim small" },
      h("span", {}, task.profile), h("span", { class: "mono clip" }, task.name),
      task.queuePosition ? h("span", {}, `place ${task.queuePosition}`) : null,
      ago(task.completedAt ?? task.updatedAt)),
    task.resultSummary ? agent("span", task.resultSummary, { class: "small summary" }) : null);
  return row;
}

/** Keeps rows that did not change, so that nothing flickers and the focus stays. */
export function fill(list, tasks, empty) {
  const known = new Map([...list.children].filter((c) => c.dataset.key).map((c) => [c.dataset.key, c]));
  const rows = tasks.map((task) => {
    const text = JSON.stringify(task);
    const old = known.get(task.id);
    if (old?.dataset.text === text) return old;
    const hadFocus = old?.contains(document.activeElement);
    const item = h("li", { data: { key: task.id, text } }, taskRow(task));
    if (hadFocus) queueMicrotask(() => item.firstChild.focus());
    return item;
  });
  if (rows.length === 0) rows.push(h("li", { class: "empty dim small" }, empty));
  list.replaceChildren(...rows);
}

/** Moves the focus to the next or last row. */
export function moveInRows(step) {
  const rows = [...document.querySelectorAll("a.task-row, tbody a")];
  if (rows.length === 0) return;
  const at = rows.indexOf(document.activeElement);
  const next = at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + step));
  rows[next].focus();
  rows[next].scrollIntoView({ block: "nearest" });
}

/** Calls `work` soon, however often it is asked for meanwhile. */
export function soon(work, pause = 120) {
  let isDue = false;
  let isBusy = false;
  let isWanted = false;
  return function ask() {
    if (isBusy) { isWanted = true; return; }
    // Not put off by what comes meanwhile: changes without a pause would put it off for ever.
    if (isDue) return;
    isDue = true;
    setTimeout(async () => {
      [isDue, isBusy] = [false, true];
      try { await work(); } finally {
        isBusy = false;
        if (isWanted) { isWanted = false; ask(); }
      }
    }, pause);
  };
}
