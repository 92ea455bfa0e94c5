// The events of one day, a line each, with the reasons in words.

import { make, setAttribute } from "./dom.js";
import { sentences } from "./sentences.js";
import { kindName, t } from "./texts.js";
import { clock, moment, placed } from "./times.js";

const SHOWN = 600; // a broken sensor may cause thousands in a day

export class Timeline {
  constructor(root, onSeek) {
    this._list = make("ol", { class: "timeline" });
    this._note = make("p", { class: "hint" });
    root.append(this._note, this._list);
    this._onSeek = onSeek;
  }

  /** events in order of time; level: "all", or "warning" for warnings and alarms only. */
  show(events, level) {
    const wanted = events.filter((event) => level === "all" || event.severity !== "info");
    const shown = wanted.slice(-SHOWN);
    this._note.textContent = !wanted.length ? t("no_events") : wanted.length > SHOWN ? t("only_last", { n: SHOWN, of: wanted.length }) : "";
    this._items = shown.map((event) => [event.time, this._item(event)]);
    this._list.replaceChildren(...this._items.map(([, node]) => node));
    this._list.scrollTop = this._list.scrollHeight;
    this._current = null;
  }

  _item(event) {
    const when = whenOf(event);
    const item = make("li", { class: `${event.exercise ? "drill" : event.severity} ${event.state}`, "data-kind": event.kind },
      event.time === null
        ? make("span", { class: "time" }, when)
        : make("button", { type: "button", class: "time", "aria-label": t("go_to", { time: when }), onclick: () => this._onSeek(event.time) }, when),
      make("span", { class: "level" }, t(`severity_${event.severity}`)),
      make("div", { class: "event" },
        make("strong", {}, event.exercise ? make("span", { class: "drill-tag" }, t("drill")) : null, kindName(event.kind)),
        event.times > 1 ? make("span", { class: "event-state" }, ` ${t("event_times", { n: event.times })}`) : "",
        happens(event) ? "" : make("span", { class: "event-state" }, ` ${t(`event_${event.state}`)}`),
        event.clock === "odd" ? make("span", { class: "late" }, ` ${t("odd_time", { time: moment(event.at) })}`) : "",
        isLate(event) ? make("span", { class: "late" }, ` ${t("late_heard", { time: moment(event.heard_at) })}`) : "",
        make("p", {}, sentences(event).join(" "))));
    return item;
  }

  /** Marks the last event before that time. */
  at(time) {
    let last = null;
    for (const [of, node] of this._items || []) if (of !== null && of <= time) last = node;
    if (last === this._current) return;
    if (this._current) setAttribute(this._current, "aria-current", null);
    this._current = last;
    if (!last) return;
    setAttribute(last, "aria-current", "true");
    const box = this._list;
    box.scrollTop = last.offsetTop - box.offsetTop - box.clientHeight / 3;
  }
}

/** The time of an event in words. */
export const whenOf = (event) => (event.at === null ? t("time_unknown") : clock(placed(event)));

const LATE_MS = 5 * 60e3;
const isLate = (event) => event.at !== null && event.clock !== "odd" && Date.parse(event.heard_at) - Date.parse(event.at) > LATE_MS;

/** Kinds that have no duration, and so no beginning and end. */
const HAPPENS = ["trip_started", "trip_ended", "stop_served", "started", "self_test", "policy_changed", "records_lost", "fault",
  "check_too_soon", "stop_missed", "stop_out_of_order", "arrival_notice", "clock_set_back", "radio_changed",
  "seat_unused", "city_keys_changed", "command_refused", "update"];
const happens = (event) => HAPPENS.includes(event.kind);

