// Shows the board, or one task, inside a conversation.

import { call, connect, notify, onChange, request } from "./bridge.js";
import { chatBoard } from "./chatboard.js";
import { doing, failureWords, h, isOver, tickTimes, toast } from "./dom.js";
import { moveBy } from "./moves.js";
import { follow, hear } from "./poll.js";
import { can, session } from "./session.js";
import { taskView } from "./task.js";

const main = document.getElementById("main");
const root = document.documentElement;
/** How long the page rests between two looks: shorter while something happens. */
const [shortest, longest] = [2000, 15000];

let view;
let pause = shortest;
let timer;
let looking;
let isTornDown = false;
let context = {};

/** Looks again after a rest, which grows while nothing changes; not at all when all is over. */
function later(hasChanged) {
  clearTimeout(timer);
  if (isTornDown || view?.isDone?.()) return;
  pause = hasChanged ? shortest : Math.min(pause * 1.5, longest);
  timer = setTimeout(look, pause);
}

async function look() {
  if (document.hidden || isTornDown) return;
  const mine = view;
  const turn = looking = {};
  const hasChanged = await mine.look().catch(() => false);
  if (mine === view && turn === looking) later(hasChanged);
}

function show(next) {
  view?.leave?.();
  follow(null);
  view = next;
  main.replaceChildren(h("header", { class: "row spread bar" }, next.bar, consoleButton(next.place)), next.element);
  pause = shortest;
  return look();
}

function board(first) {
  const list = chatBoard(first);
  show({ element: list.element, bar: h("h1", {}, "Tasks"), place: {}, look: list.refresh });
}

/** Shows one task by the very page the console has, which is told here when something changed. */
function page(name) {
  const one = taskView(name);
  let shown = null;
  let isQuiet = false;
  let task;
  async function look() {
    task = await call("tasks_get", { task_id: name, max_bytes: 40000 }).catch(() => task);
    const text = JSON.stringify(task);
    const hasChanged = text !== shown;
    shown = text;
    if (hasChanged) await one.refresh();
    const said = await hear().catch(() => undefined);
    if (said) one.messages(said);
    isQuiet = !said;
    return hasChanged || !isQuiet;
  }
  show({ element: one.element, place: { task_id: name }, look, leave: one.leave, isDone: () => task && isOver(task.status) && isQuiet,
    bar: h("button", { type: "button", class: "ghost", onclick: () => board() }, "← All tasks") });
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

moveBy((path) => {
  const [kind, name] = path.split("/").filter(Boolean).map(decodeURIComponent);
  if (kind !== "tasks") return board();
  tellModel(name);
  return page(name);
});
addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-link]");
  if (!link) return;
  event.preventDefault();
  const name = decodeURIComponent(link.getAttribute("href").split("/").pop());
  tellModel(name);
  page(name);
});
document.addEventListener("visibilitychange", () => { if (!document.hidden && view) look(); });
onChange(() => { if (view) { pause = shortest; look(); } });

connect({
  "ui/notifications/tool-input": ({ arguments: given }) => { if (given?.task_id) page(given.task_id); },
  "ui/notifications/tool-result": ({ structuredContent, isError, content }) => {
    session.tools = structuredContent?.tools ?? [];
    if (isError) toast((content ?? []).map((one) => one.text).join(" "));
    if (structuredContent?.id) page(structuredContent.name);
    else board(structuredContent);
  },
  "ui/notifications/tool-cancelled": () => { if (!view) board(); },
  "ui/notifications/host-context-changed": dress,
  "ui/resource-teardown": () => { isTornDown = true; clearTimeout(timer); view?.leave?.(); return {}; },
}).then((greeting) => {
  dress(greeting.hostContext ?? {});
  new ResizeObserver(() => notify("ui/notifications/size-changed", { width: root.scrollWidth, height: Math.ceil(document.body.getBoundingClientRect().height) })).observe(document.body);
  setInterval(tickTimes, 1000);
  // A client that opens the page again may have no result to give.
  setTimeout(() => { if (!view && !isTornDown) board(); }, 3000);
}).catch((error) => main.replaceChildren(h("p", { class: "fault" }, failureWords(error))));
