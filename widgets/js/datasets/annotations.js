// Masks from a file of another tool: checked against the videos, and taken in whole or not at all.

import { request } from "../api.js";
import { fill, h } from "../dom.js";
import { heard, t } from "../i18n.js";
import { field, progress } from "../shell/elements.js";
import { attempt, pageAddress, problemLine } from "../shell/page.js";
import { watchWork, workProblem } from "../shell/watch.js";

const ALL_OR_NOTHING = [t`Masks of a file become objects of the videos here.`,
  t`The file is checked first: if anything in it disagrees with a video, nothing is changed.`].join(" ");

/** @param {any} project @param {any[]} videos @param {any[]} formats that can be read */
export function annotationPanel(project, videos, formats) {
  const chosen = h("span", { class: "tl-dim" }, t`No file is chosen`);
  const file = h("input", { type: "file", required: true, accept: ".json,.zip", class: "tl-file-input", onchange: () => {
    chosen.textContent = file.files[0]?.name ?? t`No file is chosen`;
  } });
  const format = h("select", {}, ...formats.map((one) => h("option", { value: one.name }, one.title)));
  const video = h("select", {}, h("option", { value: "" }, t`The videos the file names`),
    ...videos.map((one) => h("option", { value: one.id }, one.name)));
  const outcome = h("div", { "aria-live": "polite" });
  const start = h("button", { class: "tl-button tl-primary", type: "submit", disabled: !videos.length }, t`Import`);
  const send = async () => {
    const body = new FormData();
    body.append("file", file.files[0]);
    body.append("format", format.value);
    if (video.value) body.append("video_id", video.value);
    const made = await request("POST", `api/projects/${project.id}/annotations`, body);
    const state = await watchWork(`api/imports/${made.import}`, (now) =>
      fill(outcome, progress(now.progress, t`Import`), h("p", { class: "tl-dim" }, heard(now.message))));
    if (state.status === "failed") return fill(outcome, problemLine({ message: workProblem(state) }));
    return fill(outcome, h("p", {}, heard(state.message) || t`Imported.`), h("ul", {}, ...state.videos.map((id) => h("li", {},
      h("a", { href: pageAddress("annotate", { video: id }) },
        videos.find((one) => one.id === id)?.name ?? t`Video ${id}`)))));
  };
  return h("section", { class: "tl-panel", "aria-label": t`Import` }, h("h2", {}, t`Import masks`),
    h("form", { class: "tl-stack", onsubmit: (event) => {
      event.preventDefault();
      start.disabled = true;
      attempt(send, (problem) => fill(outcome, problemLine(problem))).finally(() => {
        start.disabled = false;
      });
    } },
    h("p", { class: "tl-dim" }, videos.length ? ALL_OR_NOTHING : t`Import the video itself first, then its masks.`),
    field(t`File`, fileChoice(file, chosen), t`COCO or YouTube-VIS JSON, or a zip of DAVIS PNGs.`), field(t`Format`, format),
    field(t`Video`, video),
    h("div", { class: "tl-row" }, start), outcome));
}

/** Browsers write their own words on a file input, in their own language: it lies unseen behind a button with ours. */
const fileChoice = (input, chosen) => h("span", { class: "tl-row tl-file" },
  h("span", { class: "tl-button" }, t`Choose a file`), chosen, input);
