// The tools on the left, and the line under the picture.

import { fill, h } from "../dom.js";
import { t } from "../i18n.js";
import { suits, toolsFor } from "../tools/index.js";
import { brushOptions } from "./brush.js";
import { commandButton } from "./button.js";
import { candidateLine } from "./candidates.js";
import { maskLook } from "./frame.js";
import { maskMenu, mendingLine } from "./mask-menu.js";
import { runLine } from "./transport.js";

/** @param {import("../workspace.js").Workspace} workspace */
export function toolbar(workspace) {
  const { store } = workspace;
  const kinds = toolsFor(store.state).filter(({ inMenu }) => !inMenu);
  const buttons = kinds.map(({ id }) => commandButton(workspace, `tool.${id}`, { class: "tw-tool" }));
  store.on(["model"], (state) => {
    kinds.forEach((kind, n) => { buttons[n].hidden = !suits(state, kind); });
    if (buttons[kinds.findIndex(({ id }) => id === state.tool)]?.hidden) workspace.useTool("select");
  });
  store.on(["tool"], ({ tool }) => {
    kinds.forEach(({ id }, n) => buttons[n].setAttribute("aria-pressed", String(id === tool)));
  });
  return h("div", { class: "tw-tools", role: "toolbar", "aria-label": t`Tools`, "aria-orientation": "vertical" },
    ...buttons, maskMenu(workspace), h("span", { class: "tw-gap" }), commandButton(workspace, "view.fit"));
}

/** The button of a command that turns a piece of state on and off, there with some tools only. */
function toggle(workspace, id, key, tools) {
  const button = commandButton(workspace, id, { class: "tw-small tw-option" });
  workspace.store.on(["tool", key], (state) => {
    button.hidden = !tools.includes(state.tool);
    button.setAttribute("aria-pressed", String(state[key]));
  });
  return button;
}

/**
 * Under the picture: what the tool in the hand does and its options, the run that goes on, how masks are drawn.
 * @param {import("../workspace.js").Workspace} workspace
 */
export function hintLine(workspace) {
  const words = h("div", { class: "tw-row tw-words-clip" });
  const kinds = toolsFor(workspace.store.state);
  workspace.store.on(["search"], ({ search }) => { words.hidden = search !== null; });
  workspace.store.on(["tool", "selected", "objects", "labelId", "swapped", "eachBox", "batch"], (state) => {
    const { tool, objects, selected, video, labelId } = state;
    const label = video.labels.find((one) => one.id === labelId);
    const target = objects.get(selected)?.name || (label ? t`a new ${label.name}` : t`no label yet`);
    fill(words, h("strong", {}, target), h("span", { class: "tw-clip" }, hintOf(kinds.find(({ id }) => id === tool), state)));
  });
  return h("div", { class: "tw-hint" }, words, brushOptions(workspace),
    toggle(workspace, "prompt.swap", "swapped", ["point", "scribble"]), toggle(workspace, "box.each", "eachBox", ["box"]),
    candidateLine(workspace), h("span", { class: "tw-gap" }),
    mendingLine(workspace), runLine(workspace), maskLook(workspace));
}

const hintOf = ({ hint }, state) => (typeof hint === "function" ? hint(state) : hint);
