// Calls the tools, by the session this browser has.

const tokenKey = "errand-token";
/** Is looked up each time: another tab may have signed this browser in anew. */
export const token = () => localStorage.getItem(tokenKey);
const signed = () => (token() ? { "X-Errand-Token": token() } : {});

/** Tells of everything that goes wrong in the words the program chose. */
export class Failure extends Error {
  constructor(status, said) {
    super(said.summary ?? "The console did not answer.");
    Object.assign(this, { status, code: said.code, summary: this.message, faults: said.faults ?? [],
      nextStep: said.nextStep });
  }
}

export async function post(path, body) {
  let response;
  try {
    response = await fetch(path, {
      method: "POST", cache: "no-store",
      headers: { "Content-Type": "application/json", ...signed() },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Failure(0, { code: "unreachable", summary: "The console cannot be reached.",
      nextStep: "It comes back by itself with the next task, or by `errand console`." });
  }
  const said = await response.json().catch(() => ({}));
  if (!response.ok) throw new Failure(response.status, said);
  return said;
}

export const call = (tool, body = {}) => post(`/api/${tool}`, body);

export async function signIn(code) {
  const said = await post("/api/sign_in", { code });
  localStorage.setItem(tokenKey, said.token);
}

/** Hears when another tab has signed this browser in. */
export function onSignIn(work) {
  addEventListener("storage", (event) => { if (event.key === tokenKey && event.newValue) work(); });
}

export async function signOut() {
  await post("/api/sign_out", {});
  localStorage.removeItem(tokenKey);
}

/** Fetches an artifact's bytes, or a part of them. */
export async function artifact(task, cid, range) {
  const headers = signed();
  if (range) headers.Range = `bytes=${range[0]}-${range[1]}`;
  const response = await fetch(`/api/artifacts/${task}/${cid}`, { headers, cache: "no-store" });
  if (!response.ok) throw new Failure(response.status, await response.json().catch(() => ({})));
  return response;
}

/** How much of a text is fetched at once, and of a diff. */
export const firstPart = 256 * 1024;
export const firstOfDiff = 2 * 1024 * 1024;
/** Tells whether a document may be shown in a frame. */
export const mayFrame = true;

/** Makes an address of an artifact that only this page knows; it dies with the page. */
export async function addressOf(task, item, type) {
  const blob = await (await artifact(task, item.cid)).blob();
  return URL.createObjectURL(new Blob([blob], { type }));
}

export const mayKeep = () => true;

/** Gives an artifact to the browser to keep. */
export async function keep(task, item) {
  const href = await addressOf(task, item, "application/octet-stream");
  const link = document.createElement("a");
  Object.assign(link, { href, download: item.title.replaceAll("/", "_") }).click();
  setTimeout(() => URL.revokeObjectURL(href), 10000);
}

/**
 * Listens to what changes, from where `query` says, anew until told to stop.
 * `heard(name, data)` gets each event; `state(isOn)` hears when the line is up or down.
 */
export function listen(query, heard, state) {
  const stop = new AbortController();
  let pause = 250;
  (async () => {
    while (!stop.signal.aborted) {
      try {
        const response = await fetch(`/api/events?${new URLSearchParams(query())}`, {
          headers: signed(), cache: "no-store", signal: stop.signal,
        });
        if (!response.ok) throw new Failure(response.status, await response.json().catch(() => ({})));
        state(true);
        pause = 250;
        await read(response.body, (event) => {
          if (event.data && !stop.signal.aborted) heard(event.name, JSON.parse(event.data));
        });
      } catch (error) {
        if (stop.signal.aborted) return;
        state(false, error);
        if (error.status === 401) return;
      }
      await new Promise((resume) => setTimeout(resume, pause));
      pause = Math.min(pause * 2, 5000);
    }
  })();
  return () => stop.abort();
}

async function read(body, heard) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    rest += value;
    const frames = rest.split("\n\n");
    rest = frames.pop();
    for (const frame of frames) heard(parse(frame));
  }
}

function parse(frame) {
  const event = { name: "message", data: "" };
  for (const line of frame.split("\n")) {
    if (line.startsWith("event: ")) event.name = line.slice(7);
    else if (line.startsWith("data: ")) event.data += (event.data ? "\n" : "") + line.slice(6);
  }
  return event;
}
