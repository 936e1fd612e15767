// Shows what needs you, what runs, what waits, and what has finished since you looked.

import { call, post } from "./api.js";
import { count, doing, failureWords, h, isOver, money, put } from "./dom.js";
import { fill, soon } from "./lists.js";

const parts = [
  ["you", "Needs you", ["input_required"], "Nothing needs you."],
  ["running", "Running", ["running", "dispatched"], "Nothing is running."],
  ["queued", "Queued", ["queued", "waiting"], "Nothing waits."],
];

export function boardView() {
  const lists = new Map();
  const totals = new Map();
  const fault = h("p", { class: "fault", role: "alert" });
  let seen;
  const mark = h("button", { type: "button", class: "link small", hidden: true,
    onclick: () => doing(mark, async () => { await call("tasks_list", { seen, limit: 1 }); await refresh(); }),
  }, "Mark as seen");

  function part([key, title], more) {
    const list = h("ul", { class: "rows", "aria-label": title });
    const total = h("span", { class: "dim num" });
    lists.set(key, list);
    totals.set(key, total);
    return h("section", { class: `card column column-${key}`, "aria-label": title },
      h("header", { class: "row spread" }, h("h2", {}, title, " ", total), more), list);
  }

  const spent = h("p", { class: "spent small num", hidden: true });
  /** Shows what today has cost, as a part of the most it may. */
  const showSpent = soon(async () => {
    const said = await post("/api/spending", {}).catch(() => undefined);
    if (!said) return;
    const [words, share] = [`${money(said.costUsd)} of ${money(said.ceilingUsd)} today`, said.costUsd / said.ceilingUsd];
    spent.hidden = false;
    spent.dataset.tone = share >= 1 ? "bad" : share >= 0.8 ? "warn" : "";
    put(spent, h("meter", { min: 0, max: said.ceilingUsd, low: said.ceilingUsd * 0.8, high: said.ceilingUsd * 0.99, optimum: 0, value: Math.min(said.costUsd, said.ceilingUsd), "aria-label": `Spent: ${words}` }), words);
    if (share >= 1) spent.append("; nothing more starts before tomorrow (UTC)");
  }, 500);

  const empty = h("section", { class: "card lone", "aria-label": "No tasks yet", hidden: true }, h("h2", {}, "There are no tasks yet"),
    h("p", { class: "dim" }, "Ask for one in the chat, as “run this in the background with errand”, or make one here."),
    h("div", { class: "row" }, h("a", { class: "button main", href: "/new", data: { link: "" } }, "Make a task")));
  const element = h("div", { class: "board" },
    h("header", { class: "row spread" }, h("h1", {}, "Board"), h("span", { class: "grow" }), spent,
      h("a", { class: "button", href: "/new", data: { link: "" } }, "New task")),
    fault, empty, part(parts[0]),
    h("div", { class: "columns" }, part(parts[1]), part(parts[2]),
      part(["finished", "Finished since you looked"], mark)));

  async function refresh() {
    try {
      const page = await call("tasks_list", { view: "inbox", limit: 100, max_bytes: 40000 });
      fault.textContent = "";
      for (const [key, , wanted, empty] of parts) {
        fill(lists.get(key), page.items.filter((task) => wanted.includes(task.status)), empty);
        totals.get(key).textContent = count(wanted.reduce((sum, status) => sum + (page.counts[status] ?? 0), 0));
      }
      const finished = page.items.filter((task) => isOver(task.status));
      fill(lists.get("finished"), finished, "Nothing new has finished.");
      totals.get("finished").textContent = count(finished.length) + (page.truncated ? "+" : "");
      element.querySelector(".column-you").dataset.empty = page.counts.input_required ? "" : "yes";
      empty.hidden = Object.keys(page.counts).length > 0;
      seen = page.seen;
      mark.hidden = finished.length === 0;
    } catch (error) {
      fault.textContent = failureWords(error);
    }
  }
  const all = () => { showSpent(); return refresh(); };
  return { element, title: "Board", refresh: all, changed: soon(all) };
}
