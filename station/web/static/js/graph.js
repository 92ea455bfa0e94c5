// The speed over one day, with its events. A click goes to that time.

import { draw } from "./dom.js";
import { kindName, t } from "./texts.js";
import { shortClock } from "./times.js";

const H = 170;
const LEFT = 44;
const RIGHT = 12; // room for a mark at the very end
const BOTTOM = 26;
const BREAK_S = 120; // a line across a longer gap would claim a speed that no one knows

export class SpeedGraph {
  constructor(root, onSeek) {
    this._root = root;
    this._onSeek = onSeek;
    new ResizeObserver(() => this._shown && root.clientWidth !== this._width && this.show(...this._shown)).observe(root);
  }

  /** track [[t_unix, lat, lon, speed_kmh, heading]], events with their `time` (unix, or null). */
  show(track, events, from, to) {
    this._shown = [track, events, from, to];
    this._from = from;
    this._to = Math.max(to, from + 60);
    const speeds = track.map((row) => row[3]).filter((speed) => speed !== null);
    const top = Math.max(60, Math.ceil(Math.max(0, ...speeds.slice(0, 1), max(speeds)) / 20) * 20);
    const y = (speed) => 8 + (H - BOTTOM - 8) * (1 - speed / top);
    const width = this._width = this._root.clientWidth;
    const picture = draw("svg", { viewBox: `0 0 ${width} ${H}`, class: "graph", role: "img", "aria-label": t("graph_label", { n: Math.round(max(speeds)) }) });
    for (let speed = 0; speed <= top; speed += 20) {
      picture.append(draw("line", { x1: LEFT, x2: width - RIGHT, y1: y(speed), y2: y(speed), class: "grid" }),
        draw("text", { x: LEFT - 6, y: y(speed) + 5, class: "axis end" }, String(speed)));
    }
    for (const tick of ticks(this._from, this._to, width / 80)) {
      picture.append(draw("line", { x1: this._x(tick), x2: this._x(tick), y1: 8, y2: H - BOTTOM, class: "grid" }),
        draw("text", { x: this._x(tick), y: H - 6, class: "axis mid" }, shortClock(tick * 1000)));
    }
    picture.append(draw("path", { d: this._line(track, y), class: "speed" }));
    for (const event of events) {
      if (event.time === null || event.severity === "info" || event.state !== "raised") continue;
      const x = this._x(event.time);
      const alarm = event.severity === "alarm" && !event.exercise;
      picture.append(draw("path", { d: alarm ? `M${x} 4 l9 14 h-18 z` : `M${x - 5} 6 h10 v10 h-10 z`, class: event.exercise ? "mark drill" : `mark ${event.severity}` },
        draw("title", {}, `${shortClock(event.time * 1000)} ${event.exercise ? `${t("drill")} ` : ""}${kindName(event.kind)}`)));
    }
    this._cursor = draw("line", { x1: -9, x2: -9, y1: 0, y2: H - BOTTOM, class: "cursor" });
    picture.append(this._cursor);
    picture.addEventListener("click", (event) => {
      const box = picture.getBoundingClientRect();
      const x = ((event.clientX - box.left) / box.width) * this._width;
      this._onSeek(this._from + ((x - LEFT) / (this._width - LEFT - RIGHT)) * (this._to - this._from));
    });
    this._root.replaceChildren(picture);
    this.at(this._time);
  }

  at(time) {
    this._time = time;
    if (!this._cursor || time === undefined) return;
    const x = this._x(time);
    this._cursor.setAttribute("x1", x);
    this._cursor.setAttribute("x2", x);
  }

  _x(time) {
    return LEFT + ((time - this._from) / (this._to - this._from)) * (this._width - LEFT - RIGHT);
  }

  /** The highest speed of each pixel, so that a short moment of high speed can be seen. */
  _line(track, y) {
    const parts = [];
    let last = null;
    let column = null;
    const put = () => { if (column) parts.push(`${column.start ? "M" : "L"}${column.x} ${y(column.speed).toFixed(1)}`); };
    for (const [time, , , speed] of track) {
      if (speed === null) { last = null; continue; }
      const x = Math.round(this._x(time));
      const start = last === null || time - last > BREAK_S;
      if (column && column.x === x && !start) column.speed = Math.max(column.speed, speed);
      else { put(); column = { x, speed, start }; }
      last = time;
    }
    put();
    return parts.join("");
  }
}

const max = (numbers) => numbers.reduce((most, one) => (one > most ? one : most), 0);

/** Whole hours or parts of an hour: as many as fit below the graph. */
function ticks(from, to, room) {
  const step = [300, 600, 900, 1800, 3600, 7200, 10800].find((s) => (to - from) / s <= room) || 14400;
  const found = [];
  for (let tick = Math.ceil(from / step) * step; tick <= to; tick += step) found.push(tick);
  return found;
}
