// The seats of one bus, drawn as it is built, front at the top. A seat is known by its picture and
// its number, never by colour alone: taken = a person, empty = an outline, unknown = ? on stripes,
// unbelted = a person and a warning triangle, out of service = a cross: nobody watches it.

import { draw, make } from "./dom.js";
import { isStale } from "./live.js";
import { t, word } from "./texts.js";

const CELL = 46;
const SIDE = 34;
const NOSE = 74;
const TAIL = 46;

/** layout {"rows": [[1, 2, null, 3, 4], ...]}, null is the aisle; without a layout, two seats on each side. */
export function rowsOf(bus) {
  if (bus.layout && bus.layout.rows && bus.layout.rows.length) return bus.layout.rows;
  const total = bus.seats ? bus.seats.total : 0;
  const rows = [];
  for (let first = 1; first <= total; first += 4) {
    const seat = (n) => (n <= total ? n : null);
    rows.push([first, seat(first + 1), null, seat(first + 2), seat(first + 3)]);
  }
  return rows;
}

export function seatState(seats, number) {
  if (!seats) return "unknown";
  if ((seats.out_of_service || []).includes(number)) return "out";
  if (seats.unknown.includes(number)) return "unknown";
  if (!seats.taken.includes(number)) return (seats.loose || []).includes(number) ? "loose" : "empty";
  return seats.unbelted.includes(number) ? "unbelted" : "taken";
}

/** named: a Set of the seats that an alarm is about. */
export function seatMap(bus, named = new Set()) {
  const rows = rowsOf(bus);
  const columns = Math.max(1, ...rows.map((row) => row.length));
  const width = columns * CELL + 2 * SIDE;
  const height = NOSE + rows.length * CELL + TAIL;
  const picture = draw("svg", { viewBox: `0 0 ${width} ${height}`, class: "seats", role: "img", "aria-label": seatSentence(bus) });
  picture.append(stripes(), body(width, height), ...front(bus, width), ...doors(bus, width, height), button(bus, width, height));
  rows.forEach((row, y) => row.forEach((number, x) => {
    if (number !== null) picture.append(seat(number, seatState(bus.seats, number), SIDE + x * CELL, NOSE + y * CELL, named.has(number)));
  }));
  return picture;
}

