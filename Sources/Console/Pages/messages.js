// Shows what an attempt says and does, as it comes, however fast.

import { agent, count, duration, h, money, visible } from "./dom.js";

/** How many lines stand on the page at most; older ones can be asked for again. */
const most = 1500;
/** How many are drawn between two frames: more would be seen as a stop. */
const perFrame = 250;

export function streamView(loadEarlier) {
  const body = h("div", { class: "stream-body", tabIndex: 0, role: "log", "aria-live": "off", "aria-label": "What the agent says and does" });
  const earlier = h("button", { type: "button", class: "link small", hidden: true, onclick: () => loadEarlier(firstSeq()) }, "Show earlier");
  const latest = h("button", { type: "button", class: "latest main small", hidden: true, onclick: jump }, "Latest ↓");
  const element = h("section", { class: "card stream", "aria-label": "Stream" },
    h("header", { class: "row spread" }, h("h2", {}, "Stream"), earlier), body, latest);
  let waiting = [];
  let isDrawing = false;
  let calls = new Map();
  let turn;
  let isFollowing = true;
  let isLive = false;

  const firstSeq = () => Number(body.querySelector(".said, .call")?.dataset.seq ?? 0);
  const isAtEnd = () => body.scrollTop + body.clientHeight >= body.scrollHeight - 60;
  function scrolled() {
    isFollowing = isAtEnd();
    if (isFollowing) latest.hidden = true;
  }
  body.addEventListener("scroll", scrolled, { passive: true });

  function jump() {
    isFollowing = true;
    latest.hidden = true;
    body.scrollTop = body.scrollHeight;
  }

  function add(messages) {
    waiting.push(...messages);
    // Of more than can stand here only the last are drawn.
    if (waiting.length > most) {
      waiting = waiting.slice(-most);
      clear();
    }
    if (!isDrawing) drawSoon();
  }

  function drawSoon() {
    isDrawing = true;
    // A page in the background is drawn all the same, only later.
    (document.hidden ? setTimeout : requestAnimationFrame)(draw);
  }

  function draw() {
    isDrawing = false;
    for (const message of waiting.splice(0, perFrame)) put(message);
    trim();
    if (isFollowing) jump();
    else latest.hidden = !isLive;
    earlier.hidden = firstSeq() <= 0;
    if (waiting.length) drawSoon();
  }

  function clear() {
    body.replaceChildren();
    calls = new Map();
    turn = undefined;
  }

  function trim() {
    let surplus = body.querySelectorAll(".said, .call").length - most;
    while (surplus > 0) {
      const first = body.querySelector(".said, .call");
      const home = first.parentElement;
      first.remove();
      if (home !== turn && home.querySelector(".said, .call") === null) home.remove();
      surplus -= 1;
    }
  }

  function home() {
    if (!turn) {
      turn = h("details", { class: "turn", open: true, data: { only: "" } }, h("summary", {}, "Turn"));
      body.append(turn);
    }
    return turn;
  }

  function put(message) {
    const { kind, payload, seq } = message;
    const line = (tag, ...content) => h(tag, { class: "said", data: { kind, seq } }, ...content);
    const live = turn?.lastElementChild;
    switch (kind) {
      case "text_delta":
        if (live?.dataset.kind === "text_delta") live.firstChild.append(visible(payload.text));
        else home().append(line("div", agent("div", payload.text)));
        break;
      case "text":
        // The whole block takes the place of its pieces.
        if (live?.dataset.kind === "text_delta") live.remove();
        home().append(line("div", agent("div", payload.text)));
        break;
      case "user_message":
        home().append(line("div", h("span", { class: "dim small" }, from(payload.from)), agent("div", payload.text)));
        break;
      case "tool_call_start": startCall(payload, seq); break;
      case "tool_call_end": endCall(payload); break;
      case "turn_end": endTurn(payload); break;
      case "error":
        home().append(line("div", h("strong", { class: "small" }, String(payload.code).replaceAll("_", " ")), agent("div", payload.message)));
        break;
      case "input_request":
        home().append(line("div", h("strong", { class: "small" }, "Asks"), agent("div", payload.question)));
        break;
      case "input_response":
        home().append(line("div", agent("div", `Answer: ${words(payload.answer)}`)));
        break;
      default:
        home().append(line("div", agent("div", payload.text ?? words(payload))));
    }
  }

  function startCall(payload, seq) {
    const details = h("details", { class: "call", data: { seq } },
      h("summary", {}, h("strong", {}, visible(payload.tool)), " ", agent("span", payload.title ?? "", { class: "dim" })),
      payload.arguments === undefined ? null : agent("pre", words(payload.arguments)));
    calls.set(payload.callId, details);
    home().append(details);
  }

  function endCall(payload) {
    let details = calls.get(payload.callId);
    if (!details) {
      startCall(payload, payload.seq ?? 0);
      details = calls.get(payload.callId);
    }
    calls.delete(payload.callId);
    details.dataset.ok = payload.ok ? "yes" : "no";
    if (payload.durationMs !== undefined) {
      details.querySelector("summary").append(h("span", { class: "dim small" }, ` ${duration(payload.durationMs)}`));
    }
    if (payload.result !== undefined && payload.result !== null) details.append(agent("pre", words(payload.result)));
  }

  function endTurn(payload) {
    const done = home();
    const made = done.querySelectorAll(".call").length;
    const usage = payload.usage ?? {};
    const facts = [`Turn ${payload.turn ?? ""}`.trim(), made ? `${count(made)} tool call${made === 1 ? "" : "s"}` : "",
      usage.outputTokens ? `${count(usage.outputTokens)} tokens out` : "", money(usage.costUsd)];
    done.querySelector("summary").textContent = facts.filter(Boolean).join(" · ");
    delete done.dataset.only;
    // What was said in turns before the last stands folded.
    const before = done.previousElementSibling;
    if (before?.matches("details.turn") && !before.contains(document.activeElement)) before.open = false;
    turn = undefined;
  }

  /** Puts older messages before all that stand here. */
  function prepend(messages) {
    const now = turn;
    const top = body.firstChild;
    turn = h("details", { class: "turn", open: true, data: { only: "" } }, h("summary", {}, "Earlier"));
    body.insertBefore(turn, top);
    const height = body.scrollHeight;
    for (const message of messages) {
      if (!turn) body.insertBefore(turn = h("details", { class: "turn", open: true, data: { only: "" } }, h("summary", {}, "Earlier")), top);
      put(message);
    }
    turn = now;
    isFollowing = false;
    body.scrollTop += body.scrollHeight - height;
    earlier.hidden = messages.length === 0 || firstSeq() <= 0;
  }

  return { element, add, prepend, jump, clear, live: (isOn) => { isLive = isOn; },
    say: (text) => { if (body.childElementCount === 0) body.append(h("p", { class: "dim small stream-empty" }, text)); },
    hush: () => body.querySelector(".stream-empty")?.remove() };
}

const words = (value) => (typeof value === "string" ? value : JSON.stringify(value, null, 2));
const from = (who) => ({ brief: "Brief", follow_up: "Follow-up", steering: "You" })[who] ?? visible(who ?? "");
