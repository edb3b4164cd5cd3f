// The login form: sends name and password, shows the server's refusal, goes on to where the person wanted to be.

import { address, ApiError, request } from "./api.js";
import { h } from "./dom.js";
import { t } from "./i18n.js";
import { languagePicker } from "./language.js";

const error = h("p", { class: "tl-login-error", role: "alert" });
const button = h("button", { type: "submit" }, t`Sign in`);
const name = h("input", { name: "name", autocomplete: "username", autocapitalize: "none", spellcheck: "false", required: true });
const password = h("input", { name: "password", type: "password", autocomplete: "current-password", required: true });
const form = h("form", { novalidate: true, onsubmit: signIn },
  h("label", {}, t`Name`, name), h("label", {}, t`Password`, password), error, button);

document.title = `${t`Sign in`} · Throughline`;
document.querySelector("main").append(h("h1", {}, "Throughline"), h("p", {}, t`Prompt once, mask the whole video.`), form,
  h("small", {}, t`No account? An owner of this workplace makes one.`),
  languagePicker({ class: "tl-language", isSignedIn: false }));
name.focus();

async function signIn(event) {
  event.preventDefault();
  button.disabled = true;
  error.textContent = "";
  try {
    await request("POST", "api/session", { name: name.value, password: password.value });
    location.assign(nextPage());
  } catch (problem) {
    if (!(problem instanceof ApiError)) throw problem;
    error.textContent = [problem.message, problem.remedy].filter(Boolean).join(" ");
    button.disabled = false;
    password.select();
  }
}

/** The page named in the address, if it is one of ours: a link must not send a person elsewhere. */
function nextPage() {
  const home = new URL(address("ui/"), location.origin);
  const wanted = new URL(new URLSearchParams(location.search).get("next") || home.pathname, location.origin);
  return wanted.origin === home.origin && wanted.pathname.startsWith(home.pathname) ? wanted.href : home.href;
}
