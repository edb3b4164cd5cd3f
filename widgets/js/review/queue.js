// What waits for review in a project, the most doubtful first.

import { request } from "../api.js";
import { fill, h } from "../dom.js";
import { number, t } from "../i18n.js";
import { thumbnail } from "../projects/videos.js";
import { emptyState, meter, table } from "../shell/elements.js";
import { pageAddress } from "../shell/page.js";
import { chosenProject, noProject, projectPicker } from "../shell/project.js";
import { count } from "../shell/words.js";

/** @param {HTMLElement} main */
export async function drawQueue(main) {
  const chosen = await chosenProject();
  if (!chosen) return void fill(main, noProject());
  const { projects, project } = chosen;
  const waiting = await request("GET", `api/projects/${project.id}/review`);
  fill(main, h("div", { class: "tl-main" },
    h("div", { class: "tl-head" },
      h("h1", {}, t`Review`), projectPicker("review", projects, project), h("span", { class: "tl-gap" }),
      h("span", { class: "tl-dim" }, count(waiting.length, "video waits", "videos wait"))),
    waiting.length ? queueTable(project, waiting) : emptyState(t`Nothing waits for review`,
      t`An annotator hands a video over from its Annotate page when its objects are done.`,
      h("a", { class: "tl-button", href: pageAddress("", { project: project.id }) }, t`See the videos`))));
}

function queueTable(project, waiting) {
  return table(["", t`Video`, t`Worst doubt`, t`To verify`, t`Verified`, t`Open comments`, ""],
    waiting.map((one) => row(one, pageAddress("review", { project: project.id, video: one.video.id }))));
}

function row({ video, waiting: masks, open_threads: open, worst }, href) {
  return h("tr", {},
    h("td", {}, thumbnail(video)),
    h("td", {}, h("a", { class: "tl-name", href }, video.name),
      h("div", { class: "tl-dim" }, `${count(video.objects, "object")}, ${count(video.frame_count, "frame")}`)),
    h("td", {}, meter(worst, t`Doubt`, number(worst, 2))),
    h("td", { class: "tl-number" }, count(masks, "mask")),
    h("td", {}, meter(video.verified, t`Verified`)),
    h("td", { class: "tl-number" }, open),
    h("td", { class: "tl-actions" }, h("a", { class: "tl-button tl-primary", href }, t`Review`)));
}
