// Makes elements and words for people; text is only ever set as text.

export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "class") element.className = value;
    else if (key === "data") Object.assign(element.dataset, value);
    else if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key in element && key !== "list" && key !== "form") element[key] = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...real(children));
  return element;
}

const real = (children) => children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);

/** Puts children in place of all that an element held; what is not there is left out. */
export function put(element, ...children) {
  element.replaceChildren(...real(children));
}

// Characters that turn the direction of what follows are shown, not obeyed.
const turning = /[\u202A-\u202E\u2066-\u2069\u200E\u200F\u061C]/g;

export function visible(text) {
  return String(text ?? "").replace(turning, (c) => `⟨U+${c.charCodeAt(0).toString(16).toUpperCase()}⟩`);
}

/** Shows text somebody else wrote: on its own, in its own direction. */
export function agent(tag, text, properties = {}) {
  const { class: name = "", ...rest } = properties;
  return h(tag, { class: `agent ${name}`.trim(), dir: "auto", ...rest }, visible(text));
}

/** Names a task in a list, where a long name leaves little room for its title: its words then do. */
export function titleOf(task) {
  const isCut = !task.title || (task.title.endsWith("…") && task.title.length < 24);
  return isCut ? task.name.replace(/-[a-z0-9]{4}$/, "").replaceAll("-", " ") : task.title;
}

const statuses = {
  waiting: ["waiting", ""], queued: ["queued", ""], dispatched: ["starting", "run"],
  running: ["running", "run"], input_required: ["needs you", "you"], completed: ["done", "good"],
  failed: ["failed", "bad"], cancelled: ["cancelled", ""], expired: ["expired", "bad"],
};

export const allStatuses = Object.keys(statuses);
export const isOver = (status) => ["completed", "failed", "cancelled", "expired"].includes(status);

export function pill(status, reason) {
  const [word, tone] = statuses[status] ?? [status, ""];
  const why = reason && reason !== "cancelled" ? ` · ${String(reason).replaceAll("_", " ")}` : "";
  return h("span", { class: "pill", data: { tone } }, word + why);
}

export function money(usd) {
  if (usd === undefined || usd === null) return "";
  return usd !== 0 && usd < 0.01 ? "under $0.01" : `$${usd.toFixed(2)}`;
}

export function count(number) {
  return number === undefined ? "" : number.toLocaleString("en-US");
}

export function bytes(size) {
  if (size < 1024) return `${size} B`;
  const units = ["KiB", "MiB", "GiB"];
  let value = size;
  let unit = -1;
  while (value >= 1024 && unit < units.length - 1) { value /= 1024; unit += 1; }
  return `${value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`;
}

export function duration(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Shows how long ago something was; kept true by `tickTimes`. */
export function ago(time) {
  if (!time) return null;
  return h("time", { dateTime: time, title: new Date(time).toLocaleString(), data: { ago: "" } }, since(time));
}

function since(time) {
  const seconds = (Date.now() - Date.parse(time)) / 1000;
  if (seconds < 5) return "now";
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  return new Date(time).toLocaleDateString();
}

let ticks = 0;

/** Keeps times true, each second: those that count seconds, and now and then the others. */
export function tickTimes() {
  ticks += 1;
  for (const element of document.querySelectorAll("time[data-ago]")) {
    const shown = element.firstChild?.data ?? "";
    if (ticks % 30 && shown !== "now" && !shown.endsWith(" s ago")) continue;
    const text = since(element.dateTime);
    // What is written anew is laid out anew, however many there are.
    if (shown !== text) element.textContent = text;
  }
}

/** Says something in passing; a button in it, if there is a word for one, does something more. */
export function toast(text, word, work) {
  const element = h("div", { class: "toast" }, h("span", {}, visible(text)),
    word ? h("button", { type: "button", onclick: ({ currentTarget }) => doing(currentTarget, work).then(() => element.remove()) }, word) : null);
  document.getElementById("toasts").append(element);
  setTimeout(() => element.remove(), word ? 15000 : 6000);
}

export function failureWords(error) {
  const faults = (error.faults ?? []).map((fault) => `${fault.pointer}: ${fault.message}`);
  return [error.summary ?? String(error), ...faults, error.nextStep].filter(Boolean).join(" ");
}

/** Runs what a button does, once at a time, and says what went wrong. */
export async function doing(button, work) {
  button.disabled = true;
  try {
    return await work();
  } catch (error) {
    toast(failureWords(error));
    return undefined;
  } finally {
    button.disabled = false;
  }
}
