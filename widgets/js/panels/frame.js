// What can be done with the frame and the range; how masks are drawn.

import { h } from "../dom.js";
import { commandButton } from "./button.js";

/** @param {import("../workspace.js").Workspace} workspace */
export function framePanel(workspace) {
  const { store } = workspace;
  const title = h("h2", {}, "Frame");
  const verifyRange = commandButton(workspace, "mask.verifyRange", { text: "Verify video" });
  store.on(["frame", "inPoint", "outPoint"], ({ frame, inPoint, outPoint, video }) => {
    const hasRange = inPoint !== null || outPoint !== null;
    verifyRange.lastChild.textContent = hasRange ? "Verify range" : "Verify video";
    const range = hasRange ? ` · range ${inPoint ?? 0}–${outPoint ?? video.frame_count - 1}` : "";
    title.textContent = `Frame ${frame}${range}`;
  });
  return h("section", { class: "tw-panel", "aria-label": "Frame" }, h("div", { class: "tw-panel-head" }, title),
    h("div", { class: "tw-actions" },
      commandButton(workspace, "mask.verify", { text: "Verify frame", class: "tw-primary" }),
      verifyRange,
      commandButton(workspace, "mask.absent", { text: "Absent" }),
      commandButton(workspace, "mask.delete", { text: "Remove mask" })));
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
    type: "range", min: 0, max: 1, step: 0.05, class: "tw-slider", "aria-label": "Opacity of masks",
    title: "Opacity of masks",
    oninput: () => store.set({ opacity: Number(slider.value) }),
  });
  store.on(["opacity"], (state) => { slider.value = String(state.opacity); });
  return h("div", { class: "tw-look" }, check(workspace, "outlines", "Outlines"), slider);
}
