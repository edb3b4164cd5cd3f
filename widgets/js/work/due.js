// The due day of a piece of work as a chip.

import { h } from "../dom.js";
import { dueText, isOverdue } from "./words.js";

/** @param {import("./words.js").Assignment} work @returns {HTMLElement|null} nothing for work without a day */
export const dueChip = (work) => (
  work.due && h("span", { class: `tl-chip${isOverdue(work) ? " tl-bad" : ""}` }, dueText(work.due)));
