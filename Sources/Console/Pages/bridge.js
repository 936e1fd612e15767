// Speaks with the chat client that shows this page: JSON-RPC in messages between two windows.

const host = window.parent;
const waiting = new Map();
let last = 0;
let heard = {};

const send = (message) => host.postMessage({ jsonrpc: "2.0", ...message }, "*");
export const notify = (method, params = {}) => send({ method, params });

/** Asks the client for something; it fails with what the client says, or after a while. */
export function request(method, params = {}, patience = 60000) {
  last += 1;
  const id = last;
  return new Promise((done, fail) => {
    const end = setTimeout(() => settle(id, { error: { message: "The chat client does not answer." } }), patience);
    waiting.set(id, { done, fail, end });
    send({ id, method, params });
  });
}

function settle(id, { result, error }) {
  const one = waiting.get(id);
  if (!one) return;
  waiting.delete(id);
  clearTimeout(one.end);
  if (error) one.fail(Object.assign(new Error(), { summary: String(error.message ?? "It failed.") }));
  else one.done(result);
}

let changed = () => {};
/** Hears of each tool that was called to change something, as nobody else tells of it. */
export const onChange = (work) => { changed = work; };

/** Calls one of our own tools, by way of the client, and gives its whole result. */
async function result(tool, body) {
  const said = await request("tools/call", { name: tool, arguments: body });
  const text = (said.content ?? []).map((block) => block.text ?? "").join("\n");
  if (said.isError) {
    const [summary, ...rest] = text.replace(/^\[\w+\] /, "").split("\n");
    throw Object.assign(new Error(summary), { code: /^\[(\w+)\]/.exec(text)?.[1], summary, nextStep: rest.join(" ") });
  }
  return said;
}

export async function call(tool, body = {}) {
  const said = await result(tool, body);
  if (!/_(list|get|schemas|link)$/.test(tool)) changed();
  return said.structuredContent ?? JSON.parse(said.content[0].text);
}

/** How much of a text is fetched, and of a diff: it comes in many small pages. */
export const firstPart = 96 * 1024;
export const firstOfDiff = 192 * 1024;
/** Tells that a document can be shown in no frame here. */
export const mayFrame = false;
/** Bounds what is put into an address. */
const most = 4 * 1024 * 1024;

/** Fetches an artifact's bytes, or a part of them, page by page. */
export async function artifact(task, cid, range = [0, most - 1]) {
  const parts = [];
  let offset = range[0];
  while (offset <= range[1]) {
    const { content } = await result("tasks_artifacts_download", { task_id: task, cid, offset, as: "base64", max_bytes: 40000 });
    const bytes = Uint8Array.from(atob(content[0].text), (one) => one.charCodeAt(0));
    parts.push(bytes);
    offset = content[1] ? JSON.parse(content[1].text).nextOffset ?? Infinity : Infinity;
  }
  return new Response(new Blob(parts).slice(0, range[1] - range[0] + 1));
}

export async function addressOf(task, item, type) {
  if (item.sizeBytes > most) throw Object.assign(new Error(), { summary: "It is too large to be shown here.", nextStep: "Open the console to see it." });
  const bytes = new Uint8Array(await (await artifact(task, item.cid)).arrayBuffer());
  let text = "";
  for (const one of bytes) text += String.fromCharCode(one);
  return `data:${type};base64,${btoa(text)}`;
}

let takesFiles = false;
export const mayKeep = () => takesFiles;

/** Gives an artifact to the client to keep, where it takes files. */
export async function keep(task, item) {
  const blob = (await addressOf(task, item, "application/octet-stream")).split(",")[1];
  await request("ui/download-file", { contents: [{ type: "resource", resource: { uri: `errand://artifacts/${item.cid}`, mimeType: item.contentType, blob } }] });
}

/** Greets the client, then hears it; `hears` has a function for each method it may name. */
export async function connect(hears) {
  heard = hears;
  addEventListener("message", ({ source, data }) => {
    if (source !== host || data?.jsonrpc !== "2.0") return;
    if (data.method === undefined) settle(data.id, data);
    else if (data.id === undefined) heard[data.method]?.(data.params ?? {});
    else answer(data);
  });
  const greeting = await request("ui/initialize", {
    protocolVersion: "2026-01-26", appInfo: { name: "errand-console", version: "1" },
    appCapabilities: { availableDisplayModes: ["inline", "fullscreen"] },
  });
  takesFiles = Boolean(greeting.hostCapabilities?.downloadFile);
  notify("ui/notifications/initialized");
  return greeting;
}

function answer({ id, method, params }) {
  if (method !== "ping" && !heard[method]) return send({ id, error: { code: -32601, message: "unknown method" } });
  return send({ id, result: heard[method]?.(params ?? {}) ?? {} });
}
