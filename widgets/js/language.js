// Choosing the language: kept with the person on the server, and in the browser for the page before anybody has signed in.

import { request } from "./api.js";
import { h } from "./dom.js";
import { keepLanguage, language, LANGUAGES, t } from "./i18n.js";

/**
 * A list of the languages; choosing one loads the page again.
 * @param {{class?: string, isSignedIn?: boolean}} [options] without somebody signed in, only the browser keeps it
 */
export function languagePicker({ class: name = "", isSignedIn = true } = {}) {
  const picker = h("select", { class: name, "aria-label": t`Language`, title: t`Language`, onchange: async () => {
    if (isSignedIn) await request("PATCH", "api/me/preferences", { language: picker.value });
    keepLanguage(picker.value);
    location.reload();
  } }, ...Object.entries(LANGUAGES).map(([code, title]) => h("option", { value: code, lang: code }, title)));
  picker.value = language;
  return picker;
}
