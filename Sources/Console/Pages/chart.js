// Draws what a task has used over time.

import { call } from "./api.js";
import { count, duration, money } from "./dom.js";

const [width, height, foot] = [300, 96, 16];

function draw(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** Gathers how much was used by when, from the ends of turns and of attempts. */
export async function usageOverTime(task) {
  const page = await call("tasks_attempts_list", { task_id: task.id, max_bytes: 40000 });
  const points = [];
  const base = { cost: 0, tokens: 0 };
  const add = (at, cost, tokens, isGuessed) => points.push({ at, cost: base.cost + cost, tokens: base.tokens + tokens, isGuessed });
  for (const attempt of page.items.slice(-8)) {
    const start = Date.parse(attempt.startedAt ?? attempt.claimedAt ?? task.startedAt);
    if (Number.isNaN(start)) continue;
    add(start, 0, 0);
    const sum = { cost: 0, tokens: 0 };
    const ends = await turns(task, attempt.attemptN);
    for (const turn of ends) {
      const usage = turn.payload.usage ?? {};
      sum.cost += usage.costUsd ?? 0;
      sum.tokens += tokens(usage);
      add(Date.parse(turn.timestamp), sum.cost, sum.tokens);
    }
    // What the attempt was billed in the end is what counts.
    const whole = attempt.usage ?? {};
    const [cost, used] = [Math.max(whole.costUsd ?? 0, sum.cost), Math.max(tokens(whole), sum.tokens)];
    // An agent that tells no turns has used it by and by.
    add(attempt.completedAt ? Date.parse(attempt.completedAt) : Date.now(), cost, used, ends.length === 0);
    base.cost += cost;
    base.tokens += used;
  }
  return points;
}

const tokens = (usage) => (usage.inputTokens ?? 0) + (usage.outputTokens ?? 0)
  + (usage.cacheReadTokens ?? 0) + (usage.cacheWriteTokens ?? 0);

async function turns(task, number) {
  const all = [];
  let after = -1;
  for (let step = 0; step < 5; step += 1) {
    const page = await call("tasks_messages_list", { task_id: task.id, attempt_n: number, kinds: ["turn_end"], after_seq: after, limit: 200, max_bytes: 40000 });
    all.push(...page.items);
    if (!page.hasMore) break;
    after = page.nextAfterSeq;
  }
  return all;
}

/** Draws steps up to now, with the ceiling where it is near; nothing where nothing was used. */
export function usageChart(points, budget = {}) {
  const last = points.at(-1);
  if (!last || points.length < 2 || (!last.cost && !last.tokens)) return undefined;
  const key = last.cost ? "cost" : "tokens";
  const words = (value) => (key === "cost" ? money(value) : `${count(value)} tokens`);
  const ceiling = key === "cost" ? budget.usd : budget.tokens;
  const isNear = ceiling && ceiling <= last[key] * 4;
  const top = Math.max(last[key], isNear ? ceiling : 0) * 1.1;
  const [from, to] = [points[0].at, Math.max(last.at, points[0].at + 1000)];
  const x = (at) => ((at - from) / (to - from)) * width;
  const y = (value) => height - foot - (value / top) * (height - foot - 12);
  let line = `M0 ${y(points[0][key]).toFixed(1)}`;
  for (const point of points.slice(1)) {
    const [right, up] = [x(point.at).toFixed(1), y(point[key]).toFixed(1)];
    line += point.isGuessed ? `L${right} ${up}` : `H${right}V${up}`;
  }
  const label = (text, at, up, anchor = "start") => draw("text", { x: at, y: up, "text-anchor": anchor }, text);
  return draw("svg", { viewBox: `0 0 ${width} ${height}`, class: "chart", role: "img",
    "aria-label": `${key === "cost" ? "Cost" : "Tokens"} over time: ${words(last[key])} in ${duration(to - from)}${isNear ? `, of at most ${words(ceiling)}` : ""}` },
  draw("path", { class: "chart-area", d: `${line}V${height - foot}H0Z` }),
  draw("path", { class: "chart-line", d: line }),
  draw("line", { class: "chart-base", x1: 0, x2: width, y1: height - foot, y2: height - foot }),
  ...(isNear ? [draw("line", { class: "chart-ceiling", x1: 0, x2: width, y1: y(ceiling), y2: y(ceiling) }),
    label(`at most ${words(ceiling)}`, 2, y(ceiling) - 3)] : []),
  label(new Date(from).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }), 0, height - 4),
  label(`${words(last[key])} in ${duration(to - from)}`, width, height - 4, "end"));
}
