// The map under the buses: Thailand's outline, streets if the station has any (a tile server or a
// .pmtiles file), and the places of the city's policy.

import { getAtLast } from "./api.js";
import { at } from "./base.js";
import { draw, make } from "./dom.js";
import { loadPlaces } from "./places.js";
import { t, word } from "./texts.js";

const L = window.L;
const HOME = [13.083, 100.91]; // Laem Chabang

export function openMap(node) {
  const map = L.map(node, {
    preferCanvas: true, zoomControl: false, attributionControl: true,
    zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false,
    maxZoom: 19, minZoom: 5,
  }).setView(HOME, 12);
  map.attributionControl.setPrefix(false);
  L.control.zoom({ position: "topright", zoomInTitle: t("zoom_in"), zoomOutTitle: t("zoom_out") }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  new ResizeObserver(() => map.invalidateSize()).observe(node);
  ground(map);
  streets(map);
  return map;
}

async function ground(map) {
  const shape = await getAtLast("/static/vendor/thailand.json");
  map.createPane("ground").style.zIndex = 150; // below the streets
  L.geoJSON(shape, {
    pane: "ground", renderer: L.svg({ pane: "ground" }), interactive: false,
    style: { className: "thailand", weight: 1.5 },
  }).addTo(map);
  map.attributionControl.addAttribution("Natural Earth");
}

async function streets(map) {
  const { tiles, pmtiles, credit } = await getAtLast("/api/map");
  if (tiles) L.tileLayer(tiles, { maxZoom: 19, attribution: escape(credit || "") }).addTo(map);
  if (!pmtiles) return;
  await new Promise((done) => document.head.append(
    make("script", { src: "/static/vendor/protomaps-leaflet.js", onload: done })));
  const layer = window.protomapsL.leafletLayer({
    url: at(pmtiles), flavor: "light", lang: document.documentElement.lang,
    attribution: escape(credit || "© OpenStreetMap"),
  });
  layer.backgroundColor = null; // where the file has nothing, the outline shows
  layer.addTo(map);
}

// Leaflet takes a credit as HTML: it must stay a text.
const escape = (text) => text.replace(/[<>&"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** Stops, schools, zones and routes as a layer. again: fetch them anew; null: nothing changed. */
export async function showPlaces(map, again) {
  const known = again && await loadPlaces();
  const places = await loadPlaces(again);
  if (known && JSON.stringify(known) === JSON.stringify(places)) return null;
  // roads lie below all else, points above; the answer itself stays as it came, to compare with
  const features = [...places.features].sort((a, b) => ORDER.indexOf(a.properties.what) - ORDER.indexOf(b.properties.what));
  return L.geoJSON({ ...places, features }, {
    style: (feature) => ({ ...STYLE[look(feature)], interactive: true }),
    pointToLayer: (feature, at) => spot(feature, at),
    onEachFeature: (feature, shape) => {
      const { id, name, limit_kmh } = feature.properties;
      const limit = limit_kmh ? ` · ${t("kmh", { n: limit_kmh })}` : "";
      shape.bindTooltip(`${escape(inWords(feature))} ${escape(String(name || id))}${limit}`, { sticky: true });
    },
  }).addTo(map);
}

const ORDER = ["road", "route", "zone", "stop", "school"];

const look = ({ properties: { what, kind } }) => (what === "zone" ? kind : what);

const inWords = ({ properties: { what, kind } }) => (what === "zone" ? word("zone_kind", kind) : t(`place_${what}`));

const STYLE = {
  flood: { color: "#0b4f9e", weight: 3, dashArray: "2 6", fillColor: "#2f80ed", fillOpacity: 0.3 },
  closed: { color: "#8a1c1c", weight: 3, dashArray: "10 5", fillColor: "#c0392b", fillOpacity: 0.18 },
  school: { color: "#a36a00", weight: 2, fillColor: "#f2b705", fillOpacity: 0.25 },
  speed: { color: "#6b7280", weight: 1.5, fillOpacity: 0.08 },
  road: { color: "#fff", weight: 5, opacity: 1 },
  route: { color: "#9aa9c2", weight: 3, opacity: 0.9, dashArray: "6 5" },
};

function spot(feature, at) {
  const school = feature.properties.what === "school";
  if (!school) return L.circleMarker(at, { radius: 5, color: "#33507a", weight: 2, fillColor: "#fff", fillOpacity: 1 });
  return L.marker(at, { keyboard: false, icon: L.divIcon({ className: "school-mark", html: schoolhouse(), iconSize: [30, 28], iconAnchor: [15, 22] }) });
}

/** A house with a flag. */
function schoolhouse() {
  return draw("svg", { viewBox: "0 0 30 28", width: 30, height: 28 },
    draw("path", { d: "M15 1v8M15 2l8 2.5-8 2.5z", fill: "#b00020", stroke: "#5c3b00", "stroke-width": 1.5 }),
    draw("path", { d: "M3 27V16L15 8l12 8v11z", fill: "#f2b705", stroke: "#5c3b00", "stroke-width": 2, "stroke-linejoin": "round" }),
    draw("path", { d: "M12 27v-7h6v7M6.5 18h3M20.5 18h3", fill: "none", stroke: "#5c3b00", "stroke-width": 2 }));
}
