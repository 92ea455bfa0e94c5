// The first page: map, list and alarms side by side; on a phone one at a time.

import { AlarmList } from "./alarm_list.js";
import { isOpen, urgency } from "./alarms.js";
import { get, path } from "./api.js";
import { BusLayer } from "./bus_layer.js";
import { find, make, setAttribute, setText } from "./dom.js";
import { isStale, key } from "./live.js";
import { BusList, busAddress, heardWords, modeWords, seatWords, speedWords, stateWords } from "./list.js";
import { openMap, showPlaces } from "./map.js";
import { aboutWords, isPlaced, together, whereWords } from "./places.js";
import { busPicture, circlePicture, STATES } from "./shapes.js";
import { openPage } from "./shell.js";
import { store, stored, t } from "./texts.js";
import { localDay, now, placed } from "./times.js";
import { Trail } from "./trail.js";

const L = window.L;

async function home() {
  const { person, live } = await openPage();
  const map = openMap(find("#map"));
  const alarms = new AlarmList(find("#alarms"), person, live);
  const list = new BusList(find("#list"), (key, quiet) => choose(key, quiet));
  const layer = new BusLayer({ onChoose: (key) => choose(key) });
  const trail = new Trail(map);
  layer.addTo(map);
  let chosen = null;
  let looked = null;
  let places = null;
  let fitted = false;

  const filter = () => list.filter(find("#filter").value, find("#filter-state").value);
  find("#filter-state").append(make("option", { value: "" }, t("all_states")),
    ...STATES.map((state) => make("option", { value: state }, t(`show_${state}`))));
  find("#filter").addEventListener("input", filter);
  find("#filter-state").addEventListener("change", filter);
  find("#legend").append(...STATES.map((state) =>
    make("span", { class: "legend-item" }, busPicture(state, 22), t(`show_${state}`))),
  make("span", { class: "legend-item" }, circlePicture(22), t("legend_circle")));
  const show = tabs();
  find("#alarms").addEventListener("click", (event) => {
    const link = event.target.closest("[data-show]");
    if (!link) return;
    event.preventDefault();
    show("map");
    choose(link.dataset.show);
  });
  find("#alarm-bar").addEventListener("click", (event) => { event.preventDefault(); show("alarms"); });
  window.addEventListener("keydown", (event) => event.key === "Escape" && choose(null));

  for (const news of ["alarms", "connection"]) live.addEventListener(news, showAlarms);
  live.addEventListener("fresh", () => showBuses());
  live.addEventListener("buses", (event) => showBuses(event.detail));
  setInterval(() => { list.show(live.buses); showAlarms(); }, 30e3);
  live.addEventListener("fresh", openAsked, { once: true });
  drawPlaces();
  setInterval(drawPlaces, 300e3); // a new policy may have come

  /** Opens what a link from another page asked for, or the alarms while one waits. */
  function openAsked() {
    const asked = new URLSearchParams(location.search).get("bus");
    if (live.buses.has(asked)) { show("map"); choose(asked); }
    else if (location.hash === "#alarms" || [...live.alarms.values()].some((alarm) => urgency(alarm) <= 1)) show("alarms");
  }

  async function drawPlaces() {
    const drawn = await showPlaces(map, places !== null).catch(() => null);
    if (!drawn) return;
    if (places) places.remove();
    places = drawn;
    showBuses();
    showAlarms(); // the cards name the nearest place
  }

  function showAlarms() {
    const open = [...live.alarms.values()].filter(isOpen);
    alarms.show(open);
    const waiting = open.filter((alarm) => !alarm.acked_at);
    const unseen = waiting.length;
    find("#no-alarm").hidden = open.length > 0 || !live.connected || !(live.station && live.station.database.ok);
    setText(find("#alarm-count"), open.length ? t("n_open", { n: open.length, unseen }) : "");
    setText(find("#tab-alarms"), `${t("tab_alarms")}${unseen ? ` (${unseen})` : ""}`);
    setAttribute(find("#tab-alarms"), "data-unseen", waiting.some((alarm) => !alarm.exercise) ? unseen : null);
  }

  function showBuses(changed) {
    list.show(live.buses, changed);
    if (changed && [...live.alarms.values()].some((alarm) => changed.has(key(alarm)))) showAlarms();
    layer.show([...live.buses].map(([of, bus]) => ({
      key: of, show: bus.show, lat: bus.lat, lon: bus.lon, within: bus.accuracy_m, stale: isStale(bus),
      heading: bus.heading_deg === undefined ? null : bus.heading_deg,
      text: [bus.label || bus.bus, t(`show_${bus.show}`), modeWords(bus), aboutWords(bus)].filter(Boolean).join(" · "),
    })));
    const without = [...live.buses.values()].filter((bus) => !isPlaced(bus)).length;
    setText(find("#nowhere"), without ? t("n_nowhere", { n: without }) : "");
    if (!fitted && live.buses.size) fitted = fit();
    if (chosen && (!changed || changed.has(chosen))) showChosen(true);
  }

  function fit() {
    const there = together([...live.buses.values()]).map((bus) => [bus.lat, bus.lon]);
    map.invalidateSize({ animate: false }); // the layout may have changed since Leaflet measured it
    if (there.length) map.fitBounds(L.latLngBounds(there).pad(0.15), { maxZoom: 14 });
    return there.length > 0;
  }

  function choose(key, quiet) {
    if (chosen === key) return;
    chosen = key;
    list.choose(key);
    layer.choose(key);
    trail.show([]);
    showChosen(false);
    const bus = live.buses.get(key);
    if (bus && isPlaced(bus) && !map.getBounds().pad(-0.1).contains([bus.lat, bus.lon])) map.panTo([bus.lat, bus.lon], { animate: false });
    clearTimeout(looked); // a person who moves through the list with the keyboard needs no track yet
    if (key) looked = setTimeout(showTrail, quiet ? 800 : 0, key);
  }

  async function showTrail(key) {
    const [fleet, name] = key.split("/");
    const day = await get(`/api/buses/${path(fleet, name)}/day/${localDay(now())}`).catch(() => null);
    if (day && chosen === key) trail.show(day.track);
  }

  function showChosen(moved) {
    const bus = live.buses.get(chosen);
    const box = find("#chosen");
    box.hidden = !bus;
    if (!bus) return;
    if (moved && isPlaced(bus) && bus.at) trail.add(Date.parse(placed(bus)) / 1000, bus.lat, bus.lon);
    const lines = [stateWords(bus), speedWords(bus), seatWords(bus), heardWords(bus), aboutWords(bus) && whereWords(bus)].filter(Boolean);
    if (!find("a", box)) {
      box.append(make("strong"), make("p"), make("a", { class: "button" }, t("open_bus")),
        make("button", { type: "button", class: "close", "aria-label": t("close"), onclick: () => choose(null) }, "×"));
    }
    setText(find("strong", box), bus.label || bus.bus);
    setText(find("p", box), lines.join(" · "));
    setAttribute(find("a", box), "href", busAddress(bus));
  }
}

/** On a phone: alarms, map or list, one at a time. Returns show(name). */
function tabs() {
  const buttons = [...document.querySelectorAll("[data-tab]")];
  const show = (name) => {
    document.body.dataset.shown = name;
    for (const button of buttons) button.setAttribute("aria-pressed", button.dataset.tab === name);
    store("tab", name);
  };
  for (const button of buttons) button.addEventListener("click", () => show(button.dataset.tab));
  show(stored("tab") || "map");
  return show;
}

home();
