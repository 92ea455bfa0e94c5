// One bus: its alarms and seats now, and any of its days.

import { AlarmList } from "./alarm_list.js";
import { isOpen } from "./alarms.js";
import { get, getAtLast, path } from "./api.js";
import { here } from "./base.js";
import { BusLayer } from "./bus_layer.js";
import { find, make, setAttribute, setText } from "./dom.js";
import { showFacts } from "./facts.js";
import { SpeedGraph } from "./graph.js";
import { isStale } from "./live.js";
import { stateWords } from "./list.js";
import { lookForm } from "./look.js";
import { openMap, showPlaces } from "./map.js";
import { modesForm } from "./modes.js";
import { outOfServiceForm } from "./out_of_service.js";
import { aboutWords, isPlaced } from "./places.js";
import { Replay, whereAt } from "./replay.js";
import { seatLegend, seatMap } from "./seats.js";
import { busPicture } from "./shapes.js";
import { openPage } from "./shell.js";
import { kindName, t } from "./texts.js";
import { clock, commonEra, date, dayStart, localDay, moment, now, placed } from "./times.js";
import { Timeline, whenOf } from "./timeline.js";
import { Trail } from "./trail.js";

const L = window.L;
const [fleet, name] = here().split("/").slice(2).map(decodeURIComponent);
const KEY = `${fleet}/${name}`;

const MOST_GAPS = 8;

