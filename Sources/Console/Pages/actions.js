// Does things to a task, as far as there are tools: cancel, edit, retry, continue, judge, delete.

import { call } from "./api.js";
import { ask } from "./dialogs.js";
import { bytes, doing, h, isOver, toast } from "./dom.js";
import { go } from "./moves.js";
import { edit, profiles, retry, review } from "./review.js";
import { can } from "./session.js";

export function cancel(task) {
  const reason = h("input", { name: "reason", maxLength: 300, autocomplete: "off" });
  ask(`Cancel “${task.title}”?`, "Cancel the task",
    () => call("tasks_cancel", { task_id: task.id, ...(reason.value ? { reason: reason.value } : {}) }),
    h("p", {}, "It ends with every process it started. What it did stays."),
    h("label", {}, "Why (for the record)", reason)).querySelector(".main").className = "bad";
}

const bin = (task, more = {}) => call("tasks_delete", { task_ids: [task.id], ...more });

/** Takes a task out of the bin, and shows it. */
export async function restore(task) {
  await bin(task, { restore: true });
  go(`/tasks/${task.name}`);
}

async function remove(task) {
  // Says at once why it cannot go, if it cannot.
  const { items } = await bin(task, { dry_run: true });
  ask(`Delete “${task.title}”?`, "Delete the task", async () => {
    const [gone] = (await bin(task)).items;
    go("/table");
    const until = gone?.restorableUntil && new Date(gone.restorableUntil).toLocaleDateString();
    toast(until ? `It is in the bin until ${until}.` : "It is in the bin.", "Undo", () => restore(task));
  }, h("p", {}, `It goes into the bin with all it left (${bytes(items[0]?.sizeBytes ?? 0)}), and can be taken out again for a while.`))
    .querySelector(".main").className = "bad";
}

/** Goes on with what is done, in a new task: in the same conversation and place, or in copies. */
async function goOn(task, mode) {
  const text = h("textarea", { required: true, rows: 5 });
  const how = h("select", {}, h("option", { value: "extend", selected: mode === "extend" }, "in the same conversation, branch and workspace"),
    h("option", { value: "fork", selected: mode === "fork" }, "in copies of conversation and workspace; this task stays as it is"));
  const title = h("input", { maxLength: 200, autocomplete: "off", placeholder: "made from the text" });
  const [profile, attempts] = await Promise.all([profiles(`${task.profile}, as before`),
    call("tasks_attempts_list", { task_id: task.id, max_bytes: 40000 }).catch(() => ({ items: [] }))]);
  const source = attempts.items.find((one) => one.attemptN === task.acceptedAttemptN) ?? attempts.items.at(-1);
  const isKept = source?.session?.resumable === true;
  const anew = h("input", { type: "checkbox", checked: !isKept, disabled: !isKept });
  ask("Go on in a new task", "Create", async () => {
    const made = await call("tasks_continue", { from_task_id: task.id, brief: text.value, mode: how.value,
      ...(title.value ? { title: title.value } : {}), ...(profile.value ? { profile: profile.value } : {}),
      ...(anew.checked ? { session: "new" } : {}) });
    go(`/tasks/${made.name ?? made.id}`);
  }, h("label", {}, "What is to be done next?", text), h("label", {}, "It goes on", how),
  h("details", {}, h("summary", {}, "More"), h("div", { class: "body" },
    h("label", {}, "Title", title), h("label", {}, "Run by ", h("span", { class: "hint" }, "another is handed a briefing"), profile),
    h("label", { class: "row" }, anew, "Start a new conversation from a briefing"))),
  isKept ? null : h("p", { class: "dim small" }, "Its conversation was not kept: the agent starts anew, from a briefing."));
}

/** Gives the buttons that make sense for a task as it stands. */
export function actionRow(task) {
  const button = (text, work, name = "") => h("button", { type: "button", class: name, onclick: work }, text);
  const isEnded = isOver(task.status);
  const isOpen = task.review?.state === "pending";
  return h("div", { class: "row actions" },
    task.status === "completed" && can("tasks_verify") ? [button("Accept", () => review(task, true), isOpen ? "main" : ""), button("Reject", () => review(task, false))] : null,
    isEnded && can("tasks_retry") ? button("Retry", () => retry(task)) : null,
    isEnded && can("tasks_continue") && task.attemptCount > 0 ? [button("Continue", () => goOn(task, "extend")), button("Fork", () => goOn(task, "fork"))] : null,
    can("tasks_update") ? button("Edit", () => edit(task)) : null,
    isEnded && can("tasks_delete") ? button("Delete", (event) => doing(event.currentTarget, () => remove(task)), "bad") : null,
    isEnded || !can("tasks_cancel") ? null : task.cancelRequestedAt ? h("button", { type: "button", disabled: true }, "Cancelling…")
      : button("Cancel", () => cancel(task), "bad"));
}
