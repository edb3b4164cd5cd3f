// The few patterns every page repeats.

import { h } from "../dom.js";
import { percent } from "./words.js";

/**
 * A labelled control: the label, the control, and a line of help under it.
 * @param {string} label @param {HTMLElement} control @param {string} [help]
 */
export function field(label, control, help = "") {
  return h("label", { class: "tl-field" },
    h("span", { class: "tl-field-label" }, label), control, help && h("span", { class: "tl-help" }, help));
}

/**
 * A check box with its text.
 * @param {string} text @param {boolean} checked @param {Record<string, any>} [attributes]
 */
export function check(text, checked, attributes = {}) {
  const box = h("input", { type: "checkbox", ...attributes });
  box.checked = checked;
  return h("label", { class: "tl-check" }, box, h("span", {}, text));
}

/** A bar that shows a share from 0 to 1. @param {number} share @param {string} label */
export function progress(share, label) {
  const percent = Math.round(share * 100);
  return h("div", { class: "tl-progress", role: "progressbar", "aria-label": label, "aria-valuenow": percent,
    "aria-valuemin": 0, "aria-valuemax": 100 }, h("div", { style: { width: `${percent}%` } }));
}

/**
 * A bar with its number beside it.
 * @param {number} share @param {string} label @param {string} [text] default: the share as a percentage
 */
export const meter = (share, label, text = percent(share)) =>
  h("div", { class: "tl-meter tl-number" }, progress(share, label), text);

/** A table. @param {string[]} heads @param {HTMLElement[]} rows @returns {HTMLElement} */
export const table = (heads, rows) => h("table", { class: "tl-table" },
  h("thead", {}, h("tr", {}, heads.map((title) => h(title ? "th" : "td", {}, title)))), h("tbody", {}, rows));

/**
 * What stands where a list is empty: what it is for and what to do.
 * @param {string} title @param {string} text @param {...any} actions
 */
export function emptyState(title, text, ...actions) {
  return h("div", { class: "tl-empty" }, h("h2", {}, title), h("p", {}, text), ...actions);
}
