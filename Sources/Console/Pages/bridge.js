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

/** Calls one of our own tools, by way of the client. */
export async function call(tool, body = {}) {
  const said = await request("tools/call", { name: tool, arguments: body });
  const text = (said.content ?? []).map((block) => block.text ?? "").join("\n");
  if (said.isError) {
    const [summary, ...rest] = text.replace(/^\[\w+\] /, "").split("\n");
    throw Object.assign(new Error(summary), { code: /^\[(\w+)\]/.exec(text)?.[1], summary, nextStep: rest.join(" ") });
  }
  return said.structuredContent ?? JSON.parse(text);
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
  notify("ui/notifications/initialized");
  return greeting;
}

function answer({ id, method, params }) {
  if (method !== "ping" && !heard[method]) return send({ id, error: { code: -32601, message: "unknown method" } });
  return send({ id, result: heard[method]?.(params ?? {}) ?? {} });
}
