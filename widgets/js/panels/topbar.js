// The bar at the top: where we are, stage, connection, undo and redo, help, theme.

import { fill, h } from "../dom.js";
import { t } from "../i18n.js";
import { icon } from "../icons.js";
import { ask } from "../shell/dialog.js";
import { move } from "../review/stage-panel.js";
import { pageAddress } from "../shell/page.js";
import { countStale } from "../timeline/segments.js";
import { commandButton } from "./button.js";

const STAGES = { annotate: t`Annotate`, review: t`In review`, accepted: t`Accepted` };

/** @param {import("../workspace.js").Workspace} workspace @param {string} mode */
export function topbar(workspace, mode) {
  const { store } = workspace;
  const { video } = store.state;
  const stage = h("span", { class: "tw-row" });
  const connection = h("span", { class: "tw-connection" });
  const home = h("a", {
    class: "tw-button tw-icon", href: pageAddress("", { project: video.project_id }), title: t`To the project`,
    "aria-label": t`To the project`,
  }, icon("home"));
  store.on(["video", "work"], ({ video: now, work }) => fill(stage, ...stageControls(workspace, now, mode, work)));
  store.on(["connection", "people", "pending"], (state) => drawConnection(connection, state));
  return h("div", { class: "tw-topbar" },
    home, h("h1", { class: "tw-clip", title: video.name }, video.name), stage,
    h("span", { class: "tw-gap" }), connection, h("span", { class: "tw-rule" }),
    commandButton(workspace, "undo"), commandButton(workspace, "redo"), h("span", { class: "tw-rule" }),
    commandButton(workspace, "theme"), commandButton(workspace, "help"));
}

function stageControls(workspace, video, mode, work) {
  const chip = h("span", { class: `tw-chip tw-${video.stage}` }, STAGES[video.stage]);
  if (video.stage === "review" && mode === "annotate" && work?.may_take_back) {
    return [chip, h("button", { class: "tw-button", title: t`Nobody has begun to review it`,
      onclick: () => move(workspace, "annotate", t`Taken back: it is with the annotators again.`) }, t`Take back`)];
  }
  if (video.stage !== "annotate" || mode === "review") return [chip];
  return [chip, h("button", {
    class: "tw-button", title: t`Annotation is finished: a reviewer looks at it next`, onclick: () => submit(workspace),
  }, t`Send to review`)];
}

async function submit(workspace) {
  const { edits, store } = workspace;
  if (!edits.allowed()) return;
  await edits.idle();
  const stale = countStale(store.state.timeline, [...store.state.objects.keys()]);
  if (!stale) return void await handOver(workspace);
  await ask({
    title: t`${stale} mask is stale|${stale} masks are stale`,
    body: h("p", {}, t`They were made before a later correction. Re-track them first (Shift+R), or let the reviewer judge.`),
    action: t`Send as it is`, submit: () => handOver(workspace),
  });
}

const handOver = (workspace) => move(workspace, "review", t`Sent to review.`);

function drawConnection(element, { connection, people, pending, me }) {
  const others = people.filter((name) => name !== me.name);
  const saved = pending ? t`Saving` : t`Saved`;
  const words = { online: saved, connecting: t`Connecting`, offline: t`Not connected` }[connection];
  element.className = `tw-connection tw-${connection}${pending ? " tw-pending" : ""}`;
  fill(element, others.length > 0 && h("span", { class: "tw-row", title: t`Also here: ${others.join(", ")}` },
    icon("people"), others.length),
    h("span", { class: "tw-lamp" }), h("span", { class: "tw-words" }, words));
}
