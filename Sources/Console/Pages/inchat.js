// Shows the board, or one task, inside a conversation.

import { messageBox, questionCard } from "./answers.js";
import { call, connect, notify, request } from "./bridge.js";
import { agent, ago, count, doing, failureWords, h, isOver, money, pill, put, tickTimes, toast } from "./dom.js";
import { fill } from "./lists.js";
import { streamView } from "./messages.js";
import { can, session } from "./session.js";

const main = document.getElementById("main");
const root = document.documentElement;
/** How long the page rests between two looks: shorter while something happens. */
const [shortest, longest] = [2000, 15000];

let view;
let pause = shortest;
let timer;
let isTornDown = false;
let context = {};
const changing = ["tasks_cancel", "tasks_console_link", "tasks_respond"];

/** Looks again after a rest, which grows while nothing changes; not at all when all is over. */
function later(hasChanged) {
  clearTimeout(timer);
  if (isTornDown || view?.isDone?.()) return;
  pause = hasChanged ? shortest : Math.min(pause * 1.5, longest);
  timer = setTimeout(look, pause);
}

async function look() {
  if (document.hidden) return;
  const mine = view;
  const hasChanged = await mine.refresh().catch(() => false);
  if (mine === view) later(hasChanged);
}

function show(next) {
  view = next;
  main.replaceChildren(view.element);
  pause = shortest;
  return look();
}

const parts = [
  ["Needs you", (task) => task.status === "input_required"],
  ["Running", (task) => task.status === "running" || task.status === "dispatched"],
  ["Queued", (task) => task.status === "queued" || task.status === "waiting"],
  ["Finished", (task) => isOver(task.status)],
];

function board(first) {
  const lists = parts.map(([title]) => h("ul", { class: "rows", "aria-label": title }));
  const heads = parts.map(([title]) => h("h2", {}, title));
  const cards = parts.map((part, at) => h("section", { class: "card", "aria-label": part[0] }, h("header", { class: "panel" }, heads[at]), lists[at]));
  const empty = h("p", { class: "dim", hidden: true }, "There are no tasks yet. Say what is to be done, and it will be one.");
  const fault = h("p", { class: "fault", role: "alert" });
  const element = h("div", { class: "board" }, h("header", { class: "row spread" }, h("h1", {}, "Tasks"), consoleButton({})),
    fault, empty, h("div", { class: "columns" }, cards));
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
      const page = await call("tasks_list", { view: "inbox", limit: 30 });
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
  return { element, refresh };
}

function taskPage(reference) {
  let task;
  let after = -1;
  let attempt = 0;
  let box;
  const head = h("header", { class: "task-head" }, h("h1", {}, "…"));
  const asked = h("div", { class: "task-page" });
  const result = h("section", { class: "card panel", "aria-label": "Result", hidden: true });
  const foot = h("div");
  const stream = streamView(() => {});
  stream.element.append(foot);
  const element = h("div", { class: "task-page" },
    h("div", { class: "row spread" }, h("button", { type: "button", class: "ghost", onclick: () => show(board()) }, "← All tasks"),
      consoleButton({ task_id: reference })), head, asked, result, stream.element);

  async function refresh() {
    let now;
    try {
      now = await call("tasks_get", { task_id: reference });
    } catch (error) {
      put(head, h("h1", {}, reference), h("p", { class: "fault", role: "alert" }, failureWords(error)));
      return false;
    }
    const hasChanged = task?.revision !== now.revision;
    task = now;
    if (hasChanged) draw();
    else box?.show(task);
    return (await hear()) || hasChanged;
  }

  function draw() {
    put(head, h("div", { class: "row spread" }, h("div", { class: "row" }, pill(task.status, task.statusReason), agent("h1", task.title)), cancelButton(task)),
      h("div", { class: "facts" }, h("span", { class: "mono" }, task.name), h("span", {}, task.profile), h("span", {}, "created ", ago(task.queuedAt)),
        task.usage?.costUsd === undefined ? null : h("span", { class: "num" }, money(task.usage.costUsd))),
      task.statusMessage && task.status !== "completed" ? agent("p", task.statusMessage, { class: isOver(task.status) ? "why" : "dim" }) : null);
    const open = (task.pendingRequests ?? []).map((one) => one.requestId).join();
    if (asked.dataset.open !== open) {
      asked.dataset.open = open;
      put(asked, (task.pendingRequests ?? []).map((one) => questionCard(task, one, look)));
    }
    result.hidden = !task.resultSummary;
    put(result, h("h2", {}, "Result"), agent("p", task.resultSummary ?? ""));
    stream.live(!isOver(task.status));
    const mayHear = !isOver(task.status) && task.attemptCount > 0;
    if (!mayHear) box = undefined;
    else if (box) return box.show(task);
    else box = messageBox(task, look);
    return put(foot, box?.element);
  }

  /** Takes what was said since; true if there was anything. */
  async function hear() {
    if (task.attemptCount === 0) {
      stream.say(isOver(task.status) ? "It ended without being tried." : "It has not started yet.");
      return false;
    }
    const isNew = attempt !== task.attemptCount;
    attempt = task.attemptCount;
    const page = await call("tasks_messages_list", { task_id: task.id, attempt_n: attempt, limit: 100, include_deltas: true,
      ...(isNew ? { tail: 50 } : { after_seq: after }) }).catch(() => undefined);
    if (!page) return false;
    if (isNew) stream.clear();
    stream.hush();
    stream.add(page.items);
    const hasMore = page.nextAfterSeq !== after;
    after = page.nextAfterSeq;
    return hasMore;
  }
  return { element, refresh, isDone: () => task && isOver(task.status) };
}

