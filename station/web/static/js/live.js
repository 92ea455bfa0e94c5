// What the station knows now: one copy of /api/live, kept up to date by /api/stream (server-sent
// events).

import { get } from "./api.js";
import { Stream } from "./stream.js";
import { now, setNow } from "./times.js";

const SILENT_MS = 40e3; // the station sends a ping every 15 s

export class Live extends EventTarget {
  constructor() {
    super();
    this.buses = new Map();
    this.alarms = new Map();
    this.station = null;
    this.connected = false;
    this.since = Date.now();
    this._changed = new Set();
    this._due = null;
    this._meanwhile = null;
  }

  start() {
    this._stream = new Stream((message) => this._hear(message));
    this._open();
    setInterval(() => this._watch(), 5000);
    window.addEventListener("online", () => this._open());
    window.addEventListener("pagehide", () => this._stream.close());
    window.addEventListener("pageshow", (event) => event.persisted && this._open());
  }

  _open() {
    this._heard = Date.now();
    this._stream.open();
  }

  _hear({ name, data }) {
    if (name === "error") return this._connection(false);
    this._heard = Date.now();
    if (name === "open") return this._refetch(); // it has what was missed in between
    if (this._meanwhile) this._meanwhile.push({ name, data });
    this._take(name, data);
  }

  _take(name, data) {
    if (name === "bus") this._bus(JSON.parse(data));
    else if (name === "gone") this._gone(JSON.parse(data));
    else if (name === "alarm") this._alarm(JSON.parse(data));
    else if (name === "station") this._station(JSON.parse(data));
  }

  /** Events that come while the answer is on its way may be newer than it: they are taken again. */
  async _refetch() {
    this._heard = Date.now();
    const meanwhile = [];
    this._meanwhile = meanwhile;
    try {
      const live = await get("/api/live");
      if (this._meanwhile !== meanwhile) return; // it was fetched again since
      this._meanwhile = null;
      setNow(live.at);
      this.alarms = new Map(live.alarms.map((alarm) => [alarm.id, alarm]));
      const there = new Set(live.buses.map(key));
      for (const old of this.buses.keys()) if (!there.has(old)) this.buses.delete(old);
      for (const bus of live.buses) this._bus(bus);
      this._connection(true);
      this._station(live.station);
      for (const { name, data } of meanwhile) this._take(name, data);
      this.dispatchEvent(new Event("fresh"));
      this.dispatchEvent(new Event("alarms"));
    } catch (error) {
      this._connection(false);
    }
  }

  /** Opens the stream again if it is silent, or broke and stays away. */
  _watch() {
    if (Date.now() - this._heard > SILENT_MS) this._connection(false);
    if (!this.connected) this._checkThenOpen();
  }

  async _checkThenOpen() {
    try {
      await get("/api/me"); // goes to the sign-in page if the session is over
      this._open();
    } catch (error) { /* not there yet: the next watch tries again */ }
  }

  _connection(up) {
    if (this.connected !== up) {
      this.connected = up;
      this.since = Date.now();
      this.dispatchEvent(new Event("connection"));
    }
  }

  _station(station) {
    this.station = station;
    this.dispatchEvent(new Event("connection"));
  }

  /** An administrator took the bus off the list. */
  _gone(bus) {
    if (this.buses.delete(key(bus))) this.dispatchEvent(new Event("fresh"));
  }

  _alarm(alarm) {
    this.alarms.set(alarm.id, alarm);
    if (alarm.cleared_at && alarm.acked_at) this._forgetOld();
    this.dispatchEvent(new CustomEvent("alarms", { detail: alarm }));
  }

  /** Keeps few of those that are over and acknowledged: a page may stay open for a week. */
  _forgetOld() {
    const done = [...this.alarms.values()].filter((alarm) => alarm.cleared_at && alarm.acked_at);
    done.sort((a, b) => (a.heard_at < b.heard_at ? -1 : 1));
    for (const alarm of done.slice(0, -50)) this.alarms.delete(alarm.id);
  }

  /** Changes of buses are gathered for a quarter of a second; alarms never wait. */
  _bus(bus) {
    this.buses.set(key(bus), asShown(bus));
    this._changed.add(key(bus));
    if (this._due === null) this._due = setTimeout(() => this._sendChanged(), 250);
  }

  _sendChanged() {
    this._due = null;
    const changed = this._changed;
    this._changed = new Set();
    this.dispatchEvent(new CustomEvent("buses", { detail: changed }));
  }
}

/** A bus that has not reported its seats gets one null instead of four. */
function asShown(bus) {
  if (bus.seats && (bus.seats.total === null || bus.seats.taken === null)) bus.seats = null;
  return bus;
}

const PATIENCE_MS = 5000; // on the way from the bus to the page

/** Whether the bus broke its promise of a next state (next_s). A silent bus causes no event, so the page counts too. */
export function isStale(bus) {
  if (bus.stale || bus.dark_since) return true;
  if (bus.next_s === null || bus.heard_at === null) return false;
  return now() > Date.parse(bus.heard_at) + bus.next_s * 1000 + PATIENCE_MS;
}

export const key = (bus) => `${bus.fleet}/${bus.bus}`;
