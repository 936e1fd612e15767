// Judges what a task handed in, sends it back, changes what is said about it, and remarks on it.

import { call } from "./api.js";
import { textOf } from "./artifacts.js";
import { ask } from "./dialogs.js";
import { agent, ago, doing, duration, failureWords, h, pill, toast } from "./dom.js";
import { can } from "./session.js";

const queued = () => toast("A new attempt is queued.");
const words = (text, more = {}) => h("textarea", { rows: 4, ...more });

/** Offers who can run it now; what stands first is left as it is. */
export async function profiles(first) {
  const said = await call("tasks_schemas", { max_bytes: 40000 }).catch(() => ({ profiles: [] }));
  return h("select", {}, h("option", { value: "" }, first), said.profiles.filter((one) => one.available)
    .map((one) => h("option", { value: one.name }, one.name)));
}

export async function retry(task) {
  const reason = words("reason", { required: true });
  const brief = words("brief", { value: task.input?.brief ?? "" });
  const profile = await profiles(`${task.profile}, as before`);
  ask("Try again", "Retry", () => call("tasks_retry", { task_id: task.id, reason: reason.value,
    ...(profile.value ? { profile: profile.value } : {}),
    ...(brief.value && brief.value !== task.input?.brief ? { brief: brief.value } : {}) }).then(queued),
  h("label", {}, "Why, or what should be different? The agent is told.", reason),
  h("label", {}, "Run by", profile),
  task.input?.brief === undefined ? null : h("details", {}, h("summary", {}, "Another brief"), h("label", {}, "Brief", brief)));
}

/** Sends remarks back: as a rejection where there is a result, else with a retry. */
export function sendBack(task, remarks) {
  const text = words("remarks", { required: true, rows: 8, value: remarks });
  ask("Send back", "Retry with these remarks", () => (task.status === "completed" && can("tasks_verify")
    ? call("tasks_verify", { task_id: task.id, accepted: false, comments: text.value, retry_with_feedback: true })
    : call("tasks_retry", { task_id: task.id, reason: text.value })).then(queued),
  h("label", {}, "The next attempt is told", text));
}

export function review(task, accepted) {
  const text = words("comments");
  const again = h("input", { type: "checkbox", onchange: () => { text.required = again.checked; } });
  ask(accepted ? "Accept the result?" : "Reject the result?", accepted ? "Accept" : "Reject", async () => {
    const comments = text.value.trim();
    await call("tasks_verify", { task_id: task.id, accepted, ...(comments ? { comments } : {}),
      ...(again.checked ? { retry_with_feedback: true } : {}) });
    if (again.checked) queued();
  }, h("label", {}, "Comments ", h("span", { class: "hint" }, "kept with the verdict"), text),
  accepted ? null : h("label", { class: "row" }, again, "Try again; the agent is told these comments"));
}

export async function edit(task) {
  const isWaiting = task.status === "queued" || task.status === "waiting";
  const title = h("input", { value: task.title, maxLength: 200, required: true, autocomplete: "off" });
  const tags = h("input", { value: (task.tags ?? []).join(" "), autocomplete: "off" });
  const priority = h("input", { type: "number", min: 0, max: 100, value: task.priority, required: true });
  const profile = isWaiting ? await profiles(`${task.profile}, as before`) : null;
  ask("Change the task", "Save", () => call("tasks_update", { task_id: task.id, revision: task.revision,
    title: title.value, tags: tags.value.split(/\s+/).filter(Boolean), priority: Number(priority.value),
    ...(profile?.value ? { profile: profile.value } : {}) }),
  h("label", {}, "Title", title),
  h("label", {}, "Tags ", h("span", { class: "hint" }, "separated by spaces"), tags),
  h("label", {}, "Priority ", h("span", { class: "hint" }, "0 critical, 100 low"), priority),
  profile ? h("label", {}, "Run by", profile) : null);
}

const tones = { accepted: "good", rejected: "bad", pending: "" };

/** Shows what was thought and said of a task, and takes another remark. */
export function remarks(task) {
  const text = h("textarea", { rows: 2, "aria-label": "Comment", placeholder: "Comment" });
  const add = h("button", { type: "button", onclick: () => doing(add, async () => {
    if (!text.value.trim()) return text.focus();
    await call("tasks_comment", { task_id: task.id, text: text.value });
    text.value = "";
    text.blur();
    return toast("Kept with the task.");
  }) }, "Add comment");
  const verdict = task.review;
  return [
    verdict ? h("div", {}, h("div", { class: "row" },
      h("span", { class: "pill verdict", data: { tone: tones[verdict.state] } }, verdict.state === "pending" ? "not reviewed yet" : verdict.state),
      verdict.state === "pending" ? null : [h("span", { class: "dim small" }, verdict.reviewer), h("span", { class: "dim small" }, ago(verdict.at))]),
    verdict.comments ? agent("p", verdict.comments, { class: "small" }) : null) : null,
    (task.comments ?? []).map((one) => h("div", { class: "comment small" },
      h("div", { class: "row dim" }, agent("strong", one.author), ago(one.at)), agent("p", one.text))),
    can("tasks_comment") ? [text, h("div", { class: "row" }, add)] : null,
  ];
}

/** Opens what a check printed, where that was kept. */
function printed(task, cid) {
  const shown = h("div");
  const box = h("details", {}, h("summary", { class: "dim" }, "What it printed"), shown);
  box.addEventListener("toggle", async () => {
    try {
      const { text } = await textOf(task.id, { cid, sizeBytes: Infinity });
      shown.replaceChildren(agent("pre", text, { class: "evidence", tabIndex: 0 }));
    } catch (error) {
      shown.textContent = error.status === 416 ? "Nothing." : failureWords(error);
    }
  }, { once: true });
  return box;
}

function checkItem(task, check) {
  const words = check.argv.slice(check.argv[1] === "-c" ? 2 : 0).join(" ");
  return h("div", { class: "small check", data: { status: check.status } },
    h("p", {}, h("span", { class: "pill", data: { tone: check.status === "passed" ? "good" : "bad" } }, check.status.replaceAll("_", " ")), " ",
      agent("code", words), h("span", { class: "dim num" }, ` ${duration(check.durationMs)}${check.exit?.code ? `, exit ${check.exit.code}` : ""}`)),
    check.outputCid ? printed(task, check.outputCid) : null);
}

/** Shows the attempts, each with how it ended and whether it counts. */
export function attemptList(task, attempts) {
  return attempts.map((one) => h("dl", {}, h("dt", {}, `${one.attemptN}`),
    h("dd", {}, pill(one.status, one.statusReason),
      one.exit?.code === undefined ? null : h("span", { class: "dim small" }, ` exit ${one.exit.code}`),
      one.attemptN === task.acceptedAttemptN && attempts.length > 1 ? h("span", { class: "dim small" }, " · counts") : null,
      (one.checks ?? []).map((check) => checkItem(task, check)),
      one.error ? agent("p", one.error.message, { class: "small" }) : null,
      one.output?.summary ? agent("p", one.output.summary, { class: "small" }) : null)));
}
