// Keeps one line to the program for all tabs of this browser, which has only six to one host:
// one tab leads, listens, and tells the others; when it closes, the next one leads.

import { listen } from "./api.js";

const name = "errand-line";
/** How long a tab waits for a word of the leader before it leads itself. */
const patience = 2000;
const me = `${Date.now()}-${Math.random()}`;

let channel;
let told;
let leader;
let leaving;
/** What this tab has heard: the last change, and of the attempt it follows the last message. */
let number = 0;
let followed = null;
let heardAt = 0;
let doubt;

/** Joins the tabs; `hears` gets `changed(tasks or null)`, `messages(page)` and `state(isOn, error)`. */
export function join(hears, from) {
  [told, number] = [hears, from];
  leaving = new AbortController();
  if (!navigator.locks) return void lead();
  channel = new BroadcastChannel(name);
  channel.onmessage = ({ data }) => hear(data);
  stand();
  ask();
  const signal = leaving.signal;
  document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); }, { signal });
  addEventListener("pagehide", () => say({ kind: "want", tab: me, wanted: null }), { signal });
  return undefined;
}

export function leave() {
  leaving?.abort();
  leader?.stop();
  channel?.close();
  [leader, channel] = [undefined, undefined];
}

/** Hears from now on what an attempt says after `seq`; null hears of none. */
export function follow(wanted) {
  followed = wanted;
  if (told) ask();
}

/** Leads as soon as no other tab does, until this one goes or another takes over. */
function stand(options = { signal: leaving.signal }) {
  const { signal } = leaving;
  let mine;
  navigator.locks.request(name, options, () => new Promise((done) => {
    if (signal.aborted) return done();
    signal.addEventListener("abort", done);
    mine = lead();
  })).catch(() => {
    // Another tab took over, as this one gave no answer.
    mine?.stop();
    if (leader === mine) leader = undefined;
    if (!signal.aborted) stand();
  });
}

/** Says what this tab wants to hear; a leader that does not answer is replaced. */
function ask() {
  const asked = performance.now();
  say({ kind: "want", tab: me, wanted: followed });
  if (!channel || leader) return;
  const { signal } = leaving;
  clearTimeout(doubt);
  doubt = setTimeout(() => {
    if (heardAt < asked && !leader && !signal.aborted) stand({ steal: true });
  }, patience);
}

/** Tells all tabs, this one among them. */
function say(word) {
  channel?.postMessage(word);
  hear(word);
}

function hear(word) {
  if (word.kind === "want") return leader?.want(word.tab, word.wanted);
  heardAt = performance.now();
  switch (word.kind) {
    case "lead": return say({ kind: "want", tab: me, wanted: followed });
    case "state":
      reach(word.number, word.number, null);
      return told.state(word.isOn, word.error);
    case "changes": return reach(word.after, word.number, word.tasks);
    case "messages": return take(word);
    default: return undefined;
  }
}

/** Takes changes between two numbers; where some before them were missed, all is looked at anew. */
function reach(after, upTo, tasks) {
  if (upTo <= number) return;
  const isWhole = tasks && after <= number;
  number = upTo;
  told.changed(isWhole ? tasks : null);
}

function take({ task, attempt, after, page }) {
  if (!followed || followed.task !== task || followed.attempt !== attempt) return;
  if (after > followed.seq) return ask();
  const items = page.items.filter((message) => message.seq > followed.seq);
  followed.seq = Math.max(followed.seq, page.nextAfterSeq);
  told.messages({ ...page, items });
}

function lead() {
  leader?.stop();
  const wants = new Map();
  /** What has been told of each attempt that somebody follows. */
  let reached = new Map();
  let state = { isOn: undefined };
  let hangUp = () => {};
  let isDue = false;
  const key = (one) => `${one.task}:${one.attempt}`;

  function query() {
    const follow = [...reached].slice(-32).map(([one, seq]) => `${one}:${seq}`).join();
    return { after: number, ...(follow ? { follow } : {}) };
  }

  function begin() {
    if (isDue) return;
    isDue = true;
    queueMicrotask(() => {
      isDue = false;
      if (leader !== self) return;
      hangUp();
      hangUp = listen(query, heard, (isOn, error) => {
        state = { isOn, error: error && { status: error.status ?? 0 } };
        tellState();
      });
    });
  }

  const tellState = () => say({ kind: "state", number, ...state });

  function heard(event, data) {
    if (event === "changes") say({ kind: "changes", ...data });
    else if (event === "reset") say({ kind: "changes", after: data.number, number: data.number, tasks: null });
    else if (event === "messages") {
      const one = key(data);
      if (reached.has(one)) reached.set(one, Math.max(reached.get(one), data.page.nextAfterSeq));
      say({ kind: "messages", ...data });
    }
  }

  function want(tab, wanted) {
    wants.delete(tab);
    if (wanted) wants.set(tab, wanted);
    const next = new Map();
    for (const [who, one] of wants) {
      const at = key(one);
      // Who asks now may be behind; the others have heard what was told since they asked.
      const seq = who === tab ? one.seq : reached.get(at) ?? one.seq;
      next.set(at, Math.min(seq, next.get(at) ?? seq));
    }
    const isSame = next.size === reached.size && [...next].every(([at, seq]) => reached.get(at) === seq);
    reached = next;
    if (!isSame) begin();
    if (state.isOn !== undefined) tellState();
  }

  const self = { want, stop: () => hangUp() };
  leader = self;
  begin();
  say({ kind: "lead" });
  return self;
}
