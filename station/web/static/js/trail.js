// The track of a bus on the map. Where its position was unknown for long the line is broken: a line
// across the gap would claim a track that no one knows.

const L = window.L;
const BREAK_S = 120; // as in the speed graph
const POINTS = 4000; // at most, of a bus that is watched for a week

export class Trail {
  constructor(map) {
    this._line = L.polyline([], { color: "#0b57d0", weight: 4, opacity: 0.75, interactive: false }).addTo(map);
    this.show([]);
  }

  /** track [[t_unix, lat, lon, ...]] */
  show(track) {
    this._parts = [];
    this._last = -Infinity;
    for (const [time, lat, lon] of track) this._put(time, lat, lon);
    this._draw();
  }

  /** Adds a position to a track that is shown already. */
  add(time, lat, lon) {
    if (!this._parts.length || time <= this._last) return;
    this._put(time, lat, lon);
    while (this._parts.reduce((sum, part) => sum + part.length, 0) > POINTS) {
      this._parts[0].shift();
      if (!this._parts[0].length) this._parts.shift();
    }
    this._draw();
  }

  _put(time, lat, lon) {
    if (time - this._last > BREAK_S) this._parts.push([]);
    this._parts[this._parts.length - 1].push([lat, lon]);
    this._last = time;
  }

  _draw() {
    this._line.setLatLngs(this._parts);
    this._line.bringToFront();
  }
}