function stripes() {
  return draw("defs", {}, draw("pattern", { id: "stripes", width: 8, height: 8, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    draw("rect", { width: 8, height: 8, class: "stripe-ground" }), draw("rect", { width: 3.5, height: 8, class: "stripe" })));
}

const body = (width, height) => draw("rect", { x: 14, y: 4, width: width - 28, height: height - 8, rx: 22, class: "bus-body" });

/** The driver sits at the right, as in Thailand. */
function front(bus, width) {
  return [
    draw("path", { d: `M30 30 Q${width / 2} 8 ${width - 30} 30`, class: "windscreen" }),
    draw("circle", { cx: width - SIDE - CELL / 2, cy: 46, r: 11, class: "wheel" }),
    draw("text", { x: width / 2, y: 52, class: "small" }, t("front")),
  ];
}

/** Front door at the left, by the kerb; the emergency door at the right, at the rear. */
function doors(bus, width, height) {
  const states = bus.doors || {};
  return [
    door("front", states.front, 14, 36, -1),
    door("emergency", states.emergency, width - 14, height - TAIL - 40, 1),
  ];
}

function door(name, state, x, y, side) {
  const known = state === "open" || state === "closed" ? state : "unknown";
  const leaf = known === "open" ? `M${x} ${y} l${side * 13} 7 M${x} ${y + 34} l${side * 13} -7` : `M${x} ${y} v34`;
  const group = draw("g", { class: `door ${known}` }, draw("title", {}, `${word("door", name)}: ${word("door_state", state === undefined ? null : state)}`));
  if (known === "open") group.append(draw("path", { d: `M${x} ${y} v34`, class: "hole" }));
  group.append(draw("path", { d: leaf, class: "leaf" }));
  if (known === "unknown") group.append(draw("text", { x, y: y + 22, class: "door-sign" }, "?"));
  return group;
}

function button(bus, width, height) {
  const state = bus.checked === true ? "pressed" : bus.checked === false ? "open" : "unknown";
  const y = height - TAIL / 2 - 4;
  return draw("g", { class: `check ${state}` },
    draw("circle", { cx: width / 2, cy: y, r: 13 }),
    draw("text", { x: width / 2, y: y + 6 }, { pressed: "✓", open: "–", unknown: "?" }[state]));
}

function seat(number, state, x, y, named = false) {
  const group = draw("g", { class: `seat ${state}${named ? " named" : ""}`, transform: `translate(${x} ${y})`, "data-seat": number, "data-state": state },
    draw("title", {}, `${t("seat_n", { n: number })}: ${t(`seat_${state}`)}${named ? ` · ${t("seat_named")}` : ""}`),
    named && draw("rect", { x: 0, y: 0, width: CELL, height: CELL, rx: 10, class: "ring" }),
    draw("rect", { x: 4, y: 4, width: CELL - 8, height: CELL - 8, rx: 8, class: "cushion" }));
  if (state === "taken" || state === "unbelted") {
    group.append(draw("circle", { cx: 23, cy: 13, r: 5, class: "person" }), draw("path", { d: "M13 28 a10 9 0 0 1 20 0 z", class: "person" }));
  } else if (state === "unknown" || state === "loose") {
    group.append(draw("text", { x: 23, y: 25, class: "question" }, "?"));
  } else if (state === "out") {
    group.append(draw("path", { d: "M15 9 l16 16 M31 9 l-16 16", class: "cross" }));
  }
  group.append(draw("text", { x: 23, y: state === "empty" ? 29 : 39, class: "number" }, String(number)));
  if (state === "unbelted") {
    group.append(draw("path", { d: "M34 4 l10 17 h-20 z", class: "warn" }), draw("text", { x: 34, y: 19, class: "warn-sign" }, "!"));
  }
  return group;
}

/** All seats in one sentence, for people who cannot see the picture. */
export function seatSentence(bus) {
  return seatLines(bus).map(([name, text]) => `${name}: ${text}`).join(". ");
}

/** [[name, seats]], a line for each state of seats. */
export function seatLines(bus) {
  if (!bus.seats) return [[t("seats"), t("unknown")]];
  const all = rowsOf(bus).flat().filter((number) => number !== null);
  const list = (state) => all.filter((number) => seatState(bus.seats, number) === state);
  const taken = all.filter((number) => bus.seats.taken.includes(number));
  const lines = [[t("seat_taken"), taken], [t("seat_unknown"), list("unknown")], [t("seat_unbelted"), list("unbelted")]];
  const loose = bus.seats.loose || [];
  if (loose.length) lines.push([t("seat_loose"), loose]);
  if (list("out").length) lines.push([t("seat_out"), list("out")]);
  return lines.map(([name, seats]) => [name, seats.length ? `${seats.length} (${seats.join(", ")})` : t("none")])
    .concat([[then(bus, t("seat_empty")), String(list("empty").length)]]);
}

/** No seat of a silent bus is known to be empty now; it was when the bus was last heard. */
const then = (bus, what) => (isStale(bus) ? t("at_that_time", { what }) : what);

export function seatLegend() {
  return make("div", { class: "seat-legend" }, ...["taken", "unbelted", "empty", "unknown", "loose", "out", "named"].map((state) => {
    const picture = draw("svg", { viewBox: `0 0 ${CELL} ${CELL}`, class: "seats mini", "aria-hidden": "true" });
    picture.append(seat(["empty", "named"].includes(state) ? 5 : "", state === "named" ? "empty" : state, 0, 0, state === "named"));
    return make("span", {}, picture, t(`seat_${state}`));
  }));
}
