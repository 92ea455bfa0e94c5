// A day or a month of a bus or a fleet: a table on the page, a file for the office.

import { get, getFile } from "./api.js";
import { find, make, reportCell, setAttribute } from "./dom.js";
import { openPage } from "./shell.js";
import { errorWords, language, t } from "./texts.js";
import { commonEra, date, dayStart, localDay, monthName, now, takesBuddhistYears } from "./times.js";

const PATIENCE_MS = 2000; // after that, the page says how much of a report is made
const ASKS_EVERY_MS = 1000;
const MOST_TRIES = 6;
const MOST_ROWS = 2000; // on the page; a file has them all
const REPORTS = ["summary", "trips", "stops", "overspeed", "out_of_service", "alarms"];

async function main() {
  const { live } = await openPage();
  const form = find("#ask");
  const { report, bus, span, day, month } = form.elements;
  report.append(...REPORTS.map((name) => make("option", { value: name }, t(`report_${name}`))));
  day.value = day.max = localDay(now());
  month.value = month.max = day.value.slice(0, 7);
  live.addEventListener("fresh", () => {
    const chosen = bus.value;
    const buses = [...live.buses].sort((a, b) => a[0].localeCompare(b[0], undefined, { numeric: true }));
    const fleets = [...new Set(buses.map(([, one]) => one.fleet))];
    bus.replaceChildren(
      ...fleets.map((fleet) => make("option", { value: fleet }, t("whole_fleet", { fleet }))),
      ...buses.map(([key, one]) => make("option", { value: key }, one.label || one.bus)));
    if (chosen) bus.value = chosen;
    links();
  });
  takesBuddhistYears(day, month);
  form.addEventListener("change", links);
  for (const format of ["csv", "xlsx"]) {
    find(`#${format}`).addEventListener("click", (event) => { event.preventDefault(); const asked = query(format); made((signal) => getFile(asked, signal).then(() => signal.aborted || find("#report").replaceChildren())); });
  }
  form.addEventListener("submit", (event) => { event.preventDefault(); show(); });

  function query(format) {
    const [fleet, name] = bus.value.split("/");
    const asked = { report: report.value, fleet, lang: language(), format };
    if (name) asked.bus = name;
    asked[span.value] = commonEra(span.value === "day" ? day.value : month.value);
    return `/api/reports?${new URLSearchParams(asked)}`;
  }

  function links() {
    find("#day-field").hidden = span.value !== "day";
    find("#month-field").hidden = span.value !== "month";
    const first = dayStart(span.value === "day" ? day.value : `${month.value}-01`);
    find("#span-words").textContent = Number.isNaN(first) ? "" : span.value === "day" ? date(first) : monthName(first);
    for (const format of ["csv", "xlsx"]) setAttribute(find(`#${format}`), "href", query(format));
  }

  function failed(error) {
    const why = error.status === 429 ? t("report_busy") : error.status === 422 ? t("report_no_span") : errorWords(error);
    find("#report").replaceChildren(make("p", { class: "error", role: "alert" }, t("report_failed", { why })));
  }

  let newest = null;

  /** ask(signal) is done; meanwhile the page says how much is made, and the person can give it up.
   *  What was asked for before is given up, and says nothing more. */
  async function made(ask) {
    if (newest) newest.abort();
    const giveUp = newest = new AbortController();
    const isNewest = () => giveUp === newest;
    const words = make("p", { class: "hint", role: "status" }, t("wait"));
    find("#report").replaceChildren(words);
    let timer = setTimeout(look, PATIENCE_MS);
    async function look() {
      const { done } = await get("/api/reports/progress").catch(() => ({ done: null }));
      if (timer === null) return;
      const button = words.querySelector("button") || make("button", { type: "button", onclick: () => giveUp.abort() }, t("report_give_up"));
      words.replaceChildren(done === null ? t("wait") : t("report_making", { percent: Math.round(done * 100) }), " ", button);
      timer = setTimeout(look, ASKS_EVERY_MS);
    }
    try {
      await afterBusy(() => ask(giveUp.signal), giveUp.signal);
    } catch (error) {
      if (!isNewest()) return;
      if (giveUp.signal.aborted) find("#report").replaceChildren(make("p", { class: "hint", role: "status" }, t("report_given_up")));
      else failed(error);
    } finally {
      clearTimeout(timer);
      timer = null;
    }
  }

  /** The station makes one report at a time for a person: the one that was given up may take a moment to end. */
  async function afterBusy(ask, signal) {
    for (let tries = 1; ; tries += 1) {
      try {
        return await ask();
      } catch (error) {
        if (error.status !== 429 || tries === MOST_TRIES || signal.aborted) throw error;
      }
      await new Promise((over) => setTimeout(over, ASKS_EVERY_MS / 2));
    }
  }

  /** "Summary · Bus 3 · 25 Nov 2026": which report it is, whatever is chosen in the form meanwhile. */
  function chosenWords() {
    const chosen = (list) => (list.selectedOptions[0] || { text: "" }).text;
    return [chosen(report), chosen(bus), find("#span-words").textContent].filter(Boolean).join(" · ");
  }

  function show() {
    const [asked, title] = [query("json"), chosenWords()];
    return made(async (signal) => {
      const box = find("#report");
      const { columns, rows: all, left_out } = await get(asked, undefined, signal);
      if (signal.aborted) return;
      const rows = all.slice(0, MOST_ROWS);
      const more = all.length > rows.length && make("p", { class: "hint" }, t("report_first", { n: rows.length, of: all.length }));
      const shown = !rows.length ? make("p", { class: "hint" }, t("nothing_to_report"))
        : make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("page_reports") }, make("table", { class: "report" },
          make("thead", {}, make("tr", {}, ...columns.map((name) => make("th", { scope: "col" }, name)))),
          make("tbody", {}, ...rows.map((row) => make("tr", {}, ...row.map((cell) => reportCell(cell === null ? "–" : String(cell))))))));
      box.replaceChildren(...[make("h2", {}, title), left_out && make("p", { class: "error" }, left_out), more, shown].filter(Boolean));
    });
  }
}

main();
