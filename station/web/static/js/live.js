// What is known now: one copy of /api/live, kept fresh by /api/stream (server-sent events).

import { get } from "./api.js";
import { Stream } from "./stream.js";
import { now, setNow } from "./times.js";

const SILENT_MS = 40e3; // the station says "ping" every 15 s

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
    if (name === "open") return this._refetch(); // whatever was missed in between is in it
    if (this._meanwhile) this._meanwhile.push({ name, data });
    this._take(name, data);
  }

  _take(name, data) {
    if (name === "bus") this._bus(JSON.parse(data));
    else if (name === "gone") this._gone(JSON.parse(data));
    else if (name === "alarm") this._alarm(JSON.parse(data));
    else if (name === "station") this._station(JSON.parse(data));
  }

  /** What the stream says while the answer is on its way is newer than that: it is taken again. */
  async _refetch() {
    this._heard = Date.now();
    const meanwhile = [];
    this._meanwhile = meanwhile;
    try {
      const live = await get("/api/live");
      if (this._meanwhile !== meanwhile) return; // asked once more since
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

  /** A stream that says nothing is asked for anew, and so is one that broke and stays away. */
  _watch() {
    if (Date.now() - this._heard > SILENT_MS) this._connection(false);
    if (!this.connected) this._checkThenOpen();
  }

  async _checkThenOpen() {
    try {
      await get("/api/me"); // an ended session goes to the sign-in page from here
      this._open();
    } catch (error) { /* not there yet: the next watch asks again */ }
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

  /** An administrator took it off the list. */
  _gone(bus) {
    if (this.buses.delete(key(bus))) this.dispatchEvent(new Event("fresh"));
  }

  _alarm(alarm) {
    this.alarms.set(alarm.id, alarm);
    if (alarm.cleared_at && alarm.acked_at) this._forgetOld();
    this.dispatchEvent(new CustomEvent("alarms", { detail: alarm }));
  }

  /** Over and acknowledged ones stand in the log; a page that is open for a week keeps few. */
  _forgetOld() {
    const done = [...this.alarms.values()].filter((alarm) => alarm.cleared_at && alarm.acked_at);
    done.sort((a, b) => (a.heard_at < b.heard_at ? -1 : 1));
    for (const alarm of done.slice(0, -50)) this.alarms.delete(alarm.id);
  }

  /** Buses are gathered and told four times a second at most, alarms never wait. */
  _bus(bus) {
    this.buses.set(key(bus), asShown(bus));
    this._changed.add(key(bus));
    if (this._due === null) this._due = setTimeout(() => this._tell(), 250);
  }

  _tell() {
    this._due = null;
    const changed = this._changed;
    this._changed = new Set();
    this.dispatchEvent(new CustomEvent("buses", { detail: changed }));
  }
}

/** Seats that nobody has told of are no seats: one null instead of four. */
function asShown(bus) {
  if (bus.seats && (bus.seats.total === null || bus.seats.taken === null)) bus.seats = null;
  return bus;
}

const PATIENCE_MS = 5000; // for the way from the bus to here

/** Has the bus broken its promise of a next sign of life (next_s)? Told here, too: silence sends no news. */
export function isStale(bus) {
  if (bus.stale || bus.dark_since) return true;
  if (bus.next_s === null || bus.heard_at === null) return false;
  return now() > Date.parse(bus.heard_at) + bus.next_s * 1000 + PATIENCE_MS;
}

export const key = (bus) => `${bus.fleet}/${bus.bus}`;
