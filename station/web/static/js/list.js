// The buses as a table: what the map shows, in words.

import { path } from "./api.js";
import { make, setAttribute, setText } from "./dom.js";
import { isStale } from "./live.js";
import { busPicture, STATES } from "./shapes.js";
import { placeName, t, word } from "./texts.js";
import { folded } from "./thai.js";
import { ago, moment, shortClock } from "./times.js";

// Each column has a second, smaller line below the first.
const COLUMNS = { state: "phase", bus: "route", speed: "heard", seats: "alarms" };

export class BusList {
  /** onChoose(key, quiet): the user chose a bus; quiet: the keyboard only passed over it. */
  constructor(root, onChoose) {
    this._rows = new Map();
    this._onChoose = onChoose;
    this._words = "";
    this._state = "";
    this._chosen = null;
    this._body = make("tbody");
    root.append(make("table", { class: "buses-table" },
      make("thead", {}, make("tr", {}, ...Object.entries(COLUMNS).map(([name, below]) => make("th", { scope: "col", class: `c-${name}` }, t(`col_${name}`), below !== "phase" && make("small", {}, t(`col_${below}`)))))),
      this._body));
    this._nobody = make("p", { class: "nobody", hidden: true }, t("no_bus"));
    root.append(this._nobody);
  }

  filter(words, state) {
    this._words = folded(words.trim());
    this._state = state;
    for (const row of this._rows.values()) this._hide(row);
    this._count();
  }

  choose(key) {
    for (const [of, row] of this._rows) setAttribute(row.node, "aria-selected", of === key ? "true" : null);
    this._chosen = key;
  }

  /** Updates the rows of `changed` buses; without `changed`, all rows. */
  show(buses, changed) {
    for (const [key, row] of this._rows) {
      if (!buses.has(key)) { row.node.remove(); this._rows.delete(key); }
    }
    let moved = false;
    for (const key of changed || buses.keys()) {
      const bus = buses.get(key);
      if (!bus) continue;
      let row = this._rows.get(key);
      if (!row) { row = this._make(key); this._rows.set(key, row); moved = true; }
      moved = this._fill(row, bus) || moved;
    }
    if (moved) this._sort();
    this._count();
  }

  _make(key) {
    const cells = {};
    const columns = Object.entries(COLUMNS).map(([name, below]) => {
      cells[name] = make("div");
      cells[below] = make("small", { class: `c-${below}` });
      return make("td", { class: `c-${name}` }, cells[name], cells[below]);
    });
    const name = make("a", { href: `/bus/${path(...key.split("/"))}` });
    cells.bus.append(name);
    const picture = make("span", { class: "picture" });
    const state = make("span");
    cells.state.append(picture, state);
    const node = make("tr", { "data-bus": key, onclick: (event) => { if (event.target !== name) this._onChoose(key); } },
      ...columns);
    name.addEventListener("focus", () => this._onChoose(key, true));
    return { key, node, cells, name, picture, state, order: "" };
  }

  _fill(row, bus) {
    row.bus = bus;
    if (row.show !== bus.show) row.picture.replaceChildren(busPicture(bus.show, 26));
    setText(row.name, bus.label || bus.bus);
    setText(row.state, t(`show_${bus.show}`));
    setText(row.cells.phase, phaseWords(bus));
    setText(row.cells.route, bus.route ? placeName(bus.route) : "");
    setText(row.cells.speed, speedWords(bus));
    setText(row.cells.heard, heardWords(bus));
    setAttribute(row.cells.heard, "class", isStale(bus) ? "c-heard stale" : "c-heard");
    setText(row.cells.seats, seatWords(bus, "\n"));
    setText(row.cells.alarms, bus.alarms ? t("n_alarms", { n: bus.alarms }) : "");
    setAttribute(row.node, "class", bus.show);
    row.show = bus.show;
    row.text = folded([bus.label, bus.bus, bus.fleet, bus.route, placeName(bus.route), stateWords(bus)].join(" "));
    this._hide(row);
    const order = `${STATES.indexOf(bus.show)} ${bus.label || bus.bus}`;
    const moved = order !== row.order;
    row.order = order;
    return moved;
  }

  _hide(row) {
    const fits = (!this._state || row.show === this._state) && row.text.includes(this._words);
    if (row.node.hidden !== !fits) row.node.hidden = !fits;
  }

  /** Moves only the rows that are out of order. */
  _sort() {
    const rows = [...this._rows.values()].sort((a, b) => a.order.localeCompare(b.order, undefined, { numeric: true }));
    let at = this._body.firstElementChild;
    for (const row of rows) {
      if (row.node === at) at = at.nextElementSibling;
      else this._body.insertBefore(row.node, at);
    }
  }

  _count() {
    this._nobody.hidden = [...this._rows.values()].some((row) => !row.node.hidden);
  }
}

/** Service and evacuation are named wherever the bus is; a drill is a state of its own. */
export const modeWords = (bus) => (["service", "evacuation"].includes(bus.mode) ? word("mode", bus.mode) : "");

/** The phase, if the state does not say it already, the mode, who is with the children, and that the bus is not enrolled. */
function phaseWords(bus) {
  const phase = bus.phase && !["driving", "parked"].includes(bus.show) ? word("phase", bus.phase) : "";
  return [phase, modeWords(bus), attendedWords(bus), bus.enrolled === false ? t("not_enrolled") : ""].filter(Boolean).join(" · ");
}

/** "attended by the driver until 07:12" */
export function attendedWords(bus) {
  if (!bus.attended) return "";
  const { by, until } = bus.attended;
  const who = t(by === "stay" ? "adult_stays" : "driver_attends");
  return until ? t("until", { what: who, time: shortClock(until) }) : who;
}

export const stateWords = (bus) => [t(`show_${bus.show}`), phaseWords(bus)].filter(Boolean).join(" · ");

export function speedWords(bus) {
  if (bus.speed_kmh === null || bus.speed_kmh === undefined) return t("unknown");
  return t("kmh", { n: Math.round(bus.speed_kmh) }) + (bus.heading_deg === null || bus.speed_kmh < 3 ? "" : ` ${compass(bus.heading_deg)}`);
}

const compass = (degrees) => "↑↗→↘↓↙←↖"[Math.round(degrees / 45) % 8];

export function heardWords(bus) {
  if (!isStale(bus)) return ago(bus.heard_at);
  return t("silent_since", { time: moment(bus.dark_since || bus.heard_at) });
}

export function seatWords(bus, between = " · ") {
  if (!bus.seats) return t("unknown");
  const { total, taken, unknown, unbelted, loose } = bus.seats;
  const parts = [t("n_taken", { n: taken.length, of: total })];
  if (unknown.length) parts.push(t("n_unknown", { n: unknown.length }));
  if (unbelted.length) parts.push(t("n_unbelted", { n: unbelted.length }));
  if (loose && loose.length) parts.push(t("n_loose", { n: loose.length }));
  return parts.join(between);
}

export const busAddress = (bus) => `/bus/${path(bus.fleet, bus.bus)}`;
