// The open alarms as cards, the most urgent first. However many one bus raises, they do not hide
// those of another one, nor the first one of another kind.

import { alarmCard, byRank, byUrgency, freshen } from "./alarms.js";
import { find, make, setText } from "./dom.js";
import { kindName, t } from "./texts.js";

const MOST = 100;
const MOST_OF_A_BUS = 10;
const GROUPS_NAMED = 3;

/** Replaces only the cards whose alarm changed; a note that a person is typing stays. */
export class AlarmList {
  constructor(root, person, live) {
    this._root = root;
    this._person = person;
    this._live = live;
    this._cards = new Map();
    this._times = 1; // as many as at first are shown
    this._more = make("div", { class: "more-alarms", hidden: true }, make("p", { role: "status" }),
      make("button", { type: "button", onclick: () => { this._times += 1; this.show(this._open); } }, t("more_alarms")));
    root.after(this._more);
  }

  /** open: in any order. */
  show(open) {
    this._open = open;
    const { alarms, left } = chosen(open, MOST * this._times, MOST_OF_A_BUS * this._times);
    this._showLeft(left);
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

  /** How many have no card, and of which buses and kinds most. */
  _showLeft(left) {
    this._more.hidden = !left.length;
    if (!left.length) return;
    const groups = new Map();
    for (const alarm of left) {
      const key = `${alarm.fleet}/${alarm.bus}/${alarm.kind}`;
      groups.set(key, [...(groups.get(key) || []), alarm]);
    }
    const named = [...groups.values()].sort((a, b) => b.length - a.length).slice(0, GROUPS_NAMED).map((alarms) => {
      const [{ fleet, bus: name, kind }] = alarms;
      const bus = this._live.buses.get(`${fleet}/${name}`);
      return `${(bus && bus.label) || name}: ${kindName(kind)} (${alarms.length})`;
    });
    if (groups.size > GROUPS_NAMED) named.push("…");
    setText(find("p", this._more), t("n_more_alarms", { n: left.length, list: named.join(", ") }));
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

/** The most urgent ones of each bus. The first of every bus and kind is before all second ones. */
function chosen(open, most, mostOfABus) {
  const [ofKind, ofBus] = [new Map(), new Map()];
  const nextOf = (numbers, key) => numbers.set(key, (numbers.get(key) || 0) + 1).get(key);
  const byPlace = (a, b) => a.place - b.place;
  const placed = [...open].sort(byUrgency)
    .map((alarm) => ({ alarm, place: nextOf(ofKind, `${alarm.fleet}/${alarm.bus}/${alarm.kind}`) }))
    .sort(byPlace);
  const fair = placed.filter(({ alarm }) => nextOf(ofBus, `${alarm.fleet}/${alarm.bus}`) <= mostOfABus).slice(0, most);
  const shown = new Set(fair.map(({ alarm }) => alarm));
  fair.sort((a, b) => byRank(a.alarm, b.alarm) || byPlace(a, b));
  return { alarms: fair.map(({ alarm }) => alarm), left: open.filter((alarm) => !shown.has(alarm)) };
}
