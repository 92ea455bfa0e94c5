// Administration: how far each fleet's rollout is, bus by bus, and pausing, resuming and withdrawing it.

import { get, path, post } from "./api.js";
import { find, make, reportCell } from "./dom.js";
import { errorWords, t, word } from "./texts.js";
import { moment } from "./times.js";

const AGAIN_MS = 3000;
const STEPS = { running: ["pause", "next", "withdraw"], paused: ["resume", "withdraw"], stopped: ["resume", "withdraw"] };
const MAY_AGAIN = ["returned", "refused", "silent"];
const COUNTED = ["runs", "trial", "ready", "checking", "fetching", "limit", "offered", "waits", "held", "later", "refused", "returned", "silent", "left", "cannot"];
let before = "";
let failed = "";

export async function showRollouts() {
  clearTimeout(showRollouts.next);
  try {
    const rollouts = await get("/api/rollouts");
    const told = JSON.stringify([rollouts, failed]);
    if (told !== before) redraw(rollouts);
    before = told;
  } catch (failure) {
    before = "";
    find("#rollouts").replaceChildren(make("p", { class: "error", role: "alert" }, errorWords(failure)));
  }
  showRollouts.next = setTimeout(() => showRollouts().catch(() => null), AGAIN_MS);
}

/** What a person has opened stays open, and the keyboard stays where it is. */
function redraw(rollouts) {
  const box = find("#rollouts");
  const open = new Set([...box.querySelectorAll("details[open]")].map((one) => one.dataset.key));
  const focused = box.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  const scrolled = new Map([...box.querySelectorAll(".scroll")].map((one) => [one.dataset.key, one.scrollTop]));
  box.replaceChildren(...rollouts.map(card), ...(failed ? [make("p", { class: "error", role: "alert" }, failed)] : []));
  for (const one of box.querySelectorAll("details")) one.open = open.has(one.dataset.key);
  for (const one of box.querySelectorAll(".scroll")) one.scrollTop = scrolled.get(one.dataset.key) ?? 0;
  const again = focused && [...box.querySelectorAll("[data-key]")].find((one) => one.dataset.key === focused);
  if (again) again.focus();
}

function card(rollout) {
  const { fleet, version, state, stage, stages, buses, steps, problem } = rollout;
  const under = ["running", "paused", "stopped"].includes(state);
  const possible = (STEPS[state] || []).filter((step) => step !== "next" || stage < stages.length);
  const title = t("rollout_title", { version, fleet });
  const where = under ? t("rollout_stage", { n: stage, of: stages.length, stage: stageWords(stages[stage - 1]) }) : null;
  const counts = COUNTED.map((name) => [name, buses.filter((bus) => bus.state === name).length]).filter(([, n]) => n);
  return make("article", { class: `rollout ${state}`, "aria-label": title },
    make("h3", {}, title, " ", make("span", { class: "rollout-state" }, word("rollout_state", state))),
    make("p", {}, [where, ...counts.map(([name, n]) => `${word("update_state", name)}: ${n}`)].filter(Boolean).join(" · ")),
    state === "stopped" && make("p", { class: "error", role: "alert" }, stoppedBy(steps, rollout.stop_share)),
    problem && under && make("p", { class: "error", role: "alert" }, word("error_why", problem)),
    make("p", { class: "rollout-steps" }, ...possible.map((step) => stepButton(rollout, step))),
    table(rollout),
    log(rollout));
}

/** "20 %" -> in words, if it is the whole fleet. */
const stageWords = (stage) => (stage === "100 %" ? t("all_buses") : stage);

function stoppedBy(steps, share) {
  const { note } = steps.find(({ what }) => what === "stopped") || { note: "" };
  const buses = (note || "").split(", ").map((one) => one.split(" ")).map(([bus, what]) => `${bus}: ${word("update_state", what)}`);
  return t("rollout_stopped", { share, buses: buses.join(", ") });
}

function stepButton({ fleet, version }, step) {
  const words = t(`step_${step}`);
  const sure = () => confirm(t(`sure_${step}`, { version, fleet }));
  return make("button", { type: "button", "data-key": `${fleet}/${step}`, "aria-label": t("step_of", { step: words, fleet }),
    class: step === "resume" ? "primary" : null, onclick: () => sure() && act(fleet, { step }) }, words);
}

async function act(fleet, body) {
  try {
    await post(`/api/rollouts/${path(fleet)}/step`, body);
    failed = "";
  } catch (failure) {
    failed = errorWords(failure);
  }
  showRollouts();
}

function table(rollout) {
  const shown = rollout.buses.filter(({ state }) => state !== "not_in_it");
  const heads = ["bus", "state", "stage", "runs_now", "why_not"].map((name) => make("th", { scope: "col" }, t(`field_${name}`)));
  return make("div", { class: "scroll", "data-key": rollout.fleet, tabindex: "0", role: "region", "aria-label": t("rollout_buses", rollout) },
    make("table", { class: "report" }, make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...shown.map((bus) => row(rollout, bus)))));
}

function row(rollout, bus) {
  const name = bus.label || bus.bus;
  return make("tr", { class: `update ${bus.state}` },
    make("td", { class: "acts" }, name, MAY_AGAIN.includes(bus.state) && STEPS[rollout.state] && againButton(rollout, bus)),
    make("td", { class: "short" }, word("update_state", bus.state), ...came(bus, name)),
    make("td", { class: "short", "data-of": t("field_stage") }, bus.stage === null ? "–" : String(bus.stage)),
    make("td", { class: "short", "data-of": t("field_runs_now") }, bus.fw ?? t("unknown")),
    reportCell(whyWords(bus)));
}

/** How many bytes came: as a bar, and as numbers. */
function came({ state, have, need }, name) {
  if (!["fetching", "limit"].includes(state) || !need) return [];
  const kb = (bytes) => Math.ceil(bytes / 1000);
  const words = t("kb_of", { have: kb(have), need: kb(need) });
  return [make("progress", { max: need, value: Math.min(have, need), "aria-label": `${name}: ${words}` }), make("small", {}, words)];
}

function whyWords({ why, message, at, state }) {
  const since = ["returned", "silent", "refused", "runs", "left"].includes(state) && at ? moment(at) : null;
  const told = [why ? word("rollout_why", why) : null, message].filter(Boolean).join(": ");
  return [told, since].filter(Boolean).join(" · ") || "–";
}

function againButton({ fleet, version }, { bus }) {
  const sure = () => confirm(t("sure_again", { bus, version }));
  return make("button", { type: "button", "data-key": `${fleet}/${bus}/again`, "aria-label": t("again_for", { bus }),
    onclick: () => sure() && act(fleet, { step: "again", again: [bus] }) }, t("step_again"));
}

function log({ fleet, steps }) {
  const lines = steps.map(({ at, who, what, note }) => make("li", {},
    [moment(at), who === "station" ? t("the_station") : who, word("rollout_step", what), what === "stopped" ? null : note && stageWords(note)].filter(Boolean).join(" · ")));
  return make("details", { "data-key": `${fleet}/log` }, make("summary", { "data-key": `${fleet}/log-open` }, t("who_did_what")), make("ol", { class: "log" }, ...lines));
}
