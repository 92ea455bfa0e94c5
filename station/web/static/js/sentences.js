// An event or an alarm in sentences, in the chosen language.

import { isKind, kindName, placeName, t, templates, word } from "./texts.js";
import { duration, moment } from "./times.js";

/**
 * Each template has fillers such as {data.x} or {why.x|how}. A sentence is left out if the event
 * does not have what it asks for, or has an empty list there. null is shown as unknown. Values that
 * no template uses, as those of a kind that only newer buses know, follow as name and value.
 * What the station could not read of the event follows the first sentence, which says what happened.
 */
export function sentences(event) {
  const used = new Set(["data.unreadable"]);
  const said = templates(event.kind).map((line) => sentence(line, event, used)).filter(Boolean);
  const unreadable = (event.data || {}).unreadable || [];
  if (unreadable.length) said.splice(1, 0, t("unreadable_parts", { list: partsWords(unreadable) }));
  for (const part of ["data", "why"]) {
    for (const [name, value] of Object.entries(event[part] || {})) {
      if (!used.has(`${part}.${name}`) && name !== "policy") said.push(`${name}: ${plain(value)}`);
    }
  }
  return said;
}

/** "the time, the seats, details": staff do not read the names of members. */
function partsWords(names) {
  const known = names.filter(isNamed);
  const words = known.map((name) => word("unreadable", name));
  if (known.length < names.length) words.push(word("unreadable", "other"));
  return [...new Set(words)].join(", ");
}

const isNamed = (name) => name !== "other" && word("unreadable", name) !== name;

function sentence(line, event, used) {
  let whole = true;
  const text = line.replace(/\{(data|why)\.(\w+)(?:\|(\w+)(?::(\w+))?)?\}/g, (_, part, name, how, list) => {
    used.add(`${part}.${name}`);
    const value = (event[part] || {})[name];
    if (value === undefined || (Array.isArray(value) && !value.length && !EMPTY_SAYS.includes(how))) { whole = false; return ""; }
    const shown = shownAs(how, value, list, event.exercise);
    if (shown === "") whole = false;
    return shown;
  });
  return whole ? text : "";
}

/** A value that is not what the template takes, in an odd event, is shown as it is. */
function shownAs(how, value, list, exercise) {
  try {
    return how in HOW ? HOW[how](value, list, exercise) : plain(value);
  } catch (error) {
    return plain(value);
  }
}

const km = (m) => (m >= 2000 ? t("n_km", { n: (m / 1000).toFixed(1) }) : t("n_m", { n: m }));
const unlessNull = (how) => (value) => (value === null ? t("unknown") : how(value));

const EMPTY_SAYS = ["count", "seats"]; // for these an empty list is worth a sentence

/** How a filler shows its value. */
const HOW = {
  word: (value, list, exercise) => word(list, value, exercise),
  part: (value, list) => (word(list, value) === value && isKind(value) ? t("the_rule", { kind: kindName(value) }) : word(list, value)),
  words: (value, list) => (value === null ? t("unknown") : value.map((one) => word(list, one)).join(", ")),
  dur: (value) => (value === null ? t("unknown_time") : duration(value)),
  dur_ms: unlessNull((value) => (value < 60000 ? t("n_s", { n: value / 1000 }) : duration(value / 1000))),
  min: unlessNull((value) => duration(value * 60)),
  m: unlessNull(km),
  volt: unlessNull((value) => t("n_volt", { n: (value / 1000).toFixed(1) })),
  kmh: unlessNull((value) => t("kmh", { n: value })),
  deg: unlessNull((value) => `${value}\u00a0°C`),
  dbm: unlessNull((value) => `${value} dBm`),
  kinds: unlessNull((value) => value.map(kindName).join(", ")),
  ms2: unlessNull((value) => t("n_ms2", { n: value })),
  g: unlessNull((value) => `${value} g`),
  seats: unlessNull((value) => (value.length ? t(value.length > 1 ? "seats_list" : "seat_list", { list: value.join(", ") }) : t("nobody"))),
  count: unlessNull((value) => String(value.length)),
  place: placeName,
  placed: (value) => (value === null ? "" : placeName(value)),
  places: unlessNull((value) => value.map(placeName).join(", ")),
  time: (value) => moment(value),
  heat: (value) => (value === null ? "" : value === 0 ? t("heat_now") : t("heat_in", { n: value })),
};

function plain(value) {
  if (value === null) return t("unknown");
  if (value === true) return word("yes_no", true);
  if (value === false) return word("yes_no", false);
  if (Array.isArray(value)) return value.map(plain).join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
