// For the administrator: who may sign in, who did what, and what the buses sent that no one could read.

import { get, post } from "./api.js";
import { find, make } from "./dom.js";
import { openPage } from "./shell.js";
import { t, word } from "./texts.js";
import { date, dayStart, moment } from "./times.js";

async function main() {
  const { person } = await openPage();
  if (person.role !== "admin") {
    find("#main").replaceChildren(make("p", { class: "error" }, t("admins_only")));
    return;
  }
  const { role } = find("#new-user").elements;
  role.append(...["duty", "viewer", "admin"].map((name) => make("option", { value: name }, t(`role_${name}`))));
  find("#new-user").addEventListener("submit", addUser);
  showUsers();
  table("#log", "/api/log", ["at", "who", "what", "fleet", "bus", "day", "note"]);
  table("#quarantine", "/api/quarantine", ["last_at", "times", "topic", "reason", "payload"]);
}

const showUsers = () => table("#users", "/api/users", ["name", "role", "lang", "enabled"]);

async function addUser(event) {
  event.preventDefault();
  const form = event.target;
  const error = find(".error", form);
  error.textContent = "";
  const { name, password, role } = form.elements;
  try {
    await post("/api/users", { name: name.value.trim(), password: password.value, role: role.value });
    form.reset();
    showUsers();
  } catch (failure) {
    error.textContent = failure.message;
  }
}

async function table(selector, address, columns) {
  const box = find(selector);
  try {
    const rows = await get(address);
    if (!rows.length) return box.replaceChildren(make("p", { class: "hint" }, t("nothing_here")));
    box.replaceChildren(make("table", { class: "report" },
      make("thead", {}, make("tr", {}, ...columns.map((name) => make("th", { scope: "col" }, t(`field_${name}`))))),
      make("tbody", {}, ...rows.map((row) => make("tr", {}, ...columns.map((name) => make("td", {}, cell(name, row[name]))))))));
  } catch (error) {
    box.replaceChildren(make("p", { class: "error", role: "alert" }, error.message));
  }
}

function cell(name, value) {
  if (value === null || value === undefined) return "–";
  if (name === "at" || name.endsWith("_at")) return moment(value);
  if (name === "day") return date(dayStart(value));
  if (name === "enabled") return word("yes_no", value);
  if (name === "what") return t(`did_${value}`);
  if (name === "role") return t(`role_${value}`);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

main();
