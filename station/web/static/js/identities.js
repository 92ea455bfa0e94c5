// Administration: which identity each bus was given, and giving, replacing, rotating and revoking them.

import { get, path, post, postForFile } from "./api.js";
import { find, make, reportCell } from "./dom.js";
import { errorWords, t } from "./texts.js";
import { moment } from "./times.js";

const COLUMNS = ["fleet", "bus", "identity", "serial", "how", "made", "made_by", "last_seen", "revoked"];
const said = () => find("[role=alert]", find("#enrol"));

export function openIdentities() {
  const form = find("#enrol");
  const { how } = form.elements;
  how.append(...["certificate", "password"].map((name) => make("option", { value: name }, t(`how_${name}`))));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { fleet, buses } = form.elements;
    const names = buses.value.split(/[\s,;]+/).filter(Boolean);
    if (confirm(t("sure_enrol", { bus: names.join(", "), fleet: fleet.value }))) act(async () => {
      await give(fleet.value.trim(), names, "enrol", how.value);
      buses.value = "";
    }, "enrol_done");
  });
  show();
}

const give = (fleet, buses, why, how) => postForFile(`/api/identities/${path(fleet)}`, { buses, why, how });

/** Does it, and says below the table whether it succeeded, or why not. */
async function act(work, done) {
  said().textContent = "";
  try {
    await work();
    [said().className, said().textContent] = ["saved", t(done)];
  } catch (failure) {
    [said().className, said().textContent] = ["error", errorWords(failure)];
  }
  show();
}

async function show() {
  const box = find("#identities");
  try {
    const buses = await get("/api/identities");
    find("#enrol").elements.fleet.value ||= buses.length ? buses[0].fleet : "";
    box.replaceChildren(buses.length ? table(buses) : make("p", { class: "hint" }, t("nothing_here")));
  } catch (failure) {
    box.replaceChildren(make("p", { class: "error", role: "alert" }, errorWords(failure)));
  }
}

function table(buses) {
  const heads = COLUMNS.map((name) => make("th", { scope: "col" }, t(`field_${name}`)));
  return make("table", { class: "report" },
    make("thead", {}, make("tr", {}, ...heads)),
    make("tbody", {}, ...buses.flatMap(rowsOf)));
}

/** The newest identity of a bus with what can be done, and below it those before. The buttons stand
    below the name of the bus: the far end of the row is off a small screen. */
function rowsOf(bus) {
  const valid = bus.identities.filter((one) => !one.revoked_at);
  const given = bus.identities.length ? bus.identities : [null];
  return given.map((one, index) => make("tr", { class: one && one.revoked_at ? "past" : null },
    reportCell(index ? "" : bus.fleet),
    make("td", { class: "acts" }, ...(index ? [] : [bus.bus, ...buttons(bus, valid)])),
    reportCell([stateOf(one), !index && bus.plain && t("plain_connection")].filter(Boolean).join("; ")),
    ...cells(one).map(reportCell)));
}

function stateOf(one) {
  if (!one) return t("not_enrolled");
  return t(one.revoked_at ? "identity_revoked" : one.last_seen_at ? "identity_valid" : "identity_unseen");
}

function cells(one) {
  if (!one) return Array(6).fill("–");
  const revoked = one.revoked_at ? `${moment(one.revoked_at)}, ${one.revoked_by}` : "–";
  return [one.serial, t(`how_${one.how}`), moment(one.made_at), one.made_by,
    one.last_seen_at ? moment(one.last_seen_at) : t("never"), revoked];
}

function buttons(bus, valid) {
  if (!valid.length) return [button(bus, "enrol", find("#enrol").elements.how)];
  const how = { value: valid[0].how };
  const found = [button(bus, "replace", how), button(bus, "revoke", how)];
  if (valid.length === 1 && how.value === "certificate") found.splice(1, 0, button(bus, "rotate", how));
  return found;
}

function button({ fleet, bus }, why, how) {
  const work = () => (why === "revoke" ? post(`/api/identities/${path(fleet, bus)}/revoke`) : give(fleet, [bus], why, how.value));
  const sure = () => confirm(t(`sure_${why}`, { bus, fleet }));
  const done = why === "revoke" ? "saved" : "enrol_done";
  return make("button", { type: "button", onclick: () => sure() && act(work, done) }, t(`do_${why}`));
}
