// All buses on one canvas above the map: drawing five hundred costs little more than five.

import { isPlaced } from "./places.js";
import { drawBus, drawCircle, STATES } from "./shapes.js";

const L = window.L;
const NEAR_PX = 22;
const CIRCLE_FROM_PX = 16; // a smaller one is hidden by the bus
const METRE_DEG = 1 / 111320; // of latitude
const LABELS_UP_TO = 80; // more names than this would hide the map

export const BusLayer = L.Layer.extend({
  initialize({ onChoose }) {
    this._buses = [];
    this._onChoose = onChoose;
    this._chosen = null;
    this._due = null;
  },

  onAdd(map) {
    const pane = map.getPane("buses") || map.createPane("buses"); // above the schools
    pane.style.zIndex = 640;
    pane.style.pointerEvents = "none"; // the map gets the clicks: see _click
    this._canvas = L.DomUtil.create("canvas", "buses", pane);
    this._canvas.setAttribute("aria-hidden", "true"); // the list says the same in words
    map.on("moveend zoomend resize viewreset", this._draw, this);
    map.on("move", this.redraw, this); // an old computer cannot draw at each step of the mouse
    map.on("click", this._click, this);
    map.on("mousemove", this._hover, this);
    this._draw();
  },

  /** buses: [{key, show, lat, lon, within, heading, stale, text}], within: accuracy in metres, if known.
   *  A bus without a position is not drawn. */
  show(buses) {
    this._buses = buses.filter(isPlaced);
    this._buses.sort((a, b) => STATES.indexOf(b.show) - STATES.indexOf(a.show)); // alarms on top
    this.redraw();
  },

  choose(key) {
    this._chosen = key;
    this.redraw();
  },

  redraw() {
    if (this._due === null && this._map) {
      this._due = requestAnimationFrame(() => { this._due = null; this._draw(); });
    }
  },

  _draw() {
    const map = this._map;
    const size = map.getSize();
    const ratio = window.devicePixelRatio || 1;
    const canvas = this._canvas;
    L.DomUtil.setPosition(canvas, map.containerPointToLayerPoint([0, 0]));
    if (canvas.width !== size.x * ratio || canvas.height !== size.y * ratio) {
      canvas.width = size.x * ratio;
      canvas.height = size.y * ratio;
      canvas.style.width = `${size.x}px`;
      canvas.style.height = `${size.y}px`;
    }
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, size.x, size.y);
    this._seen = [];
    for (const bus of this._buses) {
      const at = map.latLngToContainerPoint([bus.lat, bus.lon]);
      if (at.x > -40 && at.y > -40 && at.x < size.x + 40 && at.y < size.y + 40) this._seen.push({ bus, at });
    }
    const all = this._seen.length <= LABELS_UP_TO && map.getZoom() >= 11;
    const { lat, lng } = map.getCenter();
    const metre = map.project([lat, lng]).y - map.project([lat + METRE_DEG, lng]).y; // not rounded to pixels
    for (const { bus, at } of this._seen) this._circle(pen, bus, at, metre);
    for (const { bus, at } of this._seen) {
      drawBus(pen, at.x, at.y, bus.show, bus.heading, { chosen: bus.key === this._chosen, stale: bus.stale });
    }
    const taken = this._seen.map(({ at }) => [at.x - 12, at.y - 12, at.x + 12, at.y + 12]);
    for (const { bus, at } of [...this._seen].reverse()) {
      const must = bus.show === "alarm" || bus.key === this._chosen;
      if (all || must) this._name(pen, bus, at, taken, must);
    }
  },

  /** How far from its place the bus may be, where that is more than its shape covers. */
  _circle(pen, bus, at, metre) {
    const radius = (bus.within || 0) * metre;
    if (radius < CIRCLE_FROM_PX) return;
    drawCircle(pen, at.x, at.y, radius);
  },

  /** The name stands to the right of its bus, or to the left; if neither is free, it is left out. */
  _name(pen, bus, at, taken, must) {
    const loud = bus.show === "alarm";
    pen.font = `${loud ? "bold 14px" : "13px"} "Noto Sans Thai", Tahoma, sans-serif`;
    pen.textBaseline = "middle";
    const width = pen.measureText(bus.text).width + 10;
    const free = (x) => x >= 0 && x + width <= this._map.getSize().x && !taken.some(([x0, y0, x1, y1]) => x < x1 && x + width > x0 && at.y - 11 < y1 && at.y + 11 > y0);
    const x = [at.x + 20, at.x - 20 - width].find(free);
    if (x === undefined && !must) return;
    const left = x === undefined ? at.x + 20 : x;
    taken.push([left, at.y - 11, left + width, at.y + 11]);
    pen.fillStyle = loud ? "#b00020" : "rgba(255,255,255,.92)";
    pen.fillRect(left, at.y - 11, width, 22);
    pen.fillStyle = loud ? "#fff" : "#1a202c";
    pen.fillText(bus.text, left + 5, at.y + 1);
  },

  _at(point) {
    let best = null;
    let least = NEAR_PX;
    for (const { bus, at } of this._seen || []) {
      const far = Math.hypot(at.x - point.x, at.y - point.y);
      if (far <= least) { best = bus; least = far; }
    }
    return best;
  },

  _click(event) {
    const bus = this._at(event.containerPoint);
    if (bus) this._onChoose(bus.key);
  },

  _hover(event) {
    this._map.getContainer().style.cursor = this._at(event.containerPoint) ? "pointer" : "";
  },
});
