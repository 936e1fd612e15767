// Makes a new task: the form of its type, who runs it, where, and what it may cost.

import { call } from "./api.js";
import { doing, failureWords, h } from "./dom.js";
import { chooseFolder } from "./folders.js";
import { go } from "./moves.js";

const directoryKey = "errand-directories";

/** Gives where tasks were made last, the latest first. */
function lastDirectories() {
  try {
    return JSON.parse(localStorage.getItem(directoryKey) ?? "[]").filter((one) => typeof one === "string");
  } catch {
    return [];
  }
}

function keepDirectory(path) {
  const all = [path, ...lastDirectories().filter((one) => one !== path)];
  localStorage.setItem(directoryKey, JSON.stringify(all.slice(0, 12)));
}

export function newTaskView() {
  const fault = h("div", { class: "fault", role: "alert" });
  const fields = h("div", { class: "task-page" });
  const form = h("form", { class: "card", novalidate: true }, h("p", { class: "dim" }, "…"));
  const element = h("div", { class: "new-task" }, h("h1", {}, "New task"), form);
  const scratch = h("input", { type: "checkbox", name: "scratch" });
  const apart = h("label", {}, h("span", { class: "row" }, scratch, "Work in an empty scratch folder instead"));
  let types = [];
  let profiles = [];

  async function refresh() {
    try {
      const said = await call("tasks_schemas", { max_bytes: 40000 });
      [types, profiles] = [said.items, said.profiles];
    } catch (error) {
      return form.replaceChildren(h("p", { class: "fault" }, failureWords(error)));
    }
    const type = h("select", { name: "task_type", onchange: () => showFields(type.value) },
      types.map((one) => h("option", { value: one.taskType, selected: one.taskType === "freeform" }, one.taskType)));
    const choice = (one) => h("option", { value: one.name, disabled: !one.available },
      [one.name, one.adapter === one.name ? "" : one.adapter, one.version, one.isDefault ? "the default" : "",
        one.loggedIn === false ? "not logged in" : "", one.available ? "" : one.reason ?? "not available"].filter(Boolean).join(" · "));
    const missing = profiles.filter((one) => !one.available);
    const profile = h("select", { name: "profile" }, h("option", { value: "" }, "the default"), profiles.filter((one) => one.available).map(choice),
      missing.length ? h("optgroup", { label: "Not installed" }, missing.map(choice)) : null);
    const known = h("datalist", { id: "known-directories" }, lastDirectories().map((value) => h("option", { value })));
    const directory = h("input", { name: "directory", value: lastDirectories()[0] ?? "", spellcheck: false, autocomplete: "off", list: known.id });
    const submit = h("button", { type: "submit", class: "main" }, "Create");
    const dry = h("button", { type: "button", onclick: () => doing(dry, () => send(true)) }, "Check only");
    form.replaceChildren(
      h("div", { class: "pair" }, h("label", {}, "Type", type), h("label", {}, "Profile", profile)), fields,
      h("div", { class: "row low" }, h("label", { class: "grow" }, "Directory ", h("span", { class: "hint" }, "where it works, absolute"), directory, known),
        h("button", { type: "button", onclick: () => chooseFolder(directory.value.trim(), (path) => { directory.value = path; }) }, "Choose…")),
      apart,
      h("details", {}, h("summary", {}, "More"), h("div", { class: "task-page panel" },
        h("label", {}, "Title ", h("span", { class: "hint" }, "made from the brief unless given"), h("input", { name: "title", maxLength: 200 })),
        h("div", { class: "pair" },
          h("label", {}, "Budget in US$", h("input", { name: "budget_usd", type: "number", min: 0, step: "0.01" })),
          h("label", {}, "Longest run in minutes", h("input", { name: "minutes", type: "number", min: 1 }))),
        h("div", { class: "pair" },
          h("label", {}, "Priority ", h("span", { class: "hint" }, "0 critical, 100 low"), h("input", { name: "priority", type: "number", min: 0, max: 100, placeholder: "50" })),
          h("label", {}, "Tags ", h("span", { class: "hint" }, "separated by spaces"), h("input", { name: "tags" }))))),
      fault, h("div", { class: "row" }, submit, dry));
    form.onsubmit = (event) => { event.preventDefault(); doing(submit, () => send(false)); };
    await showFields(type.value);
    if (new URLSearchParams(location.search).has("profile")) profile.value = new URLSearchParams(location.search).get("profile");
    fields.querySelector("textarea, input")?.focus();
  }

  /** Makes a field for each member of the type's input. */
  async function showFields(name) {
    const said = await call("tasks_schemas", { task_type: name, max_bytes: 40000 });
    const schema = said.items[0]?.inputSchema ?? {};
    // Other types say themselves where they work.
    apart.hidden = !said.items[0]?.policy?.acceptsWorkspaceOverride;
    if (apart.hidden) scratch.checked = false;
    const needed = schema.required ?? [];
    const members = Object.entries(schema.properties ?? {});
    const first = members.filter(([key]) => needed.includes(key));
    const rest = members.filter(([key]) => !needed.includes(key));
    const made = (list) => list.map(([key, shape]) => field(key, shape, needed.includes(key)));
    fields.replaceChildren(h("p", { class: "dim small" }, types.find((one) => one.taskType === name)?.description ?? ""),
      ...(first.length ? made(first) : made(rest)),
      ...(first.length && rest.length ? [h("details", {}, h("summary", {}, "Details"), h("div", { class: "task-page panel" }, made(rest)))] : []));
  }

  function field(key, shape, isNeeded) {
    const words = key.replace(/([A-Z])/g, " $1").toLowerCase();
    const common = { name: `input.${key}`, required: isNeeded, data: { shape: shape.type ?? "json" } };
    let input;
    if (shape.enum) input = h("select", common, isNeeded ? null : h("option", { value: "" }, "–"), shape.enum.map((value) => h("option", { value }, value)));
    else if (shape.type === "boolean") input = h("input", { ...common, type: "checkbox" });
    else if (shape.type === "integer" || shape.type === "number") input = h("input", { ...common, type: "number" });
    else input = h("textarea", { ...common, rows: key === "brief" || key === "script" ? 6 : 2 });
    const hint = shape.type === "array" ? "one a line" : shape.type === "object" || !shape.type ? "as JSON" : "";
    return h("label", {}, words[0].toUpperCase() + words.slice(1), " ", h("span", { class: "hint" }, [shape.description, hint].filter(Boolean).join("; ")), input);
  }

  function value(input) {
    const text = input.value.trim();
    switch (input.dataset.shape) {
      case "boolean": return input.checked || undefined;
      case "integer": case "number": return text === "" ? undefined : Number(text);
      case "array": return text === "" ? undefined : text.split("\n").map((line) => line.trim()).filter(Boolean);
      case "string": return text === "" ? undefined : input.value;
      default: return text === "" ? undefined : JSON.parse(text);
    }
  }

  async function send(isDry) {
    fault.textContent = "";
    const read = (name) => form.elements[name].value.trim();
    const body = { task_type: read("task_type"), input: {} };
    try {
      for (const input of form.querySelectorAll("[name^='input.']")) {
        const given = value(input);
        if (given !== undefined) body.input[input.name.slice(6)] = given;
      }
    } catch {
      fault.textContent = "A field that takes JSON holds something else.";
      return;
    }
    for (const name of ["profile", "title", "directory"]) if (read(name)) body[name] = read(name);
    for (const name of ["budget_usd", "priority"]) if (read(name)) body[name] = Number(read(name));
    if (scratch.checked) { body.workspace = "none"; delete body.directory; }
    if (read("minutes")) body.running_timeout_sec = Number(read("minutes")) * 60;
    if (read("tags")) body.tags = read("tags").split(/\s+/);
    try {
      const made = await call("tasks_create", { ...body, ...(isDry ? { dry_run: true } : {}) });
      if (body.directory && !isDry) keepDirectory(body.directory);
      if (isDry) fault.replaceChildren(h("span", { class: "pill", data: { tone: "good" } }, "All is well; nothing was stored."));
      else go(`/tasks/${made.name}`);
    } catch (error) {
      fault.replaceChildren(h("strong", {}, error.summary), h("ul", {}, (error.faults ?? []).map((one) => h("li", {}, `${one.pointer}: ${one.message}`))), error.nextStep ?? "");
    }
  }
  return { element, title: "New task", refresh };
}
