// One stream for all tabs: a browser allows six connections to a host, and an officer who opens a
// seventh tab must still be able to acknowledge an alarm.

import { openSource } from "./source.js";

const SILENT_MS = 40e3;
const tabs = new Set();
let source = null;
let heard = 0;

function send(message) {
  heard = Date.now();
  for (const tab of tabs) tab.postMessage(message);
}

/** A tab wants to listen, or has heard nothing for a long time. */
function open(tab) {
  tabs.add(tab);
  const well = source && source.readyState === EventSource.OPEN && Date.now() - heard < SILENT_MS;
  if (well) return tab.postMessage({ name: "open" });
  if (source && source.readyState === EventSource.CONNECTING && Date.now() - heard < SILENT_MS) return;
  if (source) source.close();
  heard = Date.now();
  source = openSource(send);
}

function leave(tab) {
  tabs.delete(tab);
  if (tabs.size || !source) return;
  source.close();
  source = null;
}

self.onconnect = ({ ports: [tab] }) => {
  tab.onmessage = ({ data }) => (data === "open" ? open(tab) : leave(tab));
};
