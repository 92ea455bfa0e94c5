// For officers on duty: a drill, service, an evacuation, and their end.

import { path } from "./api.js";
import { busAnswer } from "./ask_bus.js";
import { make } from "./dom.js";
import { t, word } from "./texts.js";

const MODES = ["drill", "service", "evacuation", "normal"];

export function modesForm(bus) {
  if (!bus) return make("p");
  const modes = make("select", { name: "mode" });
  for (const mode of MODES) modes.append(make("option", { value: mode }, word("wanted_mode", mode)));
  const send = make("button", { type: "submit" }, t("out_send"));
  const { said, ask } = busAnswer(send);
  const form = make("form", { class: "look" }, make("p", { class: "hint" }, t("mode_hint")),
    make("label", {}, t("mode_which"), modes), send, said);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const mode = modes.value;
    const what = { mode: word("wanted_mode", mode), bus: bus.label || bus.bus };
    if (mode !== "normal" && !confirm(t("mode_sure", what))) return;
    await ask(`/api/buses/${path(bus.fleet, bus.bus)}/mode`, { mode });
  });
  return make("details", {}, make("summary", {}, t("mode_title")), form);
}
