// What every page has: who is signed in, the language, the sound, how old the data is, and the
// most urgent alarm.

import { me, signIn, signOut } from "./api.js";
import { byUrgency, isOpen, urgency } from "./alarms.js";
import { here } from "./base.js";
import { find, make, setText } from "./dom.js";
import { Live, key } from "./live.js";
import { loadPlaces } from "./places.js";
import { Sound } from "./sound.js";
import { LANGUAGES, chooseLanguage, kindName, language, loadTexts, t } from "./texts.js";
import { clock, moment, now, weekday } from "./times.js";

const PAGES = [["/", "page_map"], ["/alarms", "page_alarms"], ["/reports", "page_reports"], ["/admin", "page_admin"]];

/** Checks the session, builds the top of the page and starts to listen: {person, live, sound, label}. */
export async function openPage() {
  const person = await askUntilAnswered();
  if (!person) { signIn(); return new Promise(() => {}); }
  await loadTexts(person.lang);
  loadPlaces();
  const live = new Live();
  const sound = new Sound();
  const label = (of) => { const bus = live.buses.get(key(of)); return (bus && bus.label) || of.bus; };
  document.body.dataset.role = person.role;
  top(person, sound);
  warnOfSilence(sound);
  const title = document.title = t(document.body.dataset.title);
  live.addEventListener("connection", () => freshness(live));
  live.addEventListener("alarms", (event) => sayAlarms(live, sound, title, label, event.detail));
  let inNeed = "";
  setInterval(() => {
    freshness(live);
    setText(find("#now"), clock(now()));
    const names = unlisted(live).map(label).join(", ");
    if (names !== inNeed) sayAlarms(live, sound, title, label);
    inNeed = names;
  }, 1000);
  live.start();
  document.body.classList.add("ready");
  return { person, live, sound, label };
}

/** The station may be away while a page is opened: asks again until it answers. */
async function askUntilAnswered() {
  for (;;) {
    try {
      return await me();
    } catch (error) {
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
  }
}

function top(person, sound) {
  const current = (address) => (here() === address ? "page" : null);
  const pages = PAGES.filter(([address]) => address !== "/admin" || person.role === "admin");
  const soundButton = make("button", { type: "button", id: "sound", onclick: () => sound.chime(), title: t("sound_try") }, t("sound_on"));
  const showSound = () => {
    soundButton.hidden = !sound.on; // while it is off, #quiet says so more clearly
  };
  sound.addEventListener("change", showSound);
  showSound();
  const other = Object.keys(LANGUAGES).find((name) => name !== language());
  find("#top").append(
    make("a", { class: "skip", href: "#main" }, t("skip")),
    make("span", { class: "brand" }, t("brand")),
    make("nav", { "aria-label": t("pages") }, ...pages.map(([address, name]) =>
      make("a", { href: address, "aria-current": current(address) }, t(name)))),
    make("span", { class: "when" }, make("span", { id: "today" }, weekday(now())), " ", make("time", { id: "now" }, clock(now()))),
    soundButton,
    make("button", { type: "button", lang: other, onclick: () => chooseLanguage(other) }, LANGUAGES[other]),
    make("a", { class: "who", href: "/me", "aria-current": current("/me") }, person.name),
    make("button", { type: "button", onclick: signOut }, t("sign_out")),
  );
  find("#top").after(
    make("div", { id: "stale", role: "status", hidden: true }),
    make("button", { type: "button", id: "quiet", hidden: true, onclick: () => sound.unlock() }, t("sound_blocked")),
    make("nav", { "aria-label": t("page_alarms") }, make("a", { id: "alarm-bar", href: "/#alarms", hidden: true })),
    make("div", { id: "spoken", class: "spoken", role: "alert" }));
}

const PATIENCE_MS = 1500; // a browser that allows sound starts it within this time

/** A browser plays no sound until the user has touched the page: the strip stays until then. */
function warnOfSilence(sound) {
  const show = () => { find("#quiet").hidden = sound.on; };
  sound.addEventListener("change", () => { if (sound.on) show(); });
  setTimeout(() => { sound.addEventListener("change", show); show(); }, PATIENCE_MS);
}

/** Says in one line what is out of date, and since when. No line: everything is up to date. */
function freshness(live) {
  const lines = [];
  if (!live.connected && Date.now() - live.since > 2000) {
    lines.push(t("stale_page", { time: clock(now() - (Date.now() - live.since)) }));
  }
  const { broker, database, notices, leader } = live.station || {};
  if (live.connected && broker && !broker.ok) lines.push(t("stale_broker", { time: moment(broker.since) }));
  if (live.connected && database && !database.ok) lines.push(t("stale_database", { time: moment(database.since) }));
  if (live.connected && notices && !notices.ok) lines.push(t("stale_notices", { time: moment(notices.since) }));
  if (live.connected && leader && !leader.ok) lines.push(t("stale_leader", { time: moment(leader.since) }));
  const box = find("#stale");
  setText(box, lines.join(" "));
  box.hidden = !lines.length;
  document.body.classList.toggle("stale", !live.connected || Boolean((broker && !broker.ok) || (leader && !leader.ok)));
  setText(find("#today"), weekday(now()));
}

let spoken = null;

/** Buses in need whose alarm the database could not list yet. */
function unlisted(live) {
  if (!live.station || live.station.database.ok) return [];
  return [...live.buses.values()].filter((bus) => bus.unlisted);
}

function sayAlarms(live, sound, title, label, changed) {
  const open = [...live.alarms.values()].filter(isOpen).sort(byUrgency);
  const loud = open.filter((alarm) => urgency(alarm) <= 1);
  const inNeed = unlisted(live).map(label).join(", ");
  const isLoud = loud.length > 0 || inNeed !== "";
  sound.loop(isLoud ? (loud.some((alarm) => urgency(alarm) === 0) ? "escalated" : "alarm") : null);
  const unseen = open.filter((alarm) => !alarm.acked_at);
  find("#quiet").classList.toggle("loud", isLoud);
  const line = unseen.length ? `${unseen[0].exercise ? `${t("drill")} ` : ""}${kindName(unseen[0].kind)} · ${label(unseen[0])}` : "";
  document.title = unseen.length ? `(${unseen.length}) ${isLoud ? "⚠ " : ""}${line}` : `${isLoud ? "⚠ " : ""}${title}`;
  document.body.dataset.loudest = unseen.length ? urgency(unseen[0]) : "";
  const bar = find("#alarm-bar");
  bar.hidden = !unseen.length && !inNeed;
  bar.className = isLoud ? "loud" : unseen.length && unseen[0].exercise ? "drill" : "";
  bar.classList.toggle("in-need", inNeed !== "");
  setText(bar, [inNeed && t("unlisted", { buses: inNeed }), unseen.length && `${t("n_unacked", { n: unseen.length })}: ${line}`].filter(Boolean).join(" · "));
  const news = changed && !changed.acked_at && !changed.cleared_at;
  const id = news && `${changed.id} ${changed.escalated_at}`;
  if (news && id !== spoken) {
    spoken = id;
    setText(find("#spoken"), `${changed.exercise ? `${t("drill")} ` : ""}${kindName(changed.kind)}, ${label(changed)}`);
    if (urgency(changed) > 1) sound.chime();
  }
}
