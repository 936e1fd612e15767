// Tells beside the page that something needs you: in its title, and by the system where allowed.

import { call } from "./api.js";
import { titleOf } from "./dom.js";
import { soon } from "./lists.js";

let known;

async function look() {
  let page;
  try {
    page = await call("tasks_list", { status: ["input_required"], limit: 5 });
  } catch {
    return;
  }
  const plain = document.title.replace(/^\(\d+\) /, "");
  document.title = page.total ? `(${page.total}) ${plain}` : plain;
  const ids = new Set(page.items.map((task) => task.id));
  if (known && document.hidden && "Notification" in window && Notification.permission === "granted") {
    for (const task of page.items.filter((one) => !known.has(one.id))) {
      new Notification("A task needs you", { body: titleOf(task), tag: task.id });
    }
  }
  known = ids;
}

export const badge = soon(look, 300);

/** Shows a button while the browser has not been asked; it gives leave only on a click. */
export function offerNotices(button) {
  const look = () => { button.hidden = !("Notification" in window && Notification.permission === "default"); };
  button.addEventListener("click", async () => { await Notification.requestPermission(); look(); });
  look();
}
