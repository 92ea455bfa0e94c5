// The station's HTTP API; /api/openapi.json describes it.

import { at, go } from "./base.js";

const AGAIN_MS = 3000;
const SAVED_MS = 60000; // the browser has a file by then
let csrf = null;
let isSigningOut = false; // what is under way then is refused, and the session has not expired

export class ApiError extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

/** Goes to the sign-in page, which comes back here afterwards. */
export function signIn(reason) {
  const next = encodeURIComponent(location.pathname + location.search);
  go(`/login?next=${next}${reason ? `&why=${reason}` : ""}`);
}

/** Goes to the sign-in page. The promise never resolves: this page is being left. */
function leaving() {
  if (!isSigningOut) signIn("expired");
  return new Promise(() => {});
}

async function ask(path, options = {}, read = (answer) => (answer.status === 204 ? null : answer.json())) {
  const answer = await fetch(at(path), { credentials: "same-origin", ...options });
  if (answer.ok) return read(answer);
  let detail = answer.statusText;
  try {
    const body = await answer.json();
    if (typeof body.detail === "string") detail = body.detail;
    else if (Array.isArray(body.detail)) detail = body.detail.map((one) => one.msg).join("; ");
  } catch (error) { /* no JSON: a proxy in between answered */ }
  throw new ApiError(answer.status, detail);
}

/** GET. If the session is over, the browser goes to the sign-in page. read(answer): as in post(). signal: gives it up. */
export async function get(path, read = undefined, signal = undefined) {
  try {
    return await ask(path, { signal }, read);
  } catch (error) {
    if (error.status === 401) return leaving();
    throw error;
  }
}

/** GET that tries again until the station answers: for what a page needs once. */
export async function getAtLast(path) {
  for (;;) {
    try {
      return await get(path);
    } catch (error) {
      await new Promise((over) => setTimeout(over, AGAIN_MS));
    }
  }
}

/** POST with the session's CSRF token. A FormData or a file is sent as it is, other bodies as JSON. read(answer):
    what becomes of a good answer, if it is no JSON. */
export async function post(path, body = {}, read = undefined) {
  const raw = body instanceof FormData || body instanceof Blob;
  const headers = body instanceof FormData ? {} : { "Content-Type": raw ? "application/octet-stream" : "application/json" };
  if (csrf) headers["X-CSRF-Token"] = csrf;
  try {
    return await ask(path, { method: "POST", headers, body: raw ? body : JSON.stringify(body) }, read);
  } catch (error) {
    if (error.status === 401 && csrf) return leaving();
    throw error;
  }
}

/** POST whose answer is a file, which the browser saves. */
export async function postForFile(path, body) {
  save(await post(path, body, file));
}

/** GET of a file, which the browser saves. */
export async function getFile(path, signal = undefined) {
  save(await get(path, file, signal));
}

async function file(answer) {
  return { content: await answer.blob(), name: /filename="([^"]*)"/.exec(answer.headers.get("Content-Disposition"))[1] };
}

function save({ content, name }) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(content), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), SAVED_MS);
}

/** Who is signed in; null: no one. */
export async function me() {
  try {
    const person = await ask("/api/me");
    csrf = person.csrf;
    return person;
  } catch (error) {
    if (error.status === 401) return null;
    throw error;
  }
}

export const path = (...parts) => parts.map(encodeURIComponent).join("/");

export async function signOut() {
  isSigningOut = true;
  try {
    await post("/api/logout");
    go("/login");
  } catch (error) {
    isSigningOut = false;
    throw error;
  }
}
