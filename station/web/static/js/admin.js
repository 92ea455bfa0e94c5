// For administrators: people, identities of buses, policies, releases, notices that were not delivered, messages that
// broke the contract, and the access log.

import { get, path, post } from "./api.js";
import { find, make } from "./dom.js";
import { openIdentities } from "./identities.js";
import { showPeople } from "./people.js";
import { openReleases } from "./releases.js";
import { openPage } from "./shell.js";
import { answers, fill, table } from "./tables.js";
import { errorWords, t } from "./texts.js";

async function main() {
  const { person } = await openPage();
  if (person.role !== "admin") {
    find("#main").replaceChildren(make("p", { class: "error" }, t("admins_only")));
    return;
  }
  if (person.must_code) {
    find("#main").replaceChildren(make("p", { class: "error" }, t("must_code")), make("a", { href: "/me" }, t("second_factor")));
    return;
  }
  showPeople();
  answers("#policy", uploadPolicy);
  openIdentities();
  openReleases();
  showPolicies();
  showNotices();
  table("#quarantine", "/api/quarantine", ["last_at", "times", "topic", "reason", "payload"]);
  table("#log", "/api/log", ["at", "who", "what", "fleet", "bus", "day", "note"]);
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

main();
