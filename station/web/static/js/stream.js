// The stream of this page: shared by all tabs (stream_worker.js), or its own if the browser has no
// shared workers, as on phones.

import { at } from "./base.js";
import { openSource } from "./source.js";

export class Stream {
  constructor(hear) {
    this._hear = hear;
    this._port = null;
    this._source = null;
    if (!window.SharedWorker) return;
    const worker = new SharedWorker(at("/static/js/stream_worker.js"), { type: "module" });
    worker.onerror = () => { this._port = null; this.open(); }; // an older browser: a stream of its own
    this._port = worker.port;
    this._port.onmessage = ({ data }) => hear(data);
  }

  /** Opens the stream, or opens it again; then "open" is heard. */
  open() {
    if (this._port) return this._port.postMessage("open");
    if (this._source) this._source.close();
    this._source = openSource(this._hear);
  }

  close() {
    if (this._port) this._port.postMessage("close");
    if (this._source) this._source.close();
  }
}
