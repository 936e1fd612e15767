// Shows a diff by files and hunks; remarks on lines are gathered for the agent.

import { agent, h, visible } from "./dom.js";

/** Parses a unified diff as git writes it. */
export function parseDiff(text) {
  const files = [];
  let file;
  let [oldLine, newLine] = [0, 0];
  for (const line of text.split("\n")) {
    if (line.startsWith("diff --git ")) {
      file = { name: line.replace(/^diff --git a\/(.*) b\/\1$/, "$1").replace(/^diff --git /, ""), lines: [], added: 0, removed: 0 };
      files.push(file);
    } else if (!file) continue;
    else if (line.startsWith("@@")) {
      const at = /^@@ -(\d+)(?:,\d+)? \+(\d+)/.exec(line);
      [oldLine, newLine] = at ? [Number(at[1]), Number(at[2])] : [0, 0];
      file.lines.push({ sign: "@", text: line });
    } else if (file.lines.length === 0) {
      if (/^(Binary|new file|deleted file|rename|similarity)/.test(line)) file.note = `${file.note ? `${file.note}, ` : ""}${line}`;
    } else if (line.startsWith("+")) {
      file.added += 1;
      file.lines.push({ sign: "+", text: line.slice(1), to: newLine++ });
    } else if (line.startsWith("-")) {
      file.removed += 1;
      file.lines.push({ sign: "-", text: line.slice(1), from: oldLine++ });
    } else if (line.startsWith(" ")) {
      file.lines.push({ sign: " ", text: line.slice(1), from: oldLine++, to: newLine++ });
    }
  }
  return files;
}

/** How many lines of a file are shown at once. */
const most = 600;

export function diffView(text, { onRemarks } = {}) {
  const files = parseDiff(text);
  const remarks = [];
  const foot = h("div", { class: "panel row" });
  if (files.length === 0) return agent("pre", text);

  function told() {
    foot.replaceChildren(...(remarks.length && onRemarks ? [h("button", { type: "button", class: "main",
      onclick: () => onRemarks(remarks.map((one) => `${one.place}: ${one.text}`).join("\n")) },
    `Retry with ${remarks.length} remark${remarks.length === 1 ? "" : "s"}`)] : []));
  }

  function remark(row, place) {
    if (!onRemarks || row.nextElementSibling?.matches(".remark")) return;
    const input = h("textarea", { "aria-label": `Remark on ${place}`, rows: 2 });
    const keep = h("button", { type: "button", onclick: () => {
      const said = input.value.trim();
      if (!said) return box.remove();
      remarks.push({ place, text: said });
      box.replaceChildren(h("strong", { class: "small" }, place), " ", said);
      told();
    } }, "Add remark");
    const box = h("div", { class: "remark" }, input, h("div", { class: "row" }, keep,
      h("button", { type: "button", class: "ghost", onclick: () => box.remove() }, "Cancel")));
    row.after(box);
    input.focus();
  }

  function lineRow(file, line) {
    const place = `${file.name}:${line.to ?? line.from ?? ""}`;
    const button = (number) => h("button", { type: "button", tabIndex: onRemarks ? 0 : -1,
      "aria-label": number === undefined ? "No line here" : `Remark on line ${number}`, disabled: number === undefined,
      onclick: () => remark(row, place) }, number ?? "");
    const row = line.sign === "@"
      ? h("div", { class: "diff-line", data: { sign: "@" } }, h("span"), h("span"), h("span", {}, visible(line.text)))
      : h("div", { class: "diff-line", data: { sign: line.sign } }, button(line.from), button(line.to),
        h("span", {}, line.sign, visible(line.text)));
    return row;
  }

  function fileView(file) {
    const body = h("div", { class: "diff" });
    let shown = 0;
    const more = h("button", { type: "button", class: "link", onclick: show }, "Show more");
    function show() {
      body.append(...file.lines.slice(shown, shown + most).map((line) => lineRow(file, line)));
      shown += most;
      more.hidden = shown >= file.lines.length;
    }
    const element = h("details", { class: "diff-file", open: files.length < 8 && file.lines.length < 400 },
      h("summary", {}, h("strong", { class: "mono" }, visible(file.name)), " ",
        h("span", { class: "added num" }, `+${file.added}`), " ", h("span", { class: "removed num" }, `−${file.removed}`),
        file.note ? h("span", { class: "dim small" }, ` ${file.note}`) : null), body, more);
    if (element.open) show();
    else {
      more.hidden = true;
      element.addEventListener("toggle", show, { once: true });
    }
    return element;
  }
  const sum = (key) => files.reduce((all, file) => all + file[key], 0);
  return h("div", {}, h("p", { class: "panel dim small num" },
    `${files.length} file${files.length === 1 ? "" : "s"}, +${sum("added")} −${sum("removed")}`),
  files.map(fileView), foot);
}
