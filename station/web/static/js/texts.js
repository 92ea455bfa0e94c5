// Everything that a person reads, in Thai or English: /static/texts/<language>.json, and the kinds
// of events in kinds.<language>.json, which `make texts` writes.

import * as times from "./times.js";

let texts = null;
let chosen = "th";
let places = new Map();

export const LANGUAGES = { th: "ไทย", en: "English" };
export const language = () => chosen;

/** Load a language: the one chosen on this computer, else that of the person, else Thai. */
export async function loadTexts(preferred) {
  const wish = stored("language") || preferred || "th";
  chosen = wish in LANGUAGES ? wish : "th";
  const [page, events] = await Promise.all([fetched(chosen), fetched(`kinds.${chosen}`)]);
  texts = { page: page.page, kinds: events.kinds, words: { ...page.words, ...events.words } };
  document.documentElement.lang = chosen;
  for (const node of document.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", t(node.dataset.label));
  for (const node of document.querySelectorAll("[data-hint]")) node.placeholder = t(node.dataset.hint);
}

const fetched = async (name) => (await fetch(`/static/texts/${name}.json`)).json();

const KNOWN_ERRORS = [403, 404, 409, 422];

/** What went wrong with a request (api.js), in words; what the station said of it stands in English. */
export function errorWords(error) {
  if (!error.status) return t("error_away");
  return t(`error_${KNOWN_ERRORS.includes(error.status) ? error.status : "other"}`, { why: error.message });
}

export function chooseLanguage(name) {
  store("language", name);
  location.reload();
}

export function stored(name) {
  try { return localStorage.getItem(`busguard.${name}`); } catch (error) { return null; }
}

export function store(name, value) {
  try { localStorage.setItem(`busguard.${name}`, value); } catch (error) { /* a private window forgets */ }
}

/** Names of stops, zones and routes by their id. */
export function namePlaces(names) {
  places = names;
}

export const placeName = (id) => (id === null || id === undefined ? t("unknown") : places.get(id) || String(id));

/** t("ago", {time: "3 min"}) */
export function t(key, values = {}) {
  const text = texts.page[key];
  if (text === undefined) return key;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** A word of the contract, such as a phase: word("phase", "driving"); null is a value, too. */
export function word(list, value) {
  const known = texts.words[list] && texts.words[list][String(value)];
  if (known !== undefined) return known;
  return value === null || value === undefined ? t("unknown") : String(value);
}

export const kindName = (kind) => (texts.kinds[kind] ? texts.kinds[kind].name : kind.replace(/_/g, " "));
export const whatToDo = (kind) => (texts.kinds[kind] && texts.kinds[kind].do) || [];

/**
 * An event in sentences. Each is a template with {data.x} or {why.x|how}; one that asks for what
 * the event does not have, or for an empty list, is left out. null is said as unknown. Of a kind
 * or a value that nobody knew when this was written, name and value are shown as they came.
 */
export function sentences(event) {
  const used = new Set();
  const known = texts.kinds[event.kind];
  const said = (known ? known.says : []).map((line) => sentence(line, event, used)).filter(Boolean);
  for (const part of ["data", "why"]) {
    for (const [name, value] of Object.entries(event[part] || {})) {
      if (!used.has(`${part}.${name}`) && name !== "policy") said.push(`${name}: ${plain(value)}`);
    }
  }
  return said;
}

function sentence(line, event, used) {
  let whole = true;
  const text = line.replace(/\{(data|why)\.(\w+)(?:\|(\w+)(?::(\w+))?)?\}/g, (_, part, name, how, list) => {
    used.add(`${part}.${name}`);
    const value = (event[part] || {})[name];
    if (value === undefined || (Array.isArray(value) && !value.length && !EMPTY_SAYS.includes(how))) { whole = false; return ""; }
    const shown = how in HOW ? HOW[how](value, list) : plain(value);
    if (shown === "") whole = false;
    return shown;
  });
  return whole ? text : "";
}

const km = (m) => (m >= 2000 ? t("n_km", { n: (m / 1000).toFixed(1) }) : t("n_m", { n: m }));
const unlessNull = (how) => (value) => (value === null ? t("unknown") : how(value));

const EMPTY_SAYS = ["count", "seats"]; // here "none" is news

const HOW = {
  word: (value, list) => word(list, value),
  words: (value, list) => (value === null ? t("unknown") : value.map((one) => word(list, one)).join(", ")),
  dur: (value) => (value === null ? t("unknown_time") : times.duration(value)),
  dur_ms: unlessNull((value) => (value < 60000 ? t("n_s", { n: value / 1000 }) : times.duration(value / 1000))),
  min: unlessNull((value) => times.duration(value * 60)),
  m: unlessNull(km),
  volt: unlessNull((value) => t("n_volt", { n: (value / 1000).toFixed(1) })),
  kmh: unlessNull((value) => t("kmh", { n: value })),
  deg: unlessNull((value) => `${value}\u00a0°C`),
  dbm: unlessNull((value) => `${value} dBm`),
  kinds: unlessNull((value) => value.map(kindName).join(", ")),
  ms2: unlessNull((value) => t("n_ms2", { n: value })),
  g: unlessNull((value) => `${value} g`),
  seats: unlessNull((value) => (value.length ? t("seats_list", { list: value.join(", ") }) : t("nobody"))),
  count: unlessNull((value) => String(value.length)),
  place: placeName,
  placed: (value) => (value === null ? "" : placeName(value)),
  places: unlessNull((value) => value.map(placeName).join(", ")),
  time: (value) => times.moment(value),
  heat: (value) => (value === null ? "" : value === 0 ? t("heat_now") : t("heat_in", { n: value })),
};

function plain(value) {
  if (value === null) return t("unknown");
  if (value === true) return word("yes_no", true);
  if (value === false) return word("yes_no", false);
  if (Array.isArray(value)) return value.map(plain).join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
