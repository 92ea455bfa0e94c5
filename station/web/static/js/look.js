// For administrators: a bus's name, its telephone number and its seat layout.

import { path, post } from "./api.js";
import { go } from "./base.js";
import { make } from "./dom.js";
import { rowsOf } from "./seats.js";
import { errorWords, t } from "./texts.js";

export function lookForm(bus) {
  if (!bus) return make("p");
  const words = rowsOf(bus).map((row) => row.map((seat) => (seat === null ? "-" : seat)).join(" "));
  const label = make("input", { name: "label", maxlength: "80", value: bus.label || "" });
  const phone = make("input", { name: "phone", type: "tel", maxlength: "20", value: bus.phone || "" });
  const rows = make("textarea", { name: "rows", rows: "8", spellcheck: "false" });
  rows.value = words.join("\n");
  const said = make("p", { role: "alert" });
  const say = (text, failed) => { said.className = failed ? "error" : "saved"; said.textContent = text; };
  const form = make("form", { class: "look" },
    make("label", {}, t("bus_label"), label), make("label", {}, t("bus_phone"), phone),
    make("label", {}, t("bus_rows"), rows),
    make("button", { type: "submit" }, t("save")), said);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    say("");
    try {
      await post(`/api/buses/${path(bus.fleet, bus.bus)}`, { label: label.value.trim() || null, phone: phone.value.trim() || null, layout: layoutOf(rows.value) });
      say(t("saved"));
    } catch (error) {
      say(errorWords(error), true);
    }
  });
  const off = make("button", { type: "button", onclick: takeOff }, t("gone"));
  async function takeOff() {
    if (!confirm(t("gone_sure", { bus: bus.label || bus.bus }))) return;
    try {
      await post(`/api/buses/${path(bus.fleet, bus.bus)}/gone`);
      go("/");
    } catch (error) {
      say(errorWords(error), true);
    }
  }
  return make("details", {}, make("summary", {}, t("bus_look")), form, make("p", {}, off, " ", t("gone_hint")));
}

/** A row a line, "1 2 - 3 4" -> {"rows": [[1, 2, null, 3, 4]]}; an empty text -> null. */
function layoutOf(text) {
  const rows = text.split("\n").map((line) => line.trim()).filter(Boolean)
    .map((line) => line.split(/\s+/).map((word) => (/^\d+$/.test(word) ? Number(word) : null)));
  return rows.length ? { rows } : null;
}
