// The open alarms as cards, the most urgent first.

import { alarmCard, freshen } from "./alarms.js";
import { find } from "./dom.js";

/** Replaces only the cards whose alarm changed; a note that a person is typing stays. */
export class AlarmList {
  constructor(root, person, live) {
    this._root = root;
    this._person = person;
    this._live = live;
    this._cards = new Map();
  }

  show(alarms) {
    const wanted = new Map(alarms.map((alarm) => [String(alarm.id), alarm]));
    for (const [id, card] of this._cards) {
      if (!wanted.has(id)) { card.node.remove(); this._cards.delete(id); }
    }
    let before = this._root.firstElementChild;
    for (const [id, alarm] of wanted) {
      const bus = this._live.buses.get(`${alarm.fleet}/${alarm.bus}`);
      const old = this._cards.get(id);
      const form = JSON.stringify([alarm, bus && bus.label, bus && bus.phone]);
      let node = old && old.node;
      if (old && old.form === form) {
        freshen(node, alarm, bus);
      } else {
        node = alarmCard(alarm, bus, this._person);
        if (old) this._swap(old.node, node, before === old.node ? () => { before = node; } : () => {});
        this._cards.set(id, { node, form });
      }
      if (node !== before) this._root.insertBefore(node, before);
      else before = before.nextElementSibling;
    }
  }

  _swap(old, fresh, moved) {
    const [from, to] = [find("input[name=note]", old), find("input[name=note]", fresh)];
    const focused = old.contains(document.activeElement) && document.activeElement;
    if (from && to) to.value = from.value;
    old.replaceWith(fresh);
    moved();
    if (!focused) return;
    const again = to && focused === from ? to : find("a.alarm-bus", fresh); // the keyboard's focus stays with this alarm
    again.focus();
  }
}
