// What a person may do about himself: password, second factor, sessions.

import { get, path, post } from "./api.js";
import { find, make } from "./dom.js";
import { openPage } from "./shell.js";
import { answers, table } from "./tables.js";
import { t } from "./texts.js";

async function main() {
  const { person } = await openPage();
  find("#me-name").textContent = person.name;
  find("#must").hidden = !person.must_code;
  answers("#password", changePassword);
  showSessions();
  await showCode(person.code);
}

async function changePassword(form) {
  const { old, fresh, again } = form.elements;
  again.setCustomValidity(again.value === fresh.value ? "" : t("not_the_same"));
  again.addEventListener("input", () => again.setCustomValidity(""), { once: true });
  if (!form.reportValidity()) throw Object.assign(new Error(t("not_the_same")), { status: 422 });
  await post("/api/me/password", { old: old.value, new: fresh.value });
  form.reset();
  showSessions();
}

/** isOn: signing in takes a code. Then it can be switched off; else the page shows a new secret. */
async function showCode(isOn) {
  find("#code-state").textContent = t(isOn ? "code_is_on" : "code_is_off");
  const [on, off] = [find("#code-on"), find("#code-off")];
  [on.hidden, off.hidden] = [isOn, !isOn];
  if (isOn) {
    answers("#code-off", async (form) => {
      const { code, password } = form.elements;
      await post("/api/me/code/off", { code: code.value, password: password.value });
      location.reload();
    });
    return;
  }
  const { secret, picture } = await get("/api/me/code");
  find("#qr").src = `data:image/svg+xml,${encodeURIComponent(picture)}`;
  find("#secret").textContent = secret.match(/.{1,4}/g).join(" ");
  answers("#code-on", async (form) => {
    const { code, password } = form.elements;
    const { recovery } = await post("/api/me/code", { secret, code: code.value, password: password.value });
    on.hidden = true;
    find("#must").hidden = true;
    find("#code-state").textContent = t("code_is_on");
    find("#recovery").hidden = false;
    find("#recovery ul").replaceChildren(...recovery.map((one) => make("li", {}, make("code", {}, one))));
    find("#recovery h3").focus();
    showSessions();
  });
}

const showSessions = () => table("#sessions", "/api/me/sessions", ["address", "browser", "made_at", "used_at", "mine"],
  async ({ id }) => { await post(`/api/me/sessions/${path(id)}/end`); showSessions(); },
  ({ mine }) => !mine && t("end_session"));

main();
