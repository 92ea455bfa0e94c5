// For officers on duty: seats that their bus shall not watch for some days.

import { path } from "./api.js";
import { busAnswer } from "./ask_bus.js";
import { make } from "./dom.js";
import { t } from "./texts.js";

const MOST_DAYS = 7;

export function outOfServiceForm(bus) {
  if (!bus) return make("p");
  const seats = make("input", { name: "seats", inputmode: "numeric", pattern: "[0-9]+([ ,]+[0-9]+)*", maxlength: "20", required: true });
  const days = make("select", { name: "days" });
  for (let n = 1; n <= MOST_DAYS; n += 1) days.append(make("option", { value: n }, t("n_days", { n })));
  days.append(make("option", { value: 0 }, t("out_again")));
  const send = make("button", { type: "submit" }, t("out_send"));
  const { said, ask } = busAnswer(send);
  const form = make("form", { class: "look" }, make("p", { class: "hint" }, t("out_hint")),
    make("label", {}, t("out_seats"), seats), make("label", {}, t("out_days"), days), send, said);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const numbers = seats.value.split(/[ ,]+/).filter(Boolean).map(Number);
    const what = { seats: numbers.join(", "), bus: bus.label || bus.bus };
    if (Number(days.value) && !confirm(t("out_sure", what))) return;
    await ask(`/api/buses/${path(bus.fleet, bus.bus)}/out_of_service`, { seats: numbers, days: Number(days.value) });
  });
  return make("details", {}, make("summary", {}, t("out_title")), form);
}
