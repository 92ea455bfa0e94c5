// For administrators: people, their sessions, and who tried to sign in.

import { path, post } from "./api.js";
import { go } from "./base.js";
import { find, make } from "./dom.js";
import { answers, table } from "./tables.js";
import { errorWords, t } from "./texts.js";

export function showPeople() {
  const { role } = find("#user").elements;
  role.append(...["duty", "viewer", "admin"].map((name) => make("option", { value: name }, t(`role_${name}`))));
  answers("#user", saveUser);
  find("#user").addEventListener("reset", () => {
    find("#user").elements.password.required = true;
    find("#no-code").hidden = true;
  });
  find("#no-code").addEventListener("click", takeBackCode);
  showUsers();
  showSessions();
  table("#sign-ins", "/api/sign_ins", ["at", "name", "address", "result", "times"]);
}

const showUsers = () => table("#users", "/api/users", ["name", "role", "fleets", "code", "lang", "enabled"], editUser);

const showSessions = () => table("#sessions", "/api/sessions", ["name", "address", "browser", "made_at", "used_at"], endSession, () => t("end_session"));

async function endSession({ id, mine }) {
  await post(`/api/sessions/${path(id)}/end`);
  if (mine) go("/login");
  showSessions();
}

async function saveUser(form) {
  const { name, password, role, lang, enabled, fleets } = form.elements;
  const named = fleets.value.split(/[\s,]+/).filter(Boolean);
  await post("/api/users", {
    name: name.value.trim(), password: password.value || null, role: role.value, lang: lang.value, enabled: enabled.checked,
    fleets: named.length ? named : null });
  form.reset();
  showUsers();
  showSessions();
}

/** Fills the form with a person, to be changed; an empty password keeps the old one. */
function editUser(user) {
  const { name, password, role, lang, enabled, fleets } = find("#user").elements;
  [name.value, role.value, lang.value, enabled.checked] = [user.name, user.role, user.lang, user.enabled];
  [password.value, password.required] = ["", false];
  fleets.value = (user.fleets || []).join(", ");
  find("#no-code").hidden = !user.code;
  password.focus();
}

async function takeBackCode() {
  const form = find("#user");
  const said = find("[role=alert]", form);
  const name = form.elements.name.value.trim();
  if (!confirm(t("no_code_sure", { name }))) return;
  try {
    await post(`/api/users/${path(name)}/code/off`);
    form.reset();
    [said.className, said.textContent] = ["saved", t("saved")];
  } catch (failure) {
    [said.className, said.textContent] = ["error", errorWords(failure)];
  }
  showUsers();
}
