// The station's stream of server-sent events, as plain messages {name, data}.

import { at } from "./base.js";

const EVENTS = ["ping", "bus", "gone", "alarm", "station"];

/** hear({name, data}): open, error, or an event with its data as it came. */
export function openSource(hear) {
  const source = new EventSource(at("/api/stream"));
  source.addEventListener("open", () => hear({ name: "open" }));
  source.addEventListener("error", () => hear({ name: "error" }));
  for (const name of EVENTS) source.addEventListener(name, ({ data }) => hear({ name, data }));
  return source;
}
