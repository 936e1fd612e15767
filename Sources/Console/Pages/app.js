// Shows by the address what is asked for, and keeps the line to the program.

import { call, onSignIn, signIn, token } from "./api.js";
import { binView } from "./bin.js";
import { boardView } from "./board.js";
import { h, tickTimes } from "./dom.js";
import { combined, openPalette, watchKeys } from "./keys.js";
import { follow, join, leave } from "./line.js";
import { go, moveBy } from "./moves.js";
import { newTaskView } from "./newtask.js";
import { badge, offerNotices } from "./notify.js";
import { session } from "./session.js";
import { tableView } from "./table.js";
import { taskView } from "./task.js";

const main = document.getElementById("main");
const live = document.getElementById("live");
const notice = document.getElementById("notice");
let view;

function route() {
  const parts = location.pathname.split("/").filter(Boolean).map(decodeURIComponent);
  if (parts[0] === "tasks" && parts[1]) return taskView(parts[1]);
  if (parts[0] === "new") return newTaskView();
  if (parts[0] === "table") return tableView();
  if (parts[0] === "bin") return binView();
  return parts.length ? nothingView() : boardView();
}

function nothingView() {
  const link = (path, words) => h("a", { href: path, data: { link: "" } }, words);
  const element = h("section", { class: "card lone" }, h("h1", {}, "There is nothing at this address"),
    h("p", { class: "row" }, link("/", "Board"), link("/table", "All tasks")));
  return { element, title: "Nothing here" };
}

// Another page is shown without loading anything.
moveBy((path, replaces) => {
  const field = replaces && document.activeElement?.name;
  history[replaces ? "replaceState" : "pushState"](null, "", path);
  show();
  // Who came by the keyboard goes on from here, or from the field that is there anew.
  (field && main.querySelector(`[name="${field}"]`) || main).focus({ preventScroll: true });
  if (!replaces) scrollTo(0, 0);
});

function show() {
  view?.leave?.();
  view = route();
  main.replaceChildren(view.element);
  document.title = `${view.title} · Errand`;
  for (const link of document.querySelectorAll(".top nav a")) {
    const isHere = new URL(link.href).pathname === location.pathname;
    if (isHere) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  badge();
  view.refresh?.();
  follow(null);
}

const hears = {
  changed(tasks) {
    view.changed?.(tasks);
    badge();
  },
  messages: (page) => view.messages?.(page),
  state: lineIs,
};

function lineIs(isOn, error) {
  live.dataset.on = isOn ? "yes" : "no";
  live.textContent = isOn ? "live" : "offline";
  live.title = isOn ? "Changes show at once." : "";
  if (error?.status === 401) return locked();
  notice.hidden = isOn;
  notice.textContent = isOn ? "" :
    "The console cannot be reached; nothing is lost. It comes back with the next task, or by `errand console`.";
}

function locked(why) {
  leave();
  onSignIn(() => location.reload());
  live.dataset.on = "no";
  live.textContent = "signed out";
  document.title = "Sign in · Errand";
  main.replaceChildren(h("section", { class: "card lone" },
    h("h1", {}, "Sign in"),
    why ? h("p", { class: "fault" }, why) : null,
    h("p", {}, "This browser is not signed in. A link does it, once:"),
    h("ul", {},
      h("li", {}, "in a terminal, ", h("code", {}, "errand console --open"), ", or"),
      h("li", {}, "in the chat, ask for “a link to the console”.")),
    h("p", { class: "dim small" }, "Everything stays on this machine. Nothing is loaded from elsewhere.")));
}

async function start() {
  let refused;
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  if (code) {
    history.replaceState(null, "", location.pathname + location.search);
    try {
      await signIn(code);
    } catch (error) {
      refused = `${error.summary} ${error.nextStep ?? ""}`;
    }
  }
  if (!token()) return locked(refused);
  try {
    Object.assign(session, await call("session"));
  } catch (error) {
    if (error.status === 401) return locked(refused);
    lineIs(false, error);
  }
  join(hears, session.number);
  show();
}

addEventListener("popstate", show);
// A link opened where a page of ours stands already changes nothing but the end of the address.
addEventListener("hashchange", () => { if (location.hash.startsWith("#code=")) location.reload(); });
addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-link]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  go(new URL(link.href).pathname + new URL(link.href).search);
});
document.getElementById("palette-button").addEventListener("click", openPalette);
document.querySelector("#palette-button kbd").textContent = combined("K");
offerNotices(document.getElementById("notify-button"));
watchKeys(() => view);
setInterval(tickTimes, 1000);
start();
