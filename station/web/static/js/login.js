// Signs in, and goes back to the page that asked for it.

import { post } from "./api.js";
import { at } from "./base.js";
import { find } from "./dom.js";
import { LANGUAGES, chooseLanguage, errorWords, language, loadTexts, t } from "./texts.js";

async function main() {
  await loadTexts();
  document.title = t("sign_in");
  const other = Object.keys(LANGUAGES).find((name) => name !== language());
  find("#language").textContent = LANGUAGES[other];
  find("#language").lang = other;
  find("#language").addEventListener("click", () => chooseLanguage(other));
  const query = new URLSearchParams(location.search);
  if (query.get("why") === "expired") find("#why").textContent = t("session_expired");
  const form = find("form");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    find("#error").textContent = "";
    find("button[type=submit]").disabled = true;
    try {
      const { name, password, code } = form.elements;
      await post("/api/login", { name: name.value.trim(), password: password.value, code: code.value || null });
      location.assign(backTo(query.get("next")));
    } catch (error) {
      if (error.status === 428) return askForCode(form);
      find("#error").textContent = error.status === 401 || error.status === 403 ? t("wrong_password")
        : error.status === 429 ? t("too_many_tries") : errorWords(error);
      find("button[type=submit]").disabled = false;
      form.elements.password.select();
    }
  });
}

/** The password is right; for this person that is not enough. */
function askForCode(form) {
  const { code } = form.elements;
  find("#error").textContent = code.value ? t("wrong_code") : "";
  find("#second").hidden = false;
  find("button[type=submit]").disabled = false;
  [code.value, code.required] = ["", true];
  code.focus();
}

/** Only addresses of this station: a link from outside must not lead elsewhere. */
function backTo(next) {
  const target = new URL(next || at("/"), location.origin);
  const isOurs = target.origin === location.origin && target.pathname.startsWith(at("/"));
  return isOurs && target.pathname !== at("/login") ? target.href : at("/");
}

main();
