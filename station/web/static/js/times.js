// Local time of Thailand for people; UTC everywhere else. The Thai year is the Buddhist one.

import { language, t } from "./texts.js";

const ZONE = "Asia/Bangkok";
export const UTC_OFFSET_MS = 7 * 3600e3;
const BUDDHIST_ERA = 543;
const made = {};
let ahead_ms = 0;

/** Measures the browser's clock against the station's: if it is wrong, no bus must look old. */
export function setNow(iso) {
  ahead_ms = Date.now() - Date.parse(iso);
}

export const now = () => Date.now() - ahead_ms;

function format(kind, when) {
  if (when === null || when === undefined) return t("unknown");
  const key = kind + language();
  if (!made[key]) made[key] = new Intl.DateTimeFormat(locale(), { timeZone: ZONE, ...KINDS[kind] });
  return made[key].format(typeof when === "number" ? when : Date.parse(when));
}

const KINDS = {
  clock: { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" },
  short: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  date: { year: "numeric", month: "short", day: "numeric" },
  month: { year: "numeric", month: "long" },
  weekday: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
};

const locale = () => (language() === "th" ? "th-TH-u-ca-buddhist-nu-latn" : "en-GB");

export const clock = (when) => format("clock", when);
export const shortClock = (when) => format("short", when);
export const date = (when) => format("date", when);
export const monthName = (when) => format("month", when);
export const weekday = (when) => format("weekday", when);

/** The time; on another day than today, with the date. */
export function moment(when) {
  if (when === null || when === undefined) return t("unknown");
  return date(when) === date(now()) ? clock(when) : `${date(when)} ${clock(when)}`;
}

/** Where a record stands in time: when it was heard, if its bus does not know the time or has a clock that cannot be right. at: of an event or a state; else as given. */
export const placed = (record, at = record.at) => (record.clock === "odd" ? record.heard_at : at || record.heard_at);

/** "2569-11-22" -> "2026-11-22": people in Thailand type the Buddhist year. */
export const commonEra = (day) => day.replace(/^2[4-6]\d\d(?=-)/, (year) => String(year - BUDDHIST_ERA));

/** An input of a day or month takes the Buddhist year, too. */
export function takesBuddhistYears(...inputs) {
  for (const input of inputs) {
    input.addEventListener("change", () => { const day = commonEra(input.value); if (day !== input.value) input.value = day; });
  }
}

/** The first millisecond of a local day such as "2026-11-22". */
export const dayStart = (day) => Date.parse(`${commonEra(day)}T00:00:00Z`) - UTC_OFFSET_MS;

export const localDay = (when) => new Date(when + UTC_OFFSET_MS).toISOString().slice(0, 10);

/** A length of time in its two largest units. */
export function duration(seconds) {
  if (seconds === null || seconds === undefined) return t("unknown");
  const s = Math.round(seconds);
  if (s < 60) return t("n_s", { n: s });
  if (s < 3600) return s % 60 && s < 600 ? `${t("n_min", { n: Math.floor(s / 60) })} ${t("n_s", { n: s % 60 })}` : t("n_min", { n: Math.floor(s / 60) });
  const minutes = Math.floor((s % 3600) / 60);
  if (s < 86400) return minutes ? `${t("n_h", { n: Math.floor(s / 3600) })} ${t("n_min", { n: minutes })}` : t("n_h", { n: Math.floor(s / 3600) });
  return t("n_d", { n: Math.floor(s / 86400) });
}

/** Coarse on purpose: a row changes once a minute, not once a second. */
export function ago(when) {
  if (when === null || when === undefined) return t("never");
  const s = (now() - Date.parse(when)) / 1000;
  if (s < 60) return t("just_now");
  return t("ago", { time: duration(s < 3600 ? Math.floor(s / 60) * 60 : s) });
}
