// For administrators: people, identities of buses, policies, notices that were not delivered, messages that broke the
// contract, and the access log.

import { get, path, post } from "./api.js";
import { find, make, reportCell } from "./dom.js";
import { openIdentities } from "./identities.js";
import { openPage } from "./shell.js";
import { LANGUAGES, errorWords, t, word } from "./texts.js";
import { date, dayStart, moment } from "./times.js";

async function main() {
  const { person } = await openPage();
  if (person.role !== "admin") {
    find("#main").replaceChildren(make("p", { class: "error" }, t("admins_only")));
    return;
  }
  const { role } = find("#user").elements;
  role.append(...["duty", "viewer", "admin"].map((name) => make("option", { value: name }, t(`role_${name}`))));
  answers("#user", saveUser);
  find("#user").addEventListener("reset", () => { find("#user").elements.password.required = true; });
  answers("#policy", uploadPolicy);
  showUsers();
  openIdentities();
  showPolicies();
  showNotices();
  table("#quarantine", "/api/quarantine", ["last_at", "times", "topic", "reason", "payload"]);
  table("#log", "/api/log", ["at", "who", "what", "fleet", "bus", "day", "note"]);
}

/** Runs action(form) on submit; below the form stands whether it succeeded, or why not. */
function answers(selector, action) {
  const form = find(selector);
  const said = find("[role=alert]", form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    said.textContent = "";
    try {
      await action(form);
      [said.className, said.textContent] = ["saved", t("saved")];
    } catch (failure) {
      [said.className, said.textContent] = ["error", errorWords(failure)];
    }
  });
}

const showUsers = () => table("#users", "/api/users", ["name", "role", "lang", "enabled"], editUser);

async function saveUser(form) {
  const { name, password, role, lang, enabled } = form.elements;
  await post("/api/users", {
    name: name.value.trim(), password: password.value || null, role: role.value, lang: lang.value, enabled: enabled.checked });
  form.reset();
  showUsers();
}

/** Fills the form with a person, to be changed; an empty password keeps the old one. */
function editUser(user) {
  const { name, password, role, lang, enabled } = find("#user").elements;
  [name.value, role.value, lang.value, enabled.checked] = [user.name, user.role, user.lang, user.enabled];
  [password.value, password.required] = ["", false];
  password.focus();
}

async function uploadPolicy(form) {
  const { fleet, file } = form.elements;
  await post(`/api/policies/${path(fleet.value.trim())}`, { text: await file.files[0].text() });
  file.value = "";
  showPolicies();
}

const POLICIES_MS = 5000;

/** For each fleet the policy on the map, and which policy each bus follows or how far it is. */
async function showPolicies() {
  clearTimeout(showPolicies.next);
  const policies = await get("/api/policies");
  find("#fleets").replaceChildren(...policies.map(({ fleet }) => make("option", { value: fleet })));
  find("#policy").elements.fleet.value ||= policies.length ? policies[0].fleet : "";
  const rows = policies.map((policy) => ({ ...policy, ...follows(policy) }));
  fill(find("#policies"), rows, ["fleet", "version", "hash", "put_at", "sent_at", "follow", "others"],
    sendPolicy, ({ hash }) => hash && t("send_policy"));
  const isUnderWay = policies.some(({ buses }) => buses.some(({ sending }) => ["on_its_way", "waits", "there"].includes(sending)));
  if (isUnderWay) showPolicies.next = setTimeout(() => showPolicies().catch(() => null), POLICIES_MS);
}

/** Sends the policy on the map to the fleet's buses. */
async function sendPolicy({ fleet, version, hash, buses }) {
  if (!confirm(t("send_policy_sure", { fleet, version: version ?? hash, n: buses.length }))) return;
  const said = find("[role=alert]", find("#policy"));
  try {
    await post(`/api/policies/${path(fleet)}/send`);
    [said.className, said.textContent] = ["saved", t("policy_sent")];
  } catch (failure) {
    [said.className, said.textContent] = ["error", errorWords(failure)];
  }
  showPolicies();
}

function follows({ hash, buses }) {
  const same = buses.filter((bus) => hash !== null && bus.hash === hash);
  const others = buses.filter((bus) => !same.includes(bus));
  const says = (bus) => (!bus.known ? t("unknown") : bus.hash === null ? t("no_policy") : bus.hash);
  return {
    follow: t("n_of", { n: same.length, of: buses.length }),
    others: others.map((bus) => [`${bus.label || bus.bus}: ${says(bus)}`, progress(bus)].filter(Boolean).join("; ")).join("\n") || null };
}

/** How far a bus is with the policy that was sent; null: none was sent, or the bus follows it. */
function progress({ sending, part, parts, message }) {
  if (sending === null || sending === "follows") return null;
  return [t(`sending_${sending}`, { part, parts }), message].filter(Boolean).join(": ");
}

/** Notices that were not delivered: given up, or waiting for the next try. */
async function showNotices() {
  const rows = (await get("/api/notices")).map((notice) => ({ ...notice, state: t(notice.dead_at ? "notice_dead" : "notice_waits") }));
  fill(find("#notices"), rows, ["made_at", "route", "title", "tries", "error", "state"], async (notice) => {
    await post(`/api/notices/${notice.id}/retry`);
    showNotices();
  }, (notice) => notice.dead_at && t("retry"));
}

async function table(selector, address, columns, edit) {
  const box = find(selector);
  try {
    fill(box, await get(address), columns, edit, () => t("edit"));
  } catch (error) {
    box.replaceChildren(make("p", { class: "error", role: "alert" }, errorWords(error)));
  }
}

/** action(row), if given: what the button of a row does. word(row): what stands on the button. */
function fill(box, rows, columns, action, word = () => null) {
  if (!rows.length) return box.replaceChildren(make("p", { class: "hint" }, t("nothing_here")));
  const button = (row) => word(row) && make("button", { type: "button", onclick: () => action(row) }, word(row));
  box.replaceChildren(make("table", { class: "report" },
    make("thead", {}, make("tr", {}, ...columns.map((name) => make("th", { scope: "col" }, t(`field_${name}`))), action && make("td"))),
    make("tbody", {}, ...rows.map((row) => make("tr", {},
      ...columns.map((name) => reportCell(cell(name, row[name]))), action && make("td", {}, button(row)))))));
}

function cell(name, value) {
  if (value === null || value === undefined) return "–";
  if (name === "at" || name.endsWith("_at")) return moment(value);
  if (name === "day") return date(dayStart(value));
  if (name === "enabled") return word("yes_no", value);
  if (name === "what") return t(`did_${value}`);
  if (name === "role") return t(`role_${value}`);
  if (name === "lang") return LANGUAGES[value];
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

main();
