// What a bus reports besides seats and alarms, in words.

import { seesPhones } from "./alarms.js";
import { make, setText } from "./dom.js";
import { heardWords, speedWords } from "./list.js";
import { whereWords } from "./places.js";
import { seatLines } from "./seats.js";
import { kindName, placeName, t, word } from "./texts.js";

/** Fills the list with names and values; what is unknown is called unknown. */
export function showFacts(list, bus) {
  const doors = bus.doors || {};
  const known = (value, text) => (value === null || value === undefined ? t("unknown") : text);
  const lines = [
    ...seatLines(bus),
    ...(seesPhones() ? [[t("bus_phone"), bus.phone || t("none")]] : []),
    [t("fact_place"), whereWords(bus)],
    [t("fact_speed"), speedWords(bus)],
    [t("fact_heard"), heardWords(bus)],
    [t("fact_ignition"), word("on_off", bus.ignition)],
    [t("fact_front_door"), word("door_state", doors.front === undefined ? null : doors.front)],
    [t("fact_emergency_door"), word("door_state", doors.emergency === undefined ? null : doors.emergency)],
    [t("fact_check"), word("checked", bus.checked)],
    [t("fact_route"), bus.route ? placeName(bus.route) : "–"],
    [t("fact_cabin"), known(bus.cabin_c, `${bus.cabin_c} °C`)],
    [t("fact_supply"), known(bus.supply_mv, t("n_volt", { n: (bus.supply_mv / 1000).toFixed(1) }))],
    [t("fact_signal"), known(bus.signal_dbm, `${bus.signal_dbm} dBm`)],
    [t("fact_clock"), word("clock", bus.clock)],
    [t("fact_backlog"), backlogWords(bus)],
    [t("fact_active"), bus.active && bus.active.length ? bus.active.map(kindName).join(", ") : t("none")],
    [t("fact_fw"), known(bus.fw, bus.fw)],
    [t("fact_enrolled"), known(bus.enrolled, t(bus.enrolled ? "enrolled" : "not_enrolled"))],
  ];
  if (list.childElementCount !== lines.length * 2) {
    list.replaceChildren(...lines.flatMap(() => [make("dt"), make("dd")]));
  }
  lines.forEach(([name, text], i) => {
    setText(list.children[2 * i], name);
    setText(list.children[2 * i + 1], text);
  });
}

/** Older buses count warnings among the alarms. */
function backlogWords(bus) {
  if (bus.journal === "refused") return t("journal_refused");
  const { alarm, warning, track } = bus.backlog;
  if (alarm === null || alarm === undefined) return t("unknown");
  return t("n_backlog", { alarm: alarm + (warning || 0), track });
}
