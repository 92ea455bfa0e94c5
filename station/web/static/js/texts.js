// Everything that a person reads, in Thai or English: /static/texts/<language>.json, and the kinds
// of events in kinds.<language>.json, which `make texts` writes.

import { at } from "./base.js";

let texts = null;
let chosen = "th";
let places = new Map();

export const LANGUAGES = { th: "ไทย", en: "English" };
export const language = () => chosen;

/** Loads a language: the one chosen on this computer, else the person's, else Thai. */
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

const fetched = async (name) => (await fetch(at(`/static/texts/${name}.json`))).json();

const KNOWN_ERRORS = [403, 404, 409, 413, 422, 429];

/** Why a request (api.js) failed, in words; the station's own sentence in them is English. */
export function errorWords(error) {
  if (!error.status) return t("error_away");
  return t(`error_${KNOWN_ERRORS.includes(error.status) ? error.status : "other"}`, { why: word("error_why", error.message) });
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

/** A word of the contract, such as a phase: word("phase", "driving"); null has a word as well.
 * In an exercise a word may be another one: its key ends in _drill. */
export function word(list, value, exercise = false) {
  const words = texts.words[list] || {};
  const known = (exercise && words[`${value}_drill`]) || words[String(value)];
  if (known !== undefined) return known;
  return value === null || value === undefined ? t("unknown") : String(value);
}

export const isKind = (kind) => Boolean(texts.kinds[kind]);
export const kindName = (kind) => (isKind(kind) ? texts.kinds[kind].name : kind.replace(/_/g, " "));
/** Whether a child may be in danger; a kind without words may mean that (station/notices/urgency.py). */
export const isOfChild = (kind) => !isKind(kind) || Boolean(texts.kinds[kind].first);
/** The templates of its sentences (sentences.js). */
export const templates = (kind) => (texts.kinds[kind] ? texts.kinds[kind].says : []);
export const whatToDo = (kind) => (texts.kinds[kind] && texts.kinds[kind].do) || [];
