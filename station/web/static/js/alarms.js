// One alarm as a card: what, where, since when, what to do, and who has acknowledged it.

import { get, path, post } from "./api.js";
import { find, make, setText } from "./dom.js";
import { isStale } from "./live.js";
import { isPlaced, whereWords } from "./places.js";
import { sentences } from "./sentences.js";
import { errorWords, isOfChild, kindName, t, whatToDo } from "./texts.js";
import { ago, moment, placed } from "./times.js";

export const isOpen = (alarm) => !alarm.cleared_at || !alarm.acked_at;

/** 0 escalated, 1 new, 2 a warning, or over and not acknowledged, 3 acknowledged, 4 a drill, 5 done. */
export function urgency(alarm) {
  if (alarm.acked_at) return alarm.cleared_at ? 5 : 3;
  if (alarm.exercise) return 4;
  if (alarm.cleared_at) return 2;
  if (alarm.severity !== "alarm") return 2;
  return alarm.escalated_at ? 0 : 1;
}

const waitsForChild = (alarm) => urgency(alarm) <= 1 && isOfChild(alarm.kind);

/** The most urgent first, and of these the alarms of children. */
export function byRank(a, b) {
  return waitsForChild(b) - waitsForChild(a) || urgency(a) - urgency(b) || isOfChild(b.kind) - isOfChild(a.kind);
}

/** Among equals the newest. */
export const byUrgency = (a, b) => byRank(a, b) || (a.heard_at < b.heard_at ? 1 : -1);

export function stateWords(alarm) {
  const words = [alarm.cleared_at ? t("alarm_cleared") : t("alarm_active")];
  words.push(alarm.acked_at ? t("alarm_acked") : t("alarm_unacked"));
  if (alarm.escalated_at && !alarm.acked_at) words.push(t("alarm_escalated"));
  return words.join(" · ");
}

const LEVELS = ["escalated", "new", "unseen", "acked", "drill", "done"];
const SIGNS = { alarm: "!", warning: "i", info: "i" };

/** bus: as it is now, or undefined. person: who may acknowledge; null leaves the form out. */
export function alarmCard(alarm, bus, person, { whole = false } = {}) {
  const level = LEVELS[urgency(alarm)];
  const card = make("article", { class: `alarm ${level} ${alarm.severity}`, "data-alarm": alarm.id });
  card.classList.toggle("drill", alarm.exercise);
  card.append(
    make("header", {},
      make("span", { class: "alarm-sign", "aria-hidden": "true" }, alarm.exercise ? t("drill") : SIGNS[alarm.severity]),
      make("h3", {}, alarm.exercise ? make("span", { class: "spoken" }, `${t("drill")} `) : null, kindName(alarm.kind)),
      make("a", { href: `/bus/${path(alarm.fleet, alarm.bus)}`, class: "alarm-bus" }, (bus && bus.label) || alarm.bus)),
    make("p", { class: "alarm-state" }, stateWords(alarm)),
    times(alarm),
    where(alarm, bus),
    alarm.acked_at ? ackedBy(alarm) : "",
  );
  const [first, ...rest] = sentences(alarm);
  const say = make("ul", { class: "says" }, ...rest.map((line) => make("li", {}, line)));
  if (first) card.append(make("p", { class: "alarm-fact" }, first));
  if (!alarm.acked_at) card.append(toDo(alarm, bus), answer(alarm, person));
  if (alarm.acked_at && !whole) card.append(make("details", {}, make("summary", {}, t("why")), say));
  else card.append(say);
  freshen(card, alarm, bus);
  return card;
}

/** Updates what changes while the alarm does not: how long ago it was, and where the bus is. */
export function freshen(card, alarm, bus) {
  const since = find(".alarm-ago", card);
  if (since) setText(since, ` (${ago(placed(alarm, alarm.raised_at))})`);
  const now = !alarm.cleared_at && bus && isPlaced(bus) && !isStale(bus);
  const age = now && bus.estimated ? ` (${ago(bus.heard_at)})` : "";
  setText(find(".where-words", card), `${t(now ? "where_now" : "where_then")} ${whereWords(now ? bus : alarm)}${age}`);
}

