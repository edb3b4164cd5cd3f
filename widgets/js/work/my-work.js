// What the person at the page was given, in every project: the first thing on the Projects page.

import { request } from "../api.js";
import { fill, h } from "../dom.js";
import { t } from "../i18n.js";
import { table } from "../shell/elements.js";
import { attempt, pageAddress } from "../shell/page.js";
import { dueChip } from "./due.js";
import { rangeText } from "./words.js";

const SHOWN = 5;

/** @returns {Promise<HTMLElement|null>} null for somebody without open work */
export async function myWork() {
  const open = (await request("GET", "api/me/assignments")).filter((work) => work.done_at === null);
  if (!open.length) return null;
  const list = h("div", {});
  const draw = (shown) => fill(list, table([t`Video`, t`What to do`, t`Due`, ""], shown.map((work) => row(work, redraw))));
  const redraw = () => attempt(async () => section.replaceWith(await myWork() ?? ""));
  const more = open.length > SHOWN && h("button", { class: "tl-button tl-quiet", onclick: () => {
    draw(open);
    more.remove();
  } }, t`All ${open.length}`);
  const section = h("section", { class: "tl-my-work", "aria-label": t`My work` }, h("div", { class: "tl-head" },
    h("h2", {}, t`My work`), h("span", { class: "tl-dim tl-number" }, open.length), h("span", { class: "tl-gap" }), more),
  list);
  draw(open.slice(0, SHOWN));
  return section;
}

/** Where a piece of work begins. @param {import("./words.js").Assignment} work */
export const workAddress = (work) =>
  pageAddress(work.task, { project: work.project_id, video: work.video_id, frame: work.start || null });

function row(work, redraw) {
  const finish = () => attempt(async () => {
    await request("PATCH", `api/assignments/${work.id}`, { done: true });
    redraw();
  });
  const task = { annotate: t`Annotate ${rangeText(work)}`, review: t`Review ${rangeText(work)}` }[work.task];
  return h("tr", {},
    h("td", {}, h("div", { class: "tl-name" }, work.video), h("div", { class: "tl-dim" }, work.project)),
    h("td", {}, task, work.note && h("div", { class: "tl-dim" }, work.note)),
    h("td", {}, dueChip(work)),
    h("td", { class: "tl-actions" }, h("button", { class: "tl-button tl-quiet", onclick: finish }, t`Done`), " ",
      h("a", { class: "tl-button tl-primary", href: workAddress(work), "aria-label": `${t`Open`}: ${work.video}, ${task}` },
        t`Open`)));
}