/** Ends a task, on the second of two clicks. */
function cancelButton(task) {
  if (isOver(task.status) || !can("tasks_cancel")) return null;
  if (task.cancelRequestedAt) return h("button", { type: "button", disabled: true }, "Cancelling…");
  let isSure = false;
  const button = h("button", { type: "button", class: "bad", onclick: () => {
    if (isSure) return doing(button, async () => { await call("tasks_cancel", { task_id: task.id }); await look(); });
    isSure = true;
    button.textContent = "Cancel it, really?";
    return undefined;
  } }, "Cancel");
  return button;
}

function consoleButton(place) {
  if (!can("tasks_console_link")) return null;
  const button = h("button", { type: "button", class: "small", onclick: () => doing(button, async () => {
    const { consoleUrl } = await call("tasks_console_link", place);
    await request("ui/open-link", { url: consoleUrl });
  }) }, "Open the console");
  return button;
}

/** Takes the client's colours and type where it names them; ours stand for the rest. */
const dressed = { "--paper": "--color-background-primary", "--card": "--color-background-primary", "--code": "--color-background-secondary",
  "--ink": "--color-text-primary", "--dim": "--color-text-secondary", "--line": "--color-border-primary", "--mono": "--font-mono" };

function dress(change) {
  context = { ...context, ...change };
  if (context.theme === "light" || context.theme === "dark") root.style.colorScheme = context.theme;
  const variables = context.styles?.variables ?? {};
  for (const [ours, theirs] of Object.entries(dressed)) if (variables[theirs]) root.style.setProperty(ours, variables[theirs]);
  if (variables["--font-sans"]) document.body.style.fontFamily = variables["--font-sans"];
}

/** Tells the model what the user is looking at, where the client takes that. */
function tellModel(name) {
  request("ui/update-model-context", { content: [{ type: "text", text: `The user is looking at the Errand task ${name}.` }] }).catch(() => {});
}

addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-link]");
  if (!link) return;
  event.preventDefault();
  const name = decodeURIComponent(link.getAttribute("href").split("/").pop());
  tellModel(name);
  show(taskPage(name));
});
document.addEventListener("visibilitychange", () => { if (!document.hidden && view) look(); });

connect({
  "ui/notifications/tool-input": ({ arguments: given }) => { if (given?.task_id) show(taskPage(given.task_id)); },
  "ui/notifications/tool-result": ({ structuredContent, isError, content }) => {
    session.tools = structuredContent?.readOnly ? [] : changing;
    if (isError) toast((content ?? []).map((one) => one.text).join(" "));
    show(structuredContent?.id ? taskPage(structuredContent.name) : board(structuredContent));
  },
  "ui/notifications/tool-cancelled": () => { if (!view) show(board()); },
  "ui/notifications/host-context-changed": dress,
  "ui/resource-teardown": () => { isTornDown = true; clearTimeout(timer); return {}; },
}).then((greeting) => {
  dress(greeting.hostContext ?? {});
  new ResizeObserver(() => notify("ui/notifications/size-changed", { width: root.scrollWidth, height: Math.ceil(document.body.getBoundingClientRect().height) })).observe(document.body);
  setInterval(tickTimes, 1000);
  // A client that opens the page again may have no result to give.
  setTimeout(() => { if (!view && !isTornDown) show(board()); }, 3000);
}).catch((error) => main.replaceChildren(h("p", { class: "fault" }, failureWords(error))));