function where(alarm, bus) {
  const there = bus && isPlaced(bus);
  return make("p", { class: "alarm-where" }, make("span", { class: "where-words" }), " ",
    there ? make("a", { href: `/?bus=${path(alarm.fleet)}/${path(alarm.bus)}`, "data-show": `${alarm.fleet}/${alarm.bus}` }, t("show_on_map")) : null);
}

/** The steps to take; a drill has none. */
function toDo(alarm, bus) {
  if (alarm.exercise) return make("p", { class: "do" }, make("strong", {}, t("drill_do")));
  const steps = whatToDo(alarm.kind);
  if (!steps.length) return "";
  const call = bus && bus.phone
    ? make("a", { class: "button call", href: `tel:${bus.phone.replace(/[^0-9+]/g, "")}` }, t("call_driver", { phone: bus.phone }))
    : !seesPhones() ? null : make("p", { class: "no-phone" }, t("no_phone"));
  return make("div", { class: "do" }, make("strong", {}, t("do_now")), alarm.severity === "alarm" ? call : null,
    make("ol", {}, ...steps.map((step) => make("li", {}, ...withTelephone(step)))));
}

/** A viewer is sent no telephone numbers: that one is missing means nothing. */
export const seesPhones = () => document.body.dataset.role !== "viewer";

const EMERGENCY = /(191|199|1669)/;

/** On a telephone the emergency numbers are links. */
function withTelephone(step) {
  if (!matchMedia("(pointer: coarse)").matches) return [step];
  return step.split(EMERGENCY).map((part) => (EMERGENCY.test(part) ? make("a", { href: `tel:${part}` }, part) : part));
}

function times(alarm) {
  const line = make("p", { class: "alarm-times" });
  const raised = alarm.raised_at === null ? t("time_unknown") : moment(alarm.raised_at);
  if (alarm.clock === "odd") {
    line.append(t("heard_at", { time: moment(alarm.heard_at) }), make("span", { class: "alarm-ago" }), " · ",
      make("strong", { class: "late" }, t("odd_time", { time: raised })));
  } else if (alarm.late) {
    line.append(make("strong", { class: "late" }, t("late")), " ",
      t("late_times", { raised, heard: moment(alarm.heard_at) }));
  } else {
    line.append(t("raised_at", { time: raised }), make("span", { class: "alarm-ago" }));
  }
  if (alarm.cleared_at) line.append(" · ", t("cleared_at", { time: moment(alarm.cleared_at) }));
  if (alarm.cleared_at && ["restart", "state"].includes(alarm.ended_by)) line.append(" · ", t(`ended_${alarm.ended_by}`));
  if (alarm.source === "station") line.append(" · ", t("by_station"));
  return line;
}

function ackedBy(alarm) {
  const note = alarm.note ? `: ${alarm.note}` : "";
  return make("p", { class: "acked-by" }, t("acked_by", { name: alarm.acked_by, time: moment(alarm.acked_at) }) + note);
}

function answer(alarm, person) {
  if (!person) return "";
  return person.role === "viewer" ? make("p", { class: "hint" }, t("ack_not_you")) : ackForm(alarm, person);
}

function ackForm(alarm, person) {
  const id = `note-${alarm.id}`;
  const error = make("p", { class: "error", role: "alert" });
  const button = make("button", { type: "submit", class: "primary" }, t("ack"));
  const form = make("form", { class: "ack" },
    make("label", { for: id }, t("ack_note", { name: person.name })),
    make("input", { id, name: "note", maxlength: "2000", autocomplete: "off", placeholder: t("ack_hint") }),
    button, error);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    error.textContent = "";
    try {
      await post(`/api/alarms/${path(alarm.id)}/ack`, { note: form.elements.note.value.trim() });
    } catch (failure) {
      error.textContent = t("ack_failed", { why: errorWords(failure) });
      button.disabled = false;
    }
  });
  return form;
}

/** What people and the station did with the alarm. */
export async function alarmLog(id) {
  const lines = await get(`/api/alarms/${path(id)}/log`);
  return make("ol", { class: "log" }, ...lines.map((line) =>
    make("li", {}, make("time", { datetime: line.at }, moment(line.at)), " ",
      [!line.who || line.who === "station" ? t("the_station") : line.who, t(`log_${line.what}`), line.note || ""].filter(Boolean).join(" · "))));
}
