// The replay of a day: where the bus was at any time, and a clock that runs through the day.

const TOGETHER_S = 60; // the bus keeps a position every 30 s while it moves (docs/mqtt.md, track)
const SAME_PLACE_DEG = 0.001; // about 100 m

/** track [[t_unix, lat, lon, speed_kmh, heading]]; null before the first position is known. */
export function whereAt(track, time) {
  const i = after(track, time) - 1;
  if (i < 0) return null;
  const [t0, lat0, lon0, speed, heading] = track[i];
  const next = track[i + 1];
  if (next && next[0] - t0 <= TOGETHER_S) {
    const part = (time - t0) / (next[0] - t0);
    return { lat: lat0 + part * (next[1] - lat0), lon: lon0 + part * (next[2] - lon0), speed, heading, known: true };
  }
  const near = time - t0 <= TOGETHER_S;
  const stayed = next && Math.abs(next[1] - lat0) < SAME_PLACE_DEG && Math.abs(next[2] - lon0) < SAME_PLACE_DEG;
  return { lat: lat0, lon: lon0, speed: near ? speed : stayed ? 0 : null, heading, known: near || Boolean(stayed) };
}

/** Index of the first row after time. */
export function after(track, time) {
  let low = 0;
  let high = track.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (track[middle][0] <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Calls onTime(t_unix) whenever the clock moves, onState() when it starts or stops. */
export class Replay {
  constructor(onTime, onState) {
    this._onTime = onTime;
    this._onState = onState;
    this.speed = 60;
    this.playing = false;
    this.time = 0;
  }

  span(from, to) {
    this.pause();
    this.from = from;
    this.to = to;
    this.seek(from);
  }

  seek(time) {
    this.time = Math.min(this.to, Math.max(this.from, time));
    this._onTime(this.time);
  }

  play() {
    if (this.time >= this.to) this.seek(this.from);
    this.playing = true;
    this._last = null;
    this._onState();
    requestAnimationFrame((at) => this._step(at));
  }

  pause() {
    this.playing = false;
    this._onState();
  }

  _step(at) {
    if (!this.playing) return;
    if (this._last !== null) this.seek(this.time + (Math.min(at - this._last, 250) / 1000) * this.speed);
    this._last = at;
    if (this.time >= this.to) return this.pause();
    requestAnimationFrame((next) => this._step(next));
  }
}
