// Shows Markdown as elements made one by one; what is no Markdown of ours stays text.

import { h, visible } from "./dom.js";

export function markdown(text) {
  const root = h("div", { class: "markdown agent", dir: "auto" });
  const lines = visible(text).split("\n").slice(0, 5000);
  let list;
  let plain = [];
  const flush = () => {
    if (plain.length) root.append(h("p", {}, inline(plain.join(" "))));
    plain = [];
  };
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at];
    const item = /^\s*([-*]|\d+[.)])\s+(.*)$/.exec(line);
    if (!item) list = undefined;
    if (/^\s*```/.test(line)) {
      flush();
      const end = lines.findIndex((other, index) => index > at && /^\s*```/.test(other));
      const stop = end < 0 ? lines.length : end;
      root.append(h("pre", {}, lines.slice(at + 1, stop).join("\n")));
      at = stop;
    } else if (/^#{1,6}\s/.test(line)) {
      flush();
      root.append(h("h3", {}, inline(line.replace(/^#+\s+/, ""))));
    } else if (item) {
      flush();
      if (!list) root.append(list = h(/\d/.test(item[1]) ? "ol" : "ul"));
      list.append(h("li", {}, inline(item[2])));
    } else if (line.trim() === "") flush();
    else plain.push(line);
  }
  flush();
  return root;
}

/** Makes code and emphasis; a link is shown with its address and leads nowhere by itself. */
function inline(text) {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).filter(Boolean).map((part) => {
    if (part.length > 2 && part.startsWith("`")) return h("code", {}, part.slice(1, -1));
    if (part.length > 4 && part.startsWith("**")) return h("strong", {}, part.slice(2, -2));
    return part;
  });
}
