// The login form: sends name and password, shows the server's refusal, goes on to where the person wanted to be.

import { address, ApiError, request } from "./api.js";

const form = /** @type {HTMLFormElement} */ (document.getElementById("login"));
const error = form.querySelector("[role=alert]");
const button = form.querySelector("button");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  button.disabled = true;
  error.textContent = "";
  try {
    const data = new FormData(form);
    await request("POST", "api/session", { name: data.get("name"), password: data.get("password") });
    location.assign(nextPage());
  } catch (problem) {
    if (!(problem instanceof ApiError)) throw problem;
    error.textContent = [problem.message, problem.remedy].filter(Boolean).join(" ");
    button.disabled = false;
    form.elements.namedItem("password").select();
  }
});

/** The page named in the address, if it is one of ours: a link must not send a person elsewhere. */
function nextPage() {
  const home = new URL(address("ui/"), location.origin);
  const wanted = new URL(new URLSearchParams(location.search).get("next") || home.pathname, location.origin);
  return wanted.origin === home.origin && wanted.pathname.startsWith(home.pathname) ? wanted.href : home.href;
}
