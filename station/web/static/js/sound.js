// The sound of an alarm. A browser plays no sound until the user has touched the page, so the page
// shows whether sound is on. Loops are rendered once and played by the audio thread: they continue
// while the tab is in the background, where timers sleep.

const RATE = 22050;
const PATTERNS = {
  // [seconds, Hz] one after the other; 0 Hz is silence
  chime: { notes: [[0.18, 880], [0.25, 660]], gain: 0.25 },
  alarm: { notes: [[0.25, 880], [0.25, 660], [0.25, 880], [0.25, 660], [0.6, 0]], gain: 0.5, loop: true },
  escalated: { notes: [[0.12, 1175], [0.12, 880]], gain: 0.9, loop: true },
};

export class Sound extends EventTarget {
  constructor() {
    super();
    this._context = null;
    this._source = null;
    this.playing = null;
    this.wanted = null;
    const Context = window.AudioContext || window.webkitAudioContext;
    if (!Context) return;
    this._context = new Context();
    this._context.onstatechange = () => this._follow();
    for (const type of ["pointerdown", "keydown"]) {
      window.addEventListener(type, () => this.unlock(), { passive: true });
    }
  }

  get on() {
    return this._context !== null && this._context.state === "running";
  }

  async unlock() {
    if (!this._context || this.on) return;
    try { await this._context.resume(); } catch (error) { /* not yet allowed: the button stays */ }
    this._follow();
  }

  /** name: "alarm", "escalated", or null for silence. It plays until the next call. */
  loop(name) {
    this.wanted = name;
    this._follow();
  }

  chime() {
    if (this.on && !this.playing) this._play("chime");
  }

  _follow() {
    this.dispatchEvent(new Event("change"));
    const name = this.on ? this.wanted : null;
    if (name === this.playing) return;
    if (this._source) this._source.stop();
    this._source = name ? this._play(name) : null;
    this.playing = name;
    document.documentElement.dataset.sound = name || "";
  }

  _play(name) {
    const { notes, gain, loop } = PATTERNS[name];
    const source = this._context.createBufferSource();
    source.buffer = this._render(notes);
    source.loop = Boolean(loop);
    const volume = this._context.createGain();
    volume.gain.value = gain;
    source.connect(volume).connect(this._context.destination);
    source.start();
    return source;
  }

  _render(notes) {
    const length = Math.round(notes.reduce((sum, [s]) => sum + s, 0) * RATE);
    const buffer = this._context.createBuffer(1, length, RATE);
    const samples = buffer.getChannelData(0);
    let at = 0;
    for (const [seconds, hz] of notes) {
      const n = Math.round(seconds * RATE);
      for (let i = 0; i < n && at < length; i++, at++) {
        const edge = Math.min(1, i / 100, (n - i) / 100); // no clicks
        const phase = 2 * Math.PI * hz * (i / RATE);
        samples[at] = edge * (0.7 * Math.sin(phase) + 0.3 * Math.sin(3 * phase));
      }
    }
    return buffer;
  }
}
