// A day or a month of a bus or a fleet: a table on the page, a file for the office.

import { get, getFile } from "./api.js";
import { find, make, reportCell, setAttribute } from "./dom.js";
import { openPage } from "./shell.js";
import { language, t } from "./texts.js";
import { date, dayStart, localDay, monthName, now } from "./times.js";

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
  form.addEventListener("change", links);
  for (const format of ["csv", "xlsx"]) {
    find(`#${format}`).addEventListener("click", (event) => { event.preventDefault(); getFile(query(format)).catch(failed); });
  }
  form.addEventListener("submit", (event) => { event.preventDefault(); show(); });

  function query(format) {
    const [fleet, name] = bus.value.split("/");
    const asked = { report: report.value, fleet, lang: language(), format };
    if (name) asked.bus = name;
    asked[span.value] = span.value === "day" ? day.value : month.value;
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
    const why = error.status === 429 ? t("report_busy") : error.message;
    find("#report").replaceChildren(make("p", { class: "error", role: "alert" }, t("report_failed", { why })));
  }

  async function show() {
    const box = find("#report");
    box.replaceChildren(make("p", { class: "hint" }, t("wait")));
    try {
      const { columns, rows, left_out } = await get(query("json"));
      const shown = !rows.length ? make("p", { class: "hint" }, t("nothing_to_report"))
        : make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("page_reports") }, make("table", { class: "report" },
          make("thead", {}, make("tr", {}, ...columns.map((name) => make("th", { scope: "col" }, name)))),
          make("tbody", {}, ...rows.map((row) => make("tr", {}, ...row.map((cell) => reportCell(cell === null ? "–" : String(cell))))))));
      box.replaceChildren(...(left_out ? [make("p", { class: "error" }, left_out)] : []), shown);
    } catch (error) {
      failed(error);
    }
  }
}

main();
