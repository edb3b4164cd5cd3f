// What every page but the workspace shares: the bar at the top, who is here, and what happens when a request is
// refused.

import { address, ApiError, request, signIn } from "../api.js";
import { fill, h } from "../dom.js";
import { t } from "../i18n.js";
import { languagePicker } from "../language.js";
import { toggleTheme } from "../theme.js";

const MARK = `<svg width="22" height="22" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.2"
  stroke-linecap="round" aria-hidden="true"><path d="M2 15c4 0 4-7 10-7s6 7 10 7"/><circle cx="12" cy="8" r="3.2"
  fill="currentColor" stroke="none"/></svg>`;
const THEME_MARK = `<svg width="18" height="18" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"
  aria-hidden="true"><circle cx="12" cy="12" r="8"/><path
  d="M12 4a8 8 0 0 1 0 16z" fill="currentColor" stroke="none"/></svg>`;
const PAGES = [["", t`Projects`], ["review", t`Review`], ["quality", t`Quality`], ["datasets", t`Datasets`],
  ["activity", t`Time`], ["people", t`People`]];

/** The address of a page, with its query. @param {string} path "review" @param {Record<string, any>} [query] */
export function pageAddress(path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined);
  return address(`ui/${path}`) + (given.length ? `?${new URLSearchParams(given)}` : "");
}

/** A number of the page's query, null where it has none. @param {string} name */
export function queryNumber(name) {
  const text = new URLSearchParams(location.search).get(name);
  return text && /^\d+$/.test(text) ? Number(text) : null;
}

/** Change the page's query without loading it again. @param {Record<string, any>} changes null removes */
export function setQuery(changes) {
  const here = new URL(location.href);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === undefined) here.searchParams.delete(name);
    else here.searchParams.set(name, value);
  }
  history.replaceState(null, "", here);
}

/**
 * Draw the bar, sign in, and let the page draw the rest.
 * @param {HTMLElement} element
 * @param {string} current the page's path ("" for Projects)
 * @param {(main: HTMLElement, me: any) => Promise<void>} render
 */
export async function mountPage(element, current, render) {
  document.title = `${PAGES.find(([path]) => path === current)[1]} · Throughline`;
  const main = h("div", { class: "tl-content" }, h("p", { class: "tl-main tl-dim" }, t`Loading`));
  const bar = h("header", { class: "tl-bar" });
  element.replaceChildren(h("div", { class: "tl-page" }, bar, main));
  await attempt(async () => {
    const me = await signIn();
    drawBar(bar, current, me);
    main.replaceChildren();
    await render(main, me);
  }, (problem) => fill(main, h("div", { class: "tl-main" }, problemLine(problem))));
}

function drawBar(bar, current, me) {
  const project = queryNumber("project");
  const links = PAGES.filter(([path]) => path !== "people" || me.is_owner).map(([path, title]) =>
    h("a", { href: pageAddress(path, { project }), "aria-current": path === current && "page" }, title));
  const brand = h("a", { class: "tl-brand", href: pageAddress("") });
  brand.innerHTML = `${MARK}<span>Throughline</span>`;
  const theme = h("button", { class: "tl-button tl-quiet", title: t`Light or dark`, "aria-label": t`Light or dark`,
    onclick: toggleTheme });
  theme.innerHTML = THEME_MARK;
  fill(bar, brand, h("nav", { "aria-label": t`Pages` }, ...links), h("span", { class: "tl-gap" }), theme,
    languagePicker({ class: "tl-language" }), h("span", { class: "tl-who" }, me.name),
    me.accounts && h("button", { class: "tl-button", onclick: () => attempt(signOut) }, t`Sign out`));
}

async function signOut() {
  await request("DELETE", "api/session");
  location.assign(address("login"));
}

/**
 * Run something that talks to the server. Signed out goes to the login page; any other refusal is said.
 * @template T
 * @param {() => Promise<T>} action
 * @param {(problem: ApiError) => void} [refused] default: a message at the bottom of the page
 * @returns {Promise<T | undefined>}
 */
export async function attempt(action, refused = sayProblem) {
  try {
    return await action();
  } catch (problem) {
    if (!(problem instanceof ApiError)) throw problem;
    if (problem.status === 401) {
      location.assign(`${address("login")}?${new URLSearchParams({ next: location.pathname + location.search })}`);
    } else refused(problem);
    return undefined;
  }
}

/** An error as a line of text. @param {ApiError} problem */
export const problemLine = (problem) =>
  h("p", { class: "tl-form-error", role: "alert" }, [problem.message, problem.remedy].filter(Boolean).join(" "));

let notice = null;

function sayProblem(problem) {
  notice?.remove();
  notice = h("div", { class: "tl-notice" }, problemLine(problem),
    h("button", { class: "tl-button tl-quiet", onclick: () => notice.remove() }, t`Close`));
  document.querySelector(".tl-page").append(notice);
}
