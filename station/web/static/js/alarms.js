// One alarm as a card: what, where, since when, what to do, and who has answered.

import { get, path, post } from "./api.js";
import { find, make } from "./dom.js";
import { kindName, sentences, t, whatToDo } from "./texts.js";
import { ago, moment } from "./times.js";

export const isOpen = (alarm) => !alarm.cleared_at || !alarm.acked_at;

/** 0 escalated, 1 new, 2 over but unseen, 3 acknowledged; drills come after what is real. */
export function urgency(alarm) {
  if (alarm.acked_at) return alarm.cleared_at ? 5 : 3;
  if (alarm.exercise) return 4;
  if (alarm.cleared_at) return 2;
  if (alarm.severity !== "alarm") return 2;
  return alarm.escalated_at ? 0 : 1;
}

/** The loudest first, in each the newest. */
export function byUrgency(a, b) {
  return urgency(a) - urgency(b) || (a.heard_at < b.heard_at ? 1 : -1);
}

export function stateWords(alarm) {
  const words = [alarm.cleared_at ? t("alarm_cleared") : t("alarm_active")];
  words.push(alarm.acked_at ? t("alarm_acked") : t("alarm_unacked"));
  if (alarm.escalated_at && !alarm.acked_at) words.push(t("alarm_escalated"));
  return words.join(" · ");
}

const LEVELS = ["escalated", "new", "unseen", "acked", "drill", "done"];

/** person may be null (nothing to answer with). label: the name of the bus. */
export function alarmCard(alarm, label, person, shown = {}) {
  const level = LEVELS[urgency(alarm)];
  const card = make("article", { class: `alarm ${level} ${alarm.severity}`, "data-alarm": alarm.id });
  const link = make("a", { href: `/bus/${path(alarm.fleet, alarm.bus)}`, class: "alarm-bus" }, label);
  card.append(
    make("header", {},
      make("span", { class: "alarm-sign", "aria-hidden": "true" }, alarm.severity === "alarm" ? "!" : "i"),
      make("h3", {}, alarm.exercise ? make("strong", { class: "drill-tag" }, t("drill")) : null, kindName(alarm.kind)),
      link),
    make("p", { class: "alarm-state" }, stateWords(alarm)),
    times(alarm),
    alarm.acked_at ? ackedBy(alarm) : null || "",
  );
  const say = make("ul", { class: "says" }, ...sentences(alarm).map((line) => make("li", {}, line)));
  const steps = alarm.exercise ? [] : whatToDo(alarm.kind);
  if (!alarm.acked_at && steps.length) {
    card.append(make("div", { class: "do" }, make("strong", {}, t("do_now")),
      make("ol", {}, ...steps.map((step) => make("li", {}, step)))));
  }
  if (alarm.acked_at && !shown.whole) card.append(make("details", {}, make("summary", {}, t("why")), say));
  else card.append(say);
  if (!alarm.acked_at && person && person.role !== "viewer") card.append(ackForm(alarm, person));
  else if (!alarm.acked_at && person) card.append(make("p", { class: "hint" }, t("ack_not_you")));
  return card;
}

function times(alarm) {
  const line = make("p", { class: "alarm-times" });
  const raised = alarm.raised_at === null ? t("time_unknown") : moment(alarm.raised_at);
  if (alarm.late) {
    line.append(make("strong", { class: "late" }, t("late")), " ",
      t("late_times", { raised, heard: moment(alarm.heard_at) }));
  } else {
    line.append(t("raised_at", { time: raised }), ` (${ago(alarm.raised_at || alarm.heard_at)})`);
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
      error.textContent = t("ack_failed", { why: failure.message });
      button.disabled = false;
    }
  });
  return form;
}

/** Who did what with it. */
export async function alarmLog(id) {
  const lines = await get(`/api/alarms/${path(id)}/log`);
  return make("ol", { class: "log" }, ...lines.map((line) =>
    make("li", {}, make("time", { datetime: line.at }, moment(line.at)), " ",
      [!line.who || line.who === "station" ? t("the_station") : line.who, t(`log_${line.what}`), line.note || ""].filter(Boolean).join(" · "))));
}

/**
 * A list of cards that only changes where an alarm did: what somebody is typing in a note stays.
 */
export class AlarmList {
  constructor(root, person, label) {
    this._root = root;
    this._person = person;
    this._label = label;
    this._cards = new Map();
  }

  show(alarms) {
    const wanted = new Map(alarms.map((alarm) => [String(alarm.id), alarm]));
    for (const [id, card] of this._cards) {
      if (!wanted.has(id)) { card.node.remove(); this._cards.delete(id); }
    }
    let before = this._root.firstElementChild;
    for (const [id, alarm] of wanted) {
      const old = this._cards.get(id);
      const form = JSON.stringify(alarm) + Math.floor(Date.now() / 60e3);
      let node = old && old.node;
      if (!old || old.form !== form) {
        node = alarmCard(alarm, this._label(alarm), this._person);
        if (old) this._swap(old.node, node, before === old.node ? () => { before = node; } : () => {});
        this._cards.set(id, { node, form });
      }
      if (node !== before) this._root.insertBefore(node, before);
      else before = before.nextElementSibling;
    }
  }

  _swap(old, fresh, moved) {
    const [from, to] = [find("input[name=note]", old), find("input[name=note]", fresh)];
    const focused = old.contains(document.activeElement) && document.activeElement.name;
    if (from && to) to.value = from.value;
    old.replaceWith(fresh);
    moved();
    if (focused === "note" && to) to.focus();
  }
}
