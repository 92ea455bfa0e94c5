// All alarms of some days, open or over, and who did what.

import { alarmCard, alarmLog, byUrgency, isOpen } from "./alarms.js";
import { get } from "./api.js";
import { find, make } from "./dom.js";
import { key } from "./live.js";
import { openPage } from "./shell.js";
import { t } from "./texts.js";
import { folded } from "./thai.js";
import { date, dayStart, localDay, now, takesBuddhistYears } from "./times.js";

const DAY_MS = 86400e3;

async function main() {
  const { person, live } = await openPage();
  const form = find("#search");
  const today = localDay(now());
  form.elements.from.value = localDay(now() - 6 * DAY_MS);
  form.elements.to.value = today;
  form.elements.from.max = form.elements.to.max = today;
  for (const state of ["open", "active", "unacked", "done", ""]) {
    form.elements.state.append(make("option", { value: state }, t(`alarms_${state || "all"}`)));
  }
  form.elements.state.value = "";
  takesBuddhistYears(form.elements.from, form.elements.to);
  form.addEventListener("submit", (event) => { event.preventDefault(); search(); });
  form.addEventListener("change", search);
  let due = null;
  live.addEventListener("alarms", () => { if (due === null) due = setTimeout(() => { due = null; search(); }, 1500); });

  async function search() {
    const { from, to, state, bus } = form.elements;
    for (const field of [from, to]) find(`#${field.name}-words`).textContent = field.value ? date(dayStart(field.value)) : "";
    const query = new URLSearchParams();
    if (from.value) query.set("from", new Date(dayStart(from.value)).toISOString());
    if (to.value) query.set("to", new Date(dayStart(to.value) + DAY_MS).toISOString());
    if (bus.value.trim()) query.set("bus", called(bus.value.trim()));
    const found = (await get(`/api/alarms?${query}`)).filter(fits(state.value)).sort(byNewest);
    find("#count").textContent = found.length ? t("n_found", { n: found.length }) : t("none_found");
    if (find("#found form.ack input:focus")) return; // a person is typing there
    find("#found").replaceChildren(...found.map((alarm) => {
      const card = alarmCard(alarm, live.buses.get(key(alarm)), person, { whole: true });
      const log = make("details", { class: "log-of" }, make("summary", {}, t("who_did_what")));
      log.addEventListener("toggle", async () => { if (log.open && log.childElementCount === 1) log.append(await alarmLog(alarm.id)); });
      card.append(log);
      return card;
    }));
  }

  /** A bus's own name, as it stands on the page, or what the station calls it. */
  function called(words) {
    const found = [...live.buses.values()].find((one) => folded(one.label || "") === folded(words));
    return found ? found.bus : words;
  }

  if (live.connected) search();
  else live.addEventListener("fresh", search, { once: true }); // a card shows what its bus has
}

const fits = (state) => ({
  "": () => true,
  open: isOpen,
  active: (alarm) => !alarm.cleared_at,
  unacked: (alarm) => !alarm.acked_at,
  done: (alarm) => alarm.cleared_at && alarm.acked_at,
}[state]);

const byNewest = (a, b) => (isOpen(b) - isOpen(a)) || (isOpen(a) ? byUrgency(a, b) : a.heard_at < b.heard_at ? 1 : -1);

main();
