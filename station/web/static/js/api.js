// The station's HTTP API: docs/station.md tells its addresses.

const AGAIN_MS = 3000;
let csrf = null;

export class ApiError extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

/** Off to the sign-in page, and back here afterwards. */
export function signIn(reason) {
  const next = encodeURIComponent(location.pathname + location.search);
  location.assign(`/login?next=${next}${reason ? `&why=${reason}` : ""}`);
}

/** The page goes away: nobody waits for an answer any more. */
function leaving() {
  signIn("expired");
  return new Promise(() => {});
}

async function ask(path, options = {}) {
  const answer = await fetch(path, { credentials: "same-origin", ...options });
  if (answer.ok) return answer.status === 204 ? null : answer.json();
  let detail = answer.statusText;
  try {
    const body = await answer.json();
    if (typeof body.detail === "string") detail = body.detail;
    else if (Array.isArray(body.detail)) detail = body.detail.map((one) => one.msg).join("; ");
  } catch (error) { /* no JSON: a proxy in between answered */ }
  throw new ApiError(answer.status, detail);
}

/** GET. Somebody whose session is over goes to the sign-in page. */
export async function get(path) {
  try {
    return await ask(path);
  } catch (error) {
    if (error.status === 401) return leaving();
    throw error;
  }
}

/** GET of what a page needs once: while the station is away it is asked for again. */
export async function getAtLast(path) {
  for (;;) {
    try {
      return await get(path);
    } catch (error) {
      await new Promise((over) => setTimeout(over, AGAIN_MS));
    }
  }
}

/** POST with the session's CSRF token; a FormData goes as it is, all else as JSON. */
export async function post(path, body = {}) {
  const raw = body instanceof FormData;
  const headers = raw ? {} : { "Content-Type": "application/json" };
  if (csrf) headers["X-CSRF-Token"] = csrf;
  try {
    return await ask(path, { method: "POST", headers, body: raw ? body : JSON.stringify(body) });
  } catch (error) {
    if (error.status === 401 && csrf) return leaving();
    throw error;
  }
}

/** Who is signed in; null if nobody. */
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
