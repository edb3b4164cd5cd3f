// The bar at the top: where we are, stage, connection, undo and redo, help, theme.

import { request } from "../api.js";
import { fill, h } from "../dom.js";
import { t } from "../i18n.js";
import { icon } from "../icons.js";
import { ask } from "../shell/dialog.js";
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
  store.on(["video"], ({ video: now }) => fill(stage, ...stageControls(workspace, now, mode)));
  store.on(["connection", "people", "pending"], (state) => drawConnection(connection, state));
  return h("div", { class: "tw-topbar" },
    home, h("h1", { class: "tw-clip", title: video.name }, video.name), stage,
    h("span", { class: "tw-gap" }), connection, h("span", { class: "tw-rule" }),
    commandButton(workspace, "undo"), commandButton(workspace, "redo"), h("span", { class: "tw-rule" }),
    commandButton(workspace, "theme"), commandButton(workspace, "help"));
}

function stageControls(workspace, video, mode) {
  const chip = h("span", { class: `tw-chip tw-${video.stage}` }, STAGES[video.stage]);
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

async function handOver({ store, toast }) {
  const { video } = store.state;
  try {
    const body = { stage: "review", stage_version: video.stage_version };
    const reply = await request("POST", `api/videos/${video.id}/stage`, body);
    store.set({ video: { ...store.state.video, stage: reply.stage, stage_version: reply.stage_version } });
    toast.say(t`Sent to review.`);
  } catch (error) {
    toast.error(error);
  }
}

function drawConnection(element, { connection, people, pending, me }) {
  const others = people.filter((name) => name !== me.name);
  const saved = pending ? t`Saving` : t`Saved`;
  const words = { online: saved, connecting: t`Connecting`, offline: t`Not connected` }[connection];
  element.className = `tw-connection tw-${connection}${pending ? " tw-pending" : ""}`;
  fill(element, others.length > 0 && h("span", { class: "tw-row", title: t`Also here: ${others.join(", ")}` },
    icon("people"), others.length),
    h("span", { class: "tw-lamp" }), h("span", { class: "tw-words" }, words));
}
