// The places of the city's policy: what the map draws, the names of ids, and where a bus is in
// words that can be said on the telephone.

import { getAtLast } from "./api.js";
import { namePlaces, t } from "./texts.js";

const M_PER_DEG = 111195;
const NEAR_M = 5000; // a place farther away does not help
const AT_M = 50; // the radius of a stop (docs/policy.md)
const SURE_M = 30; // a position within this is shown as it is (station/notices/message.py)
const CITY_DEG = 1; // no city is wider
let asked = null;
let points = [];

/** GeoJSON, fetched once; again: fetched anew. */
export function loadPlaces(again) {
  if (!asked || again) asked = getAtLast("/api/places").then(keep);
  return asked;
}

function keep(places) {
  const named = places.features.filter((feature) => feature.properties.name);
  namePlaces(new Map(named.map(({ properties: { id, name } }) => [id, name])));
  points = named.filter((feature) => feature.geometry.type === "Point");
  return places;
}

/** Whether the position of an alarm, an event or a bus is known; a receiver without satellites says 0, 0. */
export function isPlaced({ lat, lon }) {
  return lat !== null && lon !== null && !(Math.abs(lat) < 5e-4 && Math.abs(lon) < 5e-4);
}

/** Without those that are far from most others: one wrong position must not make the map empty. */
export function together(buses) {
  const placed = buses.filter(isPlaced);
  const middle = (name) => placed.map((bus) => bus[name]).sort((a, b) => a - b)[Math.floor(placed.length / 2)];
  const [lat, lon] = [middle("lat"), middle("lon")];
  return placed.filter((bus) => Math.abs(bus.lat - lat) < CITY_DEG && Math.abs(bus.lon - lon) < CITY_DEG);
}

/** "near School X, 120 m · 13.08270, 100.88330"; or that it is unknown.
 *  of: an alarm, an event or a bus. A place is never named as if the bus were certainly there. */
export function whereWords(of) {
  const { lat, lon } = of;
  if (!isPlaced(of)) return t("where_unknown");
  const point = `${lat.toFixed(5)}, ${lon.toFixed(5)}`;
  const about = aboutWords(of);
  const within = radius(of);
  const at = !about ? point : within < Infinity ? t("about_point", { about, point }) : `${about}: ${point}`;
  const [far, name] = points.map((point) => [farFrom(point, lat, lon), point.properties.name])
    .reduce((best, one) => (one[0] < best[0] ? one : best), [NEAR_M]);
  if (!name || far + within > NEAR_M) return at;
  if (within > SURE_M) return `${t("no_farther", { place: name, far: upTo(far + within) })} · ${at}`;
  return `${far < AT_M ? t("at_place", { place: name }) : t("near", { place: name, far: farWords(far) })} · ${at}`;
}

/** "estimated, within 350 m"; empty where the position was measured well. */
export function aboutWords(of) {
  const within = radius(of);
  if (!of.estimated && within <= SURE_M) return "";
  if (!Number.isFinite(within)) return t("estimated");
  const far = upTo(within);
  return of.estimated ? t("estimated_within", { far }) : t("within", { far });
}

/** In metres. Older buses report none: their positions were all measured. */
const radius = ({ accuracy_m, estimated }) => accuracy_m ?? (estimated ? Infinity : 0);

function farFrom({ geometry: { coordinates: [x, y] } }, lat, lon) {
  const east = (x - lon) * Math.cos((lat * Math.PI) / 180);
  return Math.hypot(y - lat, east) * M_PER_DEG;
}

const upTo = (m) => (m < 1000 ? t("n_m", { n: Math.ceil(m / 10) * 10 }) : t("n_km", { n: (Math.ceil(m / 100) / 10).toFixed(1) }));
const farWords = (m) => (m < 1000 ? t("n_m", { n: Math.round(m / 10) * 10 }) : t("n_km", { n: (m / 1000).toFixed(1) }));
