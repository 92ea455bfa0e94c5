// The places of the city's policy: what the map draws, the names of ids, and where a bus is in
// words that can be said on the telephone.

import { getAtLast } from "./api.js";
import { namePlaces, t } from "./texts.js";

const M_PER_DEG = 111195;
const NEAR_M = 5000; // a place farther away does not help
const AT_M = 50; // the radius of a stop (docs/policy.md)
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

/** "near School X, 120 m · 13.08270, 100.88330"; or that it is unknown. */
export function whereWords(lat, lon) {
  if (lat === null || lon === null) return t("where_unknown");
  const at = `${lat.toFixed(5)}, ${lon.toFixed(5)}`;
  const [far, name] = points.map((point) => [farFrom(point, lat, lon), point.properties.name])
    .reduce((best, one) => (one[0] < best[0] ? one : best), [NEAR_M]);
  if (!name) return at;
  return `${far < AT_M ? t("at_place", { place: name }) : t("near", { place: name, far: farWords(far) })} · ${at}`;
}

function farFrom({ geometry: { coordinates: [x, y] } }, lat, lon) {
  const east = (x - lon) * Math.cos((lat * Math.PI) / 180);
  return Math.hypot(y - lat, east) * M_PER_DEG;
}

const farWords = (m) => (m < 1000 ? t("n_m", { n: Math.round(m / 10) * 10 }) : t("n_km", { n: (m / 1000).toFixed(1) }));