async function main() {
  const { person, live } = await openPage();
  const map = openMap(find("#map"));
  const layer = new BusLayer({ onChoose: () => {} });
  const trail = new Trail(map);
  const marks = L.layerGroup().addTo(map);
  layer.addTo(map);
  const alarms = new AlarmList(find("#alarms"), person, live);
  const graph = new SpeedGraph(find("#graph"), (time) => seek(time));
  const timeline = new Timeline(find("#timeline"), (time) => seek(time));
  const replay = new Replay(atTime, showPlaying);
  let day = null;
  let replaying = false;
  let centred = false;

  find("#seat-legend").append(seatLegend());
  if (person.role !== "viewer") live.addEventListener("fresh", () => {
    find("#modes").replaceChildren(modesForm(live.buses.get(KEY)));
    find("#out-of-service").replaceChildren(outOfServiceForm(live.buses.get(KEY)));
  }, { once: true });
  if (person.role === "admin") live.addEventListener("fresh", () => find("#look").replaceChildren(lookForm(live.buses.get(KEY))), { once: true });
  live.addEventListener("fresh", showAlarms);
  live.addEventListener("buses", (event) => event.detail.has(KEY) && showAlarms());
  live.addEventListener("alarms", (event) => { showAlarms(); if (isMine(event.detail)) loadSoon(); });
  setInterval(showAlarms, 30e3);
  const places = showPlaces(map).catch(() => {});

  const isMine = (alarm) => Boolean(alarm) && alarm.fleet === fleet && alarm.bus === name && find("#day").value === localDay(now());

  const mine = () => [...live.alarms.values()].filter((alarm) => alarm.fleet === fleet && alarm.bus === name && isOpen(alarm));

  function showAlarms() {
    alarms.show(mine());
    document.body.classList.toggle("in-alarm", mine().length > 0);
    showNow();
  }

  let drawn = "";
  function showNow() {
    const bus = live.buses.get(KEY);
    find("#no-such-bus").hidden = Boolean(bus) || !live.connected;
    if (!bus) return;
    setText(find("#bus-name"), bus.label || bus.bus);
    document.title = document.title || bus.label;
    find("#bus-state").replaceChildren(busPicture(bus.show, 30), stateWords(bus));
    const old = isStale(bus);
    find("#old").hidden = !old;
    if (old) setText(find("#old"), t("seats_old", { time: moment(bus.heard_at) }));
    find("#seats").classList.toggle("old", Boolean(old));
    const named = mine().filter((alarm) => !alarm.cleared_at).flatMap(({ data }) => [data.seats, data.unknown, data.loose].filter(Array.isArray).flat());
    const form = JSON.stringify([bus.seats, bus.doors, bus.checked, bus.layout, named]);
    if (form !== drawn) { find("#seats").replaceChildren(seatMap(bus, new Set(named))); drawn = form; }
    showFacts(find("#facts"), bus);
    if (!replaying) showOnMap(bus);
  }

  function showOnMap(bus) {
    layer.show([{ key: KEY, show: bus.show, lat: bus.lat, lon: bus.lon, within: bus.accuracy_m, heading: bus.heading_deg, stale: isStale(bus), text: [t(`show_${bus.show}`), aboutWords(bus)].filter(Boolean).join(" · ") }]);
    if (!centred && isPlaced(bus)) { map.setView([bus.lat, bus.lon], 14); centred = true; }
  }

  // The replay of a day

  async function loadDays() {
    const days = await getAtLast(`/api/buses/${path(fleet, name)}/days`);
    const today = localDay(now());
    const asked = commonEra(new URLSearchParams(location.search).get("day") || "");
    const isDay = /^\d{4}-\d\d-\d\d$/.test(asked) && !Number.isNaN(dayStart(asked));
    for (const one of isDay ? [today, asked] : [today]) if (!days.includes(one)) days.push(one);
    days.sort().reverse();
    find("#day").replaceChildren(...days.map((one) => make("option", { value: one }, date(dayStart(one)))));
    if (days.includes(asked)) find("#day").value = asked;
    await loadDay();
  }

  let due = null;
  function loadSoon() {
    if (due === null && !replaying) due = setTimeout(() => { due = null; loadDay(); }, 4000);
  }

  async function loadDay() {
    await places;
    const chosen = find("#day").value;
    find("#evidence").hidden = person.role !== "admin";
    setAttribute(find("#evidence"), "href", `/api/buses/${path(fleet, name)}/evidence/${path(chosen)}`);
    const got = await get(`/api/buses/${path(fleet, name)}/day/${chosen}`).catch(() => null);
    if (find("#day").value !== chosen) return; // another day was chosen meanwhile
    if (!got) return setText(find("#loaded"), t("day_failed"));
    for (const event of got.events) event.time = event.at === null ? null : Date.parse(placed(event)) / 1000;
    got.events.sort((a, b) => (a.time || 0) - (b.time || 0));
    day = got;
    const times = day.track.map((row) => row[0]).concat(day.events.map((event) => event.time).filter((time) => time !== null));
    const start = dayStart(chosen) / 1000;
    const from = times.length ? times.reduce((a, b) => Math.min(a, b)) : start;
    const to = times.length ? times.reduce((a, b) => Math.max(a, b)) : start + 86400;
    trail.show(day.track);
    showMarks();
    graph.show(day.track, day.events, from, to);
    timeline.show(day.events, find("#level").value);
    setText(find("#loaded"), t("loaded_at", { time: clock(now()) }));
    setText(find("#gaps"), [times.length ? "" : t("nothing_that_day"), gapWords(day.gaps), day.odd_track ? t("odd_track", { n: day.odd_track }) : ""].filter(Boolean).join(" "));
    setAttribute(find("#slider"), "min", Math.floor(from));
    setAttribute(find("#slider"), "max", Math.ceil(to));
    for (const control of ["#play", "#slider"]) find(control).disabled = !times.length;
    leave();
    replay.span(from, to);
  }

  function showMarks() {
    marks.clearLayers();
    for (const event of day.events) {
      if (event.severity === "info" || event.state !== "raised" || !isPlaced(event)) continue;
      const look = event.exercise ? { color: "#0b4f8a", dashArray: "3 3", fillColor: "#fff" } : { color: "#fff", fillColor: event.severity === "alarm" ? "#b00020" : "#a35200" };
      L.circleMarker([event.lat, event.lon], { radius: 7, weight: 2, fillOpacity: 1, ...look })
        .bindTooltip(() => make("span", {}, `${whenOf(event)} ${event.exercise ? `${t("drill")} ` : ""}${[kindName(event.kind), aboutWords(event)].filter(Boolean).join(" · ")}`))
        .on("click", () => event.time !== null && seek(event.time)).addTo(marks);
    }
  }

  function seek(time) {
    if (!day) return;
    replaying = true;
    replay.seek(time);
  }

  function leave() {
    replaying = false;
    replay.pause();
    document.body.classList.remove("replaying");
    setText(find("#replay-now"), "");
    const bus = live.buses.get(KEY);
    if (bus) showOnMap(bus);
  }

  function atTime(time) {
    find("#slider").value = Math.round(time);
    setAttribute(find("#slider"), "aria-valuetext", clock(time * 1000));
    setText(find("#replay-clock"), clock(time * 1000));
    graph.at(time);
    if (!replaying) return;
    document.body.classList.add("replaying");
    timeline.at(time);
    const place = whereAt(day.track, time);
    setText(find("#replay-now"), place === null || !place.known ? t("replay_unknown") : place.speed === null ? t("unknown") : t("kmh", { n: Math.round(place.speed) }));
    if (!place) return layer.show([]);
    const show = !place.known ? "dark" : place.speed === null || place.speed >= 3 ? "driving" : "stopped";
    layer.show([{ key: KEY, show, lat: place.lat, lon: place.lon, heading: place.heading, stale: !place.known, text: clock(time * 1000) }]);
    if (find("#follow").checked && !map.getBounds().pad(-0.25).contains([place.lat, place.lon])) map.panTo([place.lat, place.lon], { animate: false });
  }

  function showPlaying() {
    setText(find("#play"), replay.playing ? t("pause") : t("play"));
    setAttribute(find("#play"), "aria-pressed", replay.playing);
  }

  find("#play").addEventListener("click", () => {
    replaying = true;
    if (replay.playing) replay.pause();
    else replay.play();
  });
  find("#slider").addEventListener("input", (event) => seek(Number(event.target.value)));
  find("#speed").addEventListener("change", (event) => { replay.speed = Number(event.target.value); });
  find("#to-now").addEventListener("click", leave);
  find("#day").addEventListener("change", loadDay);
  find("#reload").addEventListener("click", loadDay);
  find("#level").addEventListener("change", () => day && timeline.show(day.events, find("#level").value));
  for (const [value, text] of [["all", t("level_all")], ["warning", t("level_warning")]]) find("#level").append(make("option", { value }, text));
  for (const speed of [1, 10, 60, 300]) find("#speed").append(make("option", { value: speed, selected: speed === replay.speed }, `${speed}×`));
  await loadDays();
}

/** Missing seqs of each journal: what a technician looks for with `make pull`. */
function gapWords(gaps) {
  if (!gaps.length) return "";
  const n = gaps.reduce((sum, gap) => sum + gap.last - gap.first + 1, 0);
  const ranges = gaps.slice(0, MOST_GAPS).map(({ epoch, first, last }) =>
    `${epoch} ${first === last ? first : `${first}–${last}`}`);
  return `${t("n_missing", { n })} (${ranges.join(", ")}${gaps.length > MOST_GAPS ? ", …" : ""})`;
}

main();
