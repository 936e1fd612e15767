// Opens artifacts in place: text, Markdown, JSON, pictures, PDF; what is anything else can be saved.

import { addressOf, artifact, call, firstPart, keep, mayFrame, mayKeep } from "./api.js";
import { agent, bytes, doing, failureWords, h } from "./dom.js";
import { markdown } from "./markdown.js";

const isText = (type) => /^text\/|json|xml|javascript|yaml|toml|x-sh/.test(type);

export async function listArtifacts(task) {
  const all = [];
  let cursor;
  do {
    const page = await call("tasks_artifacts_list", { task_id: task, limit: 100, max_bytes: 40000, ...(cursor ? { cursor } : {}) });
    all.push(...page.artifacts);
    cursor = page.nextCursor;
  } while (cursor && all.length < 1000);
  return all;
}

/** Shows one of a task's artifacts; `isOneOf` says that several attempts left some. */
export function artifactItem(task, item, isOneOf = false) {
  const viewer = h("div", { class: "viewer", tabIndex: 0, "aria-label": item.title });
  const element = h("details", { class: "artifact", data: { cid: item.cid } },
    h("summary", {}, agent("strong", item.title), " ",
      h("span", { class: "dim small" }, [item.kind, bytes(item.sizeBytes), isOneOf && item.attemptN ? `attempt ${item.attemptN}` : ""].filter(Boolean).join(" · "))), viewer,
    mayKeep() ? h("button", { type: "button", class: "link small", onclick: ({ currentTarget }) => doing(currentTarget, () => keep(task, item)) }, "Save") : null);
  element.addEventListener("toggle", () => show(task, item, viewer), { once: true });
  return element;
}

/** Gives the beginning of a text, and whether that is all of it. */
export async function textOf(task, item, most = firstPart) {
  const isWhole = item.sizeBytes <= most;
  const response = await artifact(task, item.cid, isWhole ? undefined : [0, most - 1]);
  return { text: await response.text(), isWhole };
}

async function show(task, item, viewer) {
  viewer.textContent = "…";
  try {
    const type = item.contentType.split(";")[0].trim().toLowerCase();
    if (/^image\/(png|jpeg|gif|webp|avif|bmp)$/.test(type)) {
      viewer.replaceChildren(h("img", { alt: item.title, src: await addressOf(task, item, type) }));
    } else if (type === "application/pdf" && mayFrame) {
      viewer.replaceChildren(h("iframe", { title: item.title, src: await addressOf(task, item, type) }));
    } else if (isText(type)) {
      const { text, isWhole } = await textOf(task, item);
      viewer.replaceChildren(shownText(type, item.title, text, isWhole),
        isWhole ? "" : h("p", { class: "dim small" }, `The first ${bytes(firstPart)} of ${bytes(item.sizeBytes)}; save it to see all.`));
    } else viewer.replaceChildren(h("p", { class: "dim" }, `${item.contentType} cannot be shown here; save it.`));
  } catch (error) {
    viewer.replaceChildren(h("p", { class: "fault" }, failureWords(error)));
  }
}

function shownText(type, title, text, isWhole) {
  if (type === "text/markdown" || /\.md$/i.test(title)) return markdown(text);
  if (type.includes("json") && isWhole) {
    try {
      return agent("pre", JSON.stringify(JSON.parse(text), null, 2));
    } catch {
      // What is no JSON after all is shown as it is.
    }
  }
  return agent("pre", text);
}
