// Where a video stands, and the moves from there: accept, send back, reopen.

import { request } from "../api.js";
import { fill, h } from "../dom.js";
import { t } from "../i18n.js";
import { ask } from "../shell/dialog.js";
import { pageAddress } from "../shell/page.js";
import { ROLES } from "../shell/words.js";
import { countStale, isBarrier } from "../timeline/segments.js";

/** What a person should know of a stage that its buttons do not say. */
const NEXT = {
  annotate: t`It is with the annotators. You can look, comment and fix.`,
  accepted: t`It is read-only. An owner can reopen it.`,
};

/** @param {import("../workspace.js").Workspace} workspace */
export function stagePanel(workspace) {
  const body = h("div", { class: "tw-form" });
  const { project_id: project } = workspace.store.state.video;
  workspace.store.on(["video"], ({ video }) => fill(body,
    NEXT[video.stage] && h("p", { class: "tw-dim" }, NEXT[video.stage]),
    h("div", { class: "tw-row" }, moves(workspace, video))));
  return h("section", { class: "tw-panel", "aria-label": t`Review` },
    h("div", { class: "tw-panel-head" }, h("h2", {}, t`Review`), h("span", { class: "tw-gap" }),
      h("a", { class: "tw-button tw-quiet tw-dim", href: pageAddress("review", { project }) }, t`All that waits`)), body);
}

function moves(workspace, video) {
  const rank = ROLES.indexOf(video.role);
  const button = (text, run, kind = "") => h("button", { class: `tw-button ${kind}`, onclick: run }, text);
  if (video.stage === "review" && rank >= ROLES.indexOf("reviewer")) {
    return [
      button("Accept video", () => accept(workspace), "tw-primary"), button("Send back", () => sendBack(workspace)),
    ];
  }
  if (video.stage === "accepted" && rank >= ROLES.indexOf("owner")) {
    return [button("Reopen", () => move(workspace, "annotate", t`Reopened: it is with the annotators again.`))];
  }
  return [];
}

/** Accept the video; where masks were never verified the reviewer says so on purpose. */
async function accept(workspace) {
  const { timeline, objects } = workspace.store.state;
  const left = unverified(timeline);
  const stale = countStale(timeline, [...objects.keys()]);
  const go = () => move(workspace, "accepted", t`Accepted. The video is read-only now.`);
  if (!left) return void await go();
  await ask({
    title: t`${left} mask is not verified|${left} masks are not verified`,
    body: h("p", {}, t`Nobody has verified or drawn them.`, " ", stale > 0 && t`${stale} of them are stale.`, " ",
      t`Accept the video as it is?`),
    action: t`Accept`, submit: go,
  });
}

/**
 * Give the video back to the annotators; an open comment must say why.
 * @param {import("../workspace.js").Workspace} workspace
 */
export async function sendBack(workspace) {
  if (!workspace.store.state.threads.some((thread) => !thread.resolved)) {
    workspace.useTool("comment");
    workspace.toast.warn(t`Nothing says what should change.`,
      t`Click the place on the picture and write a comment, then send it back.`);
    return;
  }
  await move(workspace, "annotate", t`Sent back to the annotators, with your comments.`);
}

/** Masks that nobody verified, drew, or said to be absent. */
function unverified(timeline) {
  const isLeft = (segment) => !isBarrier(segment) && segment[2] !== "absent";
  return Object.values(timeline.objects).flat().filter(isLeft).reduce((sum, [start, stop]) => sum + stop - start, 0);
}

/**
 * Move the video to a stage, once what was done is saved, and say so.
 * @param {import("../workspace.js").Workspace} workspace @param {string} stage @param {string} news
 */
export async function move(workspace, stage, news) {
  const { store, edits, toast } = workspace;
  await edits.idle();
  const { video } = store.state;
  try {
    const moved = await request("POST", `api/videos/${video.id}/stage`, { stage, stage_version: video.stage_version });
    store.set({ video: { ...store.state.video, ...moved } });
    toast.say(news);
  } catch (error) {
    const { theirs } = error.details || {};
    if (theirs) store.set({ video: { ...store.state.video, ...theirs } });
    toast.error(error);
  }
}
