// Administration: the releases of this station, and starting the rollout of one. What it changes is shown before.

import { get, path, post } from "./api.js";
import { find, make, reportCell } from "./dom.js";
import { showRollouts } from "./rollouts.js";
import { answers } from "./tables.js";
import { errorWords, language, t, word } from "./texts.js";
import { moment } from "./times.js";

const form = () => find("#rollout");
const said = () => find("[role=alert]", form());
let chosen = null;
let shown = ""; // the fleet and the stages whose change stands on the page

export function openReleases() {
  answers("#release", upload);
  form().addEventListener("submit", (event) => {
    event.preventDefault();
    act(start);
  });
  find("#rollout-look").addEventListener("click", () => form().reportValidity() && act(look));
  find("#rollout-cancel").addEventListener("click", () => choose(null));
  for (const name of ["fleet", "stages"]) form().elements[name].addEventListener("input", forget);
  showReleases();
  showRollouts();
}

/** Does it; below the form stands why not. */
async function act(work) {
  said().textContent = "";
  try {
    await work();
  } catch (failure) {
    [said().className, said().textContent] = ["error", errorWords(failure)];
  }
}

async function upload({ elements: { file } }) {
  await post("/api/releases", file.files[0]);
  file.value = "";
  showReleases();
}

async function showReleases() {
  const box = find("#releases");
  try {
    const { releases, problem, warning } = await get("/api/releases");
    find("#release-warning").textContent = [warning, problem].filter(Boolean).map((why) => word("error_why", why)).join(" ");
    box.replaceChildren(releases.length ? table(releases) : make("p", { class: "hint" }, t("nothing_here")));
  } catch (failure) {
    box.replaceChildren(make("p", { class: "error", role: "alert" }, errorWords(failure)));
  }
}

function table(releases) {
  const heads = ["version", "notes", "boards", "made", "added_by"].map((name) => make("th", { scope: "col" }, t(`field_${name}`)));
  return make("table", { class: "report" },
    make("thead", {}, make("tr", {}, ...heads)),
    make("tbody", {}, ...releases.map((release) => make("tr", {},
      make("td", { class: "acts" }, release.version,
        !release.problem && make("button", { type: "button", "aria-label": t("roll_out_this", release), onclick: () => choose(release) }, t("roll_out"))),
      ...[release.problem ? word("error_why", release.problem) : release.notes[language()], release.boards.join(", "), release.made_at ? moment(release.made_at) : "–", release.added_by].map(reportCell)))));
}

/** Opens the form for a release; null: closes it. */
async function choose(release) {
  chosen = release;
  form().hidden = true;
  if (!release) return;
  forget();
  form().elements.downgrade.value = "";
  said().textContent = "";
  find("#rollout-of").textContent = t("roll_out_this", release);
  await act(nameFleets);
  form().hidden = chosen !== release;
  form().scrollIntoView({ block: "nearest" });
  form().elements.fleet.focus();
}

/** Before the form opens: a button pressed at once would find no fleet in it. */
async function nameFleets() {
  const { buses } = await get("/api/live");
  const fleets = [...new Set(buses.map(({ fleet }) => fleet))].sort();
  find("#rollout-fleets").replaceChildren(...fleets.map((fleet) => make("option", { value: fleet })));
  form().elements.fleet.value ||= fleets[0] ?? "";
}

function forget() {
  shown = "";
  find("#rollout-change").replaceChildren();
  find("#rollout-start").hidden = true;
  find("#rollout-typed").hidden = true;
}

const stagesOf = () => form().elements.stages.value.split("\n").map((line) => line.trim().replace(/[\s,]+/g, ",")).filter(Boolean);
/** What was typed, because also buses with a newer version shall get it; null: nothing. */
const typed = () => (find("#rollout-typed").hidden ? null : form().elements.downgrade.value.trim() || null);
const asked = () => JSON.stringify([chosen.id, form().elements.fleet.value.trim(), stagesOf(), typed()]);

async function look() {
  const { fleet } = form().elements;
  const meant = typed() ? [["downgrade", typed()]] : [];
  const query = new URLSearchParams([["fleet", fleet.value.trim()], ...stagesOf().map((stage) => ["stage", stage]), ...meant]);
  const asking = asked();
  const change = await get(`/api/releases/${path(chosen.id)}/change?${query}`);
  find("#rollout-change").replaceChildren(...changeWords(change));
  find("#rollout-typed").hidden = !change.is_downgrade;
  find("#rollout-start").hidden = false;
  shown = asking;
}

function changeWords({ buses, froms }) {
  const names = (some) => some.map(({ bus, label }) => label || bus).join(", ") || t("none");
  const stages = stagesOf().map((stage, index) => {
    const mine = buses.filter((bus) => bus.stage === index + 1 && !bus.why);
    const share = stage === "all" ? t("all_buses") : stage.endsWith("%") ? stage : null;
    return make("li", {}, share ? t("stage_has", { stage: share, n: mine.length, buses: names(mine) }) : names(mine));
  });
  const cannot = buses.filter(({ why }) => why);
  return [
    make("p", { class: "release-notes" }, chosen.notes[language()]),
    make("ul", {}, ...froms.map((from) => make("li", {}, ...fromWords(from)))),
    make("ol", { class: "stages" }, ...stages),
    ...(cannot.length ? [make("p", {}, t("cannot_take")), make("ul", {},
      ...cannot.map((bus) => make("li", {}, `${bus.label || bus.bus}: ${word("rollout_why", bus.why)}`)))] : []),
  ];
}

function fromWords(from) {
  const kb = Math.ceil(from.bytes / 1000);
  const head = t("from_to", { from: from.fw ?? t("unknown"), to: chosen.version, n: from.buses, kb });
  if (from.new === null) return [`${head} ${t("all_new")}`];
  const kinds = ["new", "changed", "gone"].filter((kind) => from[kind].length);
  const counts = kinds.map((kind) => t(`modules_${kind}`, { n: from[kind].length })).join(", ") || t("none");
  return [`${head} ${t("modules", { counts })}`, kinds.length > 0 && make("details", {},
    make("summary", {}, t("modules_list")),
    ...kinds.map((kind) => make("p", {}, `${t(`modules_${kind}`, { n: from[kind].length })}: ${from[kind].join(", ")}`)))];
}

async function start() {
  if (asked() !== shown) return look();
  const { fleet, stop_share, least_min } = form().elements;
  const words = { version: chosen.version, fleet: fleet.value.trim(), stages: stagesOf().join(" → ") };
  if (!confirm(t("sure_rollout", words))) return;
  await post(`/api/rollouts/${path(fleet.value.trim())}`, {
    release: chosen.id, stages: stagesOf(), stop_share: Number(stop_share.value), least_min: Number(least_min.value), downgrade: typed() });
  choose(null);
  showRollouts();
}
