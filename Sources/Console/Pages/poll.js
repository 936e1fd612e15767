// Hears what an attempt says by asking again and again: nobody can tell a page inside a conversation.

import { call } from "./bridge.js";

let followed;

/** Hears from now on what an attempt says after `seq`; null hears of none. */
export function follow(wanted) {
  followed = wanted;
}

/** Gives what has been said since; nothing if nobody listens, or nothing was. */
export async function hear() {
  const one = followed;
  if (!one) return undefined;
  const page = await call("tasks_messages_list", { task_id: one.task, attempt_n: one.attempt, after_seq: one.seq, include_deltas: true, limit: 200, max_bytes: 40000 });
  if (one !== followed || !page.items.length) return undefined;
  one.seq = page.nextAfterSeq;
  return page;
}
