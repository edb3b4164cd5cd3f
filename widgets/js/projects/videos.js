// The videos of a project, with how far each one is.

import { address, request } from "../api.js";
import { h } from "../dom.js";
import { t } from "../i18n.js";
import { ask } from "../shell/dialog.js";
import { emptyState, meter, table } from "../shell/elements.js";
import { pageAddress } from "../shell/page.js";
import { count, durationText, STAGE_NAMES } from "../shell/words.js";

/**
 * @param {any} project
 * @param {any[]} videos
 * @param {() => void} onChanged
 * @returns {HTMLElement}
 */
export function videoTable(project, videos, onChanged) {
  if (!videos.length) {
    return emptyState(t`No video yet`,
      t`Drop a file above. Any container FFmpeg reads will do; every frame keeps its place.`);
  }
  return table(["", t`Video`, t`Stage`, t`Objects`, t`Verified`, ""], videos.map((video) => row(project, video, onChanged)));
}

/** The first frame, small. @param {any} video */
export const thumbnail = (video) =>
  h("img", { class: "tl-thumb", loading: "lazy", alt: "", src: address(`api/videos/${video.hash}/proxies/0.jpg`) });

/** A video's stage as a chip. @param {any} video */
export const stageChip = (video) => h("span", { class: `tl-chip tl-${video.stage}` }, STAGE_NAMES[video.stage]);

function row(project, video, onChanged) {
  const open = pageAddress("annotate", { video: video.id });
  const inReview = video.stage === "review";
  const size = `${video.width} × ${video.height}`;
  return h("tr", {},
    h("td", {}, h("a", { href: open, tabindex: -1, "aria-hidden": "true" }, thumbnail(video))),
    h("td", {}, h("div", { class: "tl-name" }, video.name), h("div", { class: "tl-dim tl-number" },
      [count(video.frame_count, "frame"), size, durationText(video.duration)].join(", "))),
    h("td", {}, stageChip(video)),
    h("td", { class: "tl-number" }, video.objects),
    h("td", {}, meter(video.verified, t`Verified`)),
    h("td", { class: "tl-actions" },
      project.role === "owner"
        && h("button", { class: "tl-button tl-quiet", onclick: () => remove(video, onChanged) }, t`Delete`),
      // One thing to do next, by stage; what is accepted can only be looked at.
      video.stage !== "annotate" && h("a", { class: `tl-button${inReview ? " tl-primary" : ""}`,
        href: pageAddress("review", { project: project.id, video: video.id }) }, t`Review`), " ",
      h("a", { class: `tl-button${video.stage === "annotate" ? " tl-primary" : ""}`, href: open },
        video.stage === "accepted" ? t`View` : t`Annotate`)));
}

async function remove(video, onChanged) {
  const gone = await ask({
    title: t`Delete ${video.name}?`,
    body: h("p", {}, t`With all its objects (${video.objects}), masks and their history.`, " ",
      t`This cannot be undone; a backup made earlier still has them.`),
    action: t`Delete the video`, danger: true,
    submit: () => request("DELETE", `api/videos/${video.id}`),
  });
  if (gone) onChanged();
}
