// Shows one task: what it is about, how it stands and why, what it says, and what it left.

import { call, firstOfDiff } from "./api.js";
import { actionRow, cancel } from "./actions.js";
import { messageBox, questionCard } from "./answers.js";
import { artifactItem, listArtifacts, textOf } from "./artifacts.js";
import { usageChart, usageOverTime } from "./chart.js";
import { diffView } from "./diff.js";
import { agent, ago, count, duration, failureWords, h, isOver, money, pill, put } from "./dom.js";
import { follow } from "./line.js";
import { soon } from "./lists.js";
import { streamView } from "./messages.js";
import { attemptList, edit, remarks, sendBack } from "./review.js";
import { can } from "./session.js";
import { family } from "./tree.js";

export function taskView(reference) {
  let task;
  let followed = 0;
  let artifactCount = -1;
  let listings = 0;
  let listed = 0;
  let shownDiff;
  const shownItems = new Map();
  let isGone = false;
  let box;
  const head = h("header", { class: "task-head" }, h("h1", {}, "…"));
  const asked = h("div", { class: "task-page", "aria-live": "assertive" });
  const changes = h("section", { class: "card", "aria-label": "Changes", hidden: true });
  const foot = h("div");
  const artifacts = h("section", { class: "card panel", hidden: true });
  const side = Object.fromEntries(["brief", "result", "family", "remarks", "usage", "attempts"].map((key) =>
    [key, h("section", { class: "card panel", hidden: true })]));
  const stream = streamView(earlier);
  stream.element.append(foot);
  const element = h("article", { class: "task-page" }, head, asked,
    h("div", { class: "two" }, h("div", { class: "task-page" }, changes, artifacts, stream.element),
      h("aside", { class: "side", "aria-label": "About the task" }, Object.values(side))));
  const view = { element, title: reference, refresh, messages, keys: {
    c: () => { if (task && !isOver(task.status)) cancel(task); },
    e: () => { if (task && can("tasks_update")) edit(task); },
    m: () => document.getElementById("message")?.focus(),
    g: () => stream.jump(),
  } };
  const look = soon(refresh, 60);
  view.changed = (ids) => {
    if (!ids || !task || ids.includes(task.id)) look();
    else if (task.childCounts) showFamily();
  };
  view.leave = () => { isGone = true; };

  async function refresh() {
    try {
      task = await call("tasks_get", { task_id: reference, max_bytes: 40000 });
    } catch (error) {
      if (error.code === "not_found") missing();
      else if (!task) head.replaceChildren(h("h1", {}, reference), h("p", { class: "fault", role: "alert" }, failureWords(error)));
      return;
    }
    if (isGone) return;
    asked.nextElementSibling.hidden = false;
    const count = document.title.match(/^\(\d+\) /)?.[0] ?? "";
    document.title = `${count}${task.title} · Errand`;
    showHead();
    showSide();
    stream.live(!isOver(task.status));
    if (followed !== task.attemptCount) await begin();
    if (task.attemptCount === 0) stream.say(isOver(task.status) ? "It ended without being tried." : "It has not started yet.");
    showBox();
    if (artifactCount !== task.artifactCount) await showArtifacts();
    if (isOver(task.status)) await showAttempts();
  }

  /** Says where a task may be that is not there, or no longer. */
  function missing() {
    const link = (path, words) => h("a", { href: path, data: { link: "" } }, words);
    put(head, h("h1", {}, task?.title ?? reference), h("p", { role: "alert" }, task ? "This task was deleted." : "There is no task of this name."),
      h("p", { class: "row" }, link("/table", "All tasks"), can("tasks_delete") ? link("/bin", "Look in the bin") : null));
    put(asked);
    asked.nextElementSibling.hidden = true;
  }

  /** Keeps one box while an agent may hear, so that nothing written is lost. */
  function showBox() {
    const mayHear = task.takesMessages && task.attemptCount > 0 && can("tasks_respond");
    if (!mayHear) box = undefined;
    else if (box) return box.show(task);
    else box = messageBox(task);
    return put(foot, box?.element);
  }

  function showHead() {
    const why = task.statusMessage && task.status !== "completed" ? h("p", { class: isOver(task.status) ? "why agent" : "agent dim", dir: "auto" }, task.statusMessage) : null;
    const start = task.startedAt && Date.parse(task.startedAt);
    const end = task.completedAt ? Date.parse(task.completedAt) : Date.now();
    const hadFocus = head.contains(document.activeElement) && document.activeElement.textContent;
    put(head,
      h("div", { class: "row spread" }, h("div", { class: "row" }, pill(task.status, task.statusReason), agent("h1", task.title)), actionRow(task)),
      h("div", { class: "facts" }, h("span", { class: "mono" }, task.name), h("span", {}, task.profile),
        task.directory ? agent("span", task.directory, { class: "mono" }) : null,
        h("span", {}, "created ", ago(task.queuedAt)),
        start ? h("span", { class: "num" }, `${isOver(task.status) ? "ran" : "runs for"} ${duration(end - start)}`) : null,
        task.queuePosition ? h("span", {}, `place ${task.queuePosition} in the queue`) : null,
        task.usage?.costUsd === undefined ? null : h("span", { class: "num" }, money(task.usage.costUsd), task.budget?.usd ? ` of ${money(task.budget.usd)}` : "")), why);
    if (hadFocus) [...head.querySelectorAll("button")].find((one) => one.textContent === hadFocus)?.focus();
    const open = (task.pendingRequests ?? []).map((one) => one.requestId).join();
    if (asked.dataset.open !== open) {
      asked.dataset.open = open;
      put(asked, (task.pendingRequests ?? []).map((one) => questionCard(task, one)));
    }
  }

  function panel(key, title, ...content) {
    side[key].hidden = false;
    put(side[key], h("h2", {}, title), ...content);
  }

  function showSide() {
    const brief = task.input?.brief ?? (task.input ? JSON.stringify(task.input, null, 2) : "The input is too large to stand here.");
    if (side.brief.dataset.shown !== brief) {
      side.brief.dataset.shown = brief;
      panel("brief", "Brief", agent("pre", brief), task.tags?.length ? h("p", { class: "dim small" }, task.tags.map((tag) => `#${tag} `)) : null);
    }
    if (task.resultSummary) panel("result", "Result", agent("p", task.resultSummary));
    const isWriting = side.remarks.contains(document.activeElement) && document.activeElement.value;
    if (!isWriting) panel("remarks", task.review ? "Review" : "Comments", remarks(task));
    const usage = task.usage ?? {};
    const facts = [["Cost", money(usage.costUsd)], ["Turns", count(usage.turns)], ["Tool calls", count(usage.toolCalls)],
      ["Tokens in", count(usage.inputTokens)], ["Tokens out", count(usage.outputTokens)], ["Model", usage.model]].filter(([, value]) => value);
    if (facts.length) {
      panel("usage", "Usage", chart, h("dl", {}, facts.map(([key, value]) => [h("dt", {}, key), h("dd", { class: "num" }, value)])));
      if (chart.dataset.shown !== JSON.stringify(usage)) showChart();
    }
    showFamily();
  }

  const chart = h("div");
  const showChart = soon(async () => {
    if (isGone) return;
    const points = await usageOverTime(task);
    chart.dataset.shown = JSON.stringify(task.usage ?? {});
    put(chart, usageChart(points, task.budget));
  }, 1000);

  let step = 1;
  const showFamily = soon(async () => {
    if (isGone) return;
    const tree = await family(task, step, () => { step += 1; showFamily(); });
    if (tree && !isGone) panel("family", task.childCounts ? "Subtasks" : "Belongs to", tree);
  }, 400);

  async function showAttempts() {
    const page = await call("tasks_attempts_list", { task_id: task.id, max_bytes: 40000 });
    panel("attempts", "Attempts", attemptList(task, page.items));
  }

  async function showArtifacts() {
    const listing = ++listings;
    const { artifactCount: count, attemptCount } = task;
    const all = count ? await listArtifacts(task.id) : [];
    // Whoever asked later knows more, also where they were answered first.
    if (listing < listed) return;
    listed = listing;
    artifactCount = count;
    if (all.length === 0) return;
    artifacts.hidden = false;
    put(artifacts, h("h2", {}, `Artifacts (${all.length})`), h("div", {}, all.map((item) => itemOf(item, attemptCount > 1))));
    const diff = all.findLast((item) => item.kind === "diff");
    const showing = `${diff?.cid} ${isOver(task.status)}`;
    if (!diff || showing === shownDiff) return;
    const { text, isWhole } = await textOf(task.id, diff, firstOfDiff);
    if (listing < listed) return;
    shownDiff = showing;
    changes.hidden = false;
    put(changes, h("header", { class: "panel" }, h("h2", {}, "Changes")),
      diffView(text, { onRemarks: isOver(task.status) && can("tasks_retry") ? (said) => sendBack(task, said) : undefined }),
      isWhole ? null : h("p", { class: "panel dim small" }, "The diff is longer; save the artifact to see all."));
  }

  /** What is shown already stays as a person left it, opened or not. */
  function itemOf(item, isOneOf) {
    const key = JSON.stringify([item.cid, item.title, item.attemptN, isOneOf]);
    if (!shownItems.has(key)) shownItems.set(key, artifactItem(task.id, item, isOneOf));
    return shownItems.get(key);
  }

  /** Shows the last words of the latest attempt, then listens to more. */
  async function begin() {
    if (task.attemptCount === 0) return;
    followed = task.attemptCount;
    const page = await call("tasks_messages_list", { task_id: task.id, attempt_n: followed, tail: 200, include_deltas: true, max_bytes: 40000 });
    // A few large ones may have filled the page.
    const first = page.items[0]?.seq ?? 0;
    const before = first > 0 && page.items.length < 20
      ? await call("tasks_messages_list", { task_id: task.id, attempt_n: followed, tail: 100, before_seq: first, max_bytes: 40000 })
      : { items: [] };
    if (isGone) return;
    stream.clear();
    stream.add([...before.items, ...page.items]);
    follow({ task: task.id, attempt: followed, seq: page.nextAfterSeq ?? -1 });
  }

  function messages(page) {
    if (page.attemptN !== followed) return;
    stream.hush();
    stream.add(page.items);
  }

  /** Shows older messages by showing all again from further back. */
  async function earlier(before) {
    const page = await call("tasks_messages_list", { task_id: task.id, attempt_n: followed, tail: 200, before_seq: before, max_bytes: 40000 });
    stream.prepend(page.items);
  }
  return view;
}
