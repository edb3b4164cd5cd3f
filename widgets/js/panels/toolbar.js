// The tools on the left, and the size of the brush while one is in the hand.

import { fill, h } from "../dom.js";
import { t } from "../i18n.js";
import { toolsFor } from "../tools/index.js";
import { commandButton } from "./button.js";
import { candidateLine } from "./candidates.js";
import { maskLook } from "./frame.js";
import { runLine } from "./transport.js";

/** @param {import("../workspace.js").Workspace} workspace */
export function toolbar(workspace) {
  const { store } = workspace;
  const kinds = toolsFor(store.state);
  const buttons = kinds.map(({ id }) => commandButton(workspace, `tool.${id}`, { class: "tw-tool" }));
  const size = h("div", { class: "tw-brush-size" });
  store.on(["tool"], ({ tool }) => {
    kinds.forEach(({ id }, n) => buttons[n].setAttribute("aria-pressed", String(id === tool)));
  });
  store.on(["tool", "brush"], ({ tool, brush }) => {
    size.style.visibility = ["brush", "eraser"].includes(tool) ? "visible" : "hidden";
    fill(size, commandButton(workspace, "brush.larger", { text: "+" }),
      h("output", { title: t`Brush size in pixels` }, `${brush}`),
      commandButton(workspace, "brush.smaller", { text: "−" }));
  });
  return h("div", { class: "tw-tools", role: "toolbar", "aria-label": t`Tools`, "aria-orientation": "vertical" },
    ...buttons, size, h("span", { class: "tw-gap" }), commandButton(workspace, "view.fit"));
}

/**
 * Under the picture: what the tool in the hand does, the run that goes on, how masks are drawn.
 * @param {import("../workspace.js").Workspace} workspace
 */
export function hintLine(workspace) {
  const words = h("div", { class: "tw-row tw-words-clip" });
  const kinds = toolsFor(workspace.store.state);
  workspace.store.on(["search"], ({ search }) => { words.hidden = search !== null; });
  workspace.store.on(["tool", "selected", "objects", "labelId"], ({ tool, objects, selected, video, labelId }) => {
    const label = video.labels.find((one) => one.id === labelId);
    const target = objects.get(selected)?.name || (label ? t`a new ${label.name}` : t`no label yet`);
    fill(words, h("strong", {}, target), h("span", { class: "tw-clip" }, kinds.find(({ id }) => id === tool).hint));
  });
  return h("div", { class: "tw-hint" }, words, candidateLine(workspace), h("span", { class: "tw-gap" }),
    runLine(workspace), maskLook(workspace));
}
