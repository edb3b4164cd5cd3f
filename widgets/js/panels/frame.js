// What can be done with the frame and the range; how masks are drawn.

import { compareButtons } from "../compare/bar.js";
import { h } from "../dom.js";
import { t } from "../i18n.js";
import { commandButton } from "./button.js";
import { nextFrameList } from "./next-frame.js";

/** @param {import("../workspace.js").Workspace} workspace */
export function framePanel(workspace) {
  const { store } = workspace;
  const title = h("h2", {}, t`Frame`);
  const verifyRange = commandButton(workspace, "mask.verifyRange", { text: t`Verify video` });
  store.on(["frame", "inPoint", "outPoint"], ({ frame, inPoint, outPoint, video }) => {
    const hasRange = inPoint !== null || outPoint !== null;
    verifyRange.lastChild.textContent = hasRange ? t`Verify range` : t`Verify video`;
    title.textContent = hasRange
      ? t`Frame ${frame} · range ${inPoint ?? 0}–${outPoint ?? video.frame_count - 1}` : t`Frame ${frame}`;
  });
  return h("section", { class: "tw-panel", "aria-label": t`Frame` }, h("div", { class: "tw-panel-head" }, title, h("span", { class: "tw-gap" }),
      commandButton(workspace, "frame.lookNext", { text: t`Look next`, class: "tw-look-next" })),
    h("div", { class: "tw-actions" },
      commandButton(workspace, "mask.verify", { text: t`Verify frame`, class: "tw-primary" }),
      verifyRange,
      commandButton(workspace, "mask.absent", { text: t`Absent` }),
      commandButton(workspace, "mask.delete", { text: t`Remove mask` })),
    nextFrameList(workspace));
}

/**
 * A check box of a piece of state.
 * @param {import("../workspace.js").Workspace} workspace @param {string} key @param {string} text
 */
export function check(workspace, key, text, title = "") {
  const box = h("input", { type: "checkbox", onchange: () => workspace.store.set({ [key]: box.checked }) });
  workspace.store.on([key], (state) => { box.checked = state[key]; });
  return h("label", { class: "tw-check", title }, box, text);
}

/** How masks are drawn. @param {import("../workspace.js").Workspace} workspace */
export function maskLook(workspace) {
  const { store } = workspace;
  const slider = h("input", {
    type: "range", min: 0, max: 1, step: 0.05, class: "tw-slider", "aria-label": t`Opacity of masks`,
    title: t`Opacity of masks`,
    oninput: () => store.set({ opacity: Number(slider.value) }),
  });
  store.on(["opacity"], (state) => { slider.value = String(state.opacity); });
  return h("div", { class: "tw-look" }, ...compareButtons(workspace), check(workspace, "outlines", t`Outlines`), slider);
}
