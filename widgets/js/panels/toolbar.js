// The tools on the left, and the line under the picture.

import { fill, h } from "../dom.js";
import { t } from "../i18n.js";
import { toolsFor } from "../tools/index.js";
import { brushOptions } from "./brush.js";
import { commandButton } from "./button.js";
import { candidateLine } from "./candidates.js";
import { maskLook } from "./frame.js";
import { maskMenu, mendingLine } from "./mask-menu.js";
import { runLine } from "./transport.js";

/** @param {import("../workspace.js").Workspace} workspace */
export function toolbar(workspace) {
  const { store } = workspace;
  const kinds = toolsFor(store.state);
  const buttons = kinds.map(({ id }) => commandButton(workspace, `tool.${id}`, { class: "tw-tool" }));
  store.on(["tool"], ({ tool }) => {
    kinds.forEach(({ id }, n) => buttons[n].setAttribute("aria-pressed", String(id === tool)));
  });
  return h("div", { class: "tw-tools", role: "toolbar", "aria-label": t`Tools`, "aria-orientation": "vertical" },
    ...buttons, maskMenu(workspace), h("span", { class: "tw-gap" }), commandButton(workspace, "view.fit"));
}

/**
 * Under the picture: what the tool in the hand does and its options, the run that goes on, how masks are drawn.
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
  return h("div", { class: "tw-hint" }, words, brushOptions(workspace), candidateLine(workspace), h("span", { class: "tw-gap" }),
    mendingLine(workspace), runLine(workspace), maskLook(workspace));
}
