// Tables and forms of the pages on paper: administration, and what a person may do about himself.

import { get } from "./api.js";
import { find, make, reportCell } from "./dom.js";
import { LANGUAGES, errorWords, t, word } from "./texts.js";
import { date, dayStart, moment } from "./times.js";

/** Runs action(form) on submit; below the form stands whether it succeeded, or why not. */
export function answers(selector, action) {
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

/** The rows of an address, in the box; words(row): what stands on the button that does action(row). */
export async function table(selector, address, columns, action, words = () => t("edit")) {
  const box = find(selector);
  try {
    fill(box, await get(address), columns, action, words);
  } catch (error) {
    box.replaceChildren(make("p", { class: "error", role: "alert" }, errorWords(error)));
  }
}

/** action(row), if given: what the button of a row does. words(row): what stands on the button. */
export function fill(box, rows, columns, action, words = () => null) {
  if (!rows.length) return box.replaceChildren(make("p", { class: "hint" }, t("nothing_here")));
  const button = (row) => words(row) && make("button", { type: "button", onclick: () => action(row) }, words(row));
  box.replaceChildren(make("table", { class: "report" },
    make("thead", {}, make("tr", {}, ...columns.map((name) => make("th", { scope: "col" }, t(`field_${name}`))), action && make("td"))),
    make("tbody", {}, ...rows.map((row) => make("tr", {},
      ...columns.map((name) => reportCell(cell(name, row[name]))), action && make("td", {}, button(row)))))));
}

function cell(name, value) {
  if (name === "fleets" && value === null) return t("all_fleets");
  if (value === null || value === undefined || value === "") return "–";
  if (name === "at" || name.endsWith("_at")) return moment(value);
  if (name === "day") return date(dayStart(value));
  if (name === "enabled" || name === "code" || name === "mine") return word("yes_no", value);
  if (name === "what") return t(`did_${value}`);
  if (name === "note") return String(value).split("; ").map((part) => word("log_note", part)).join("; ");
  if (name === "role") return t(`role_${value}`);
  if (name === "result") return t(`sign_in_${value}`);
  if (name === "fleets") return value.join(", ") || t("none");
  if (name === "browser") return browserName(value);
  if (name === "lang") return LANGUAGES[value];
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** "Firefox, Windows" from what a browser says of itself. */
function browserName(agent) {
  const first = (pattern) => (agent.match(pattern) || [null])[0];
  const found = [first(/Edg|OPR|Firefox|Chrome|Safari/), first(/Windows|Android|iPhone|iPad|Mac OS X|Linux/)];
  return found.filter(Boolean).join(", ") || agent.slice(0, 24);
}
