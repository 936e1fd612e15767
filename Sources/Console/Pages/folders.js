// Chooses a folder on this machine, among those in which tasks may work.

import { post } from "./api.js";
import { dialog } from "./dialogs.js";
import { agent, failureWords, h, put } from "./dom.js";

/** Opens a chooser at a folder; `chosen(path)` gets what is taken. */
export function chooseFolder(start, chosen) {
  const place = h("p", { class: "mono small", "aria-live": "polite" });
  const list = h("ul", { class: "rows folders", "aria-label": "Folders" });
  const fault = h("p", { class: "fault", role: "alert" });
  let here;
  const take = h("button", { type: "button", class: "main", onclick: () => { element.close(); chosen(here); } }, "Work here");
  const element = dialog("Choose a folder", place, list, fault,
    h("div", { class: "row" }, take, h("button", { type: "button", onclick: () => element.close() }, "Leave it")));

  const row = (text, path, note) => h("li", {}, h("button", { type: "button", class: "ghost", onclick: () => open(path) },
    agent("span", text), note ? h("span", { class: "pill" }, note) : null));

  async function open(path) {
    let said;
    try {
      said = await post("/api/folders", path ? { path } : {});
    } catch (error) {
      fault.textContent = failureWords(error);
      if (path && here === undefined && list.childElementCount === 0) await open();
      return;
    }
    fault.textContent = "";
    here = said.path;
    put(place, here ? agent("span", here) : "Tasks may work below these folders:");
    put(list, here ? row("↑ up", said.parent) : null, said.folders.map((one) => row(one.name, one.path, one.repository ? "git" : "")),
      said.folders.length ? null : h("li", { class: "empty dim small" }, "There are no folders in it."),
      said.truncated ? h("li", { class: "empty dim small" }, "There are more; write the path yourself.") : null);
    take.disabled = !here;
    list.querySelector("button")?.focus();
  }
  open(start);
}
