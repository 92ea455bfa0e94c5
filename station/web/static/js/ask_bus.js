// Asks a bus for something, and shows its answer beside the button.

import { post } from "./api.js";
import { make } from "./dom.js";
import { errorWords, t } from "./texts.js";

/** -> the line that shows it, and ask(address, request), which resolves once the bus has answered. */
export function busAnswer(button) {
  const said = make("p", { role: "alert" });
  const say = (text, failed) => { said.className = failed ? "error" : "saved"; said.textContent = text; };
  const ask = async (address, request) => {
    say(t("out_asks"));
    button.disabled = true;
    try {
      const answer = await post(address, request);
      say(`${t("out_done")} ${answer.message}`);
    } catch (error) {
      say(error.status === 504 ? t("bus_silent") : `${t("out_refused")} ${errorWords(error)}`, true);
    } finally {
      button.disabled = false;
    }
  };
  return { said, ask };
}
