// The menu of what can be done to a mask: for the mouse, with the keys beside it, and with the sizes that count.

import { fill, h } from "../dom.js";
import { icon } from "../icons.js";
import { t } from "../i18n.js";
import { written } from "../shortcuts.js";
import { commandButton } from "./button.js";
import { check } from "./frame.js";

const MENDING = ["fillHoles", "removeSpecks", "smooth", "grow", "shrink", "keepLargest"].map((id) => `mask.${id}`);
const OTHERS = ["tool.outline", "mask.copyNext", "mask.copyPrevious", "mask.cutOthers", "mask.giveUp"];

/** The button in the bar of tools, and its menu. @param {import("../workspace.js").Workspace} workspace */
export function maskMenu(workspace) {
  const menu = h("div", { class: "tw-menu", popover: "auto", id: "tw-mask-menu", role: "group", "aria-label": t`Mask`,
    onkeydown: (event) => { if (event.key === "Escape") event.stopPropagation(); }, // closes the menu, and nothing else
    onbeforetoggle: (event) => { if (event.newState === "open") fill(menu, ...contents(workspace)); } });
  const title = t`Mask: mend, copy, cut`;
  const button = h("button", { type: "button", class: "tw-button tw-icon tw-tool", popovertarget: menu.id, title,
    "aria-label": title, "aria-haspopup": "true" }, icon("mask"));
  menu.addEventListener("toggle", () => place(menu, button));
  return [button, menu];
}

/** Beside its button, and inside the window. */
function place(menu, button) {
  const { right, top } = button.getBoundingClientRect();
  menu.style.left = `${right + 8}px`;
  menu.style.top = `${Math.max(8, Math.min(top, innerHeight - menu.offsetHeight - 8))}px`;
}

function contents(workspace) {
  const { objects, frameActions, store } = workspace;
  const { range } = frameActions;
  const { shown } = store.state;
  const whose = objects.selected ? t`${objects.selected.name}, frame ${shown}` : t`Select an object first.`;
  return [
    h("div", { class: "tw-menu-head" }, h("strong", { class: "tw-clip" }, whose),
      range && h("span", { class: "tw-clip", title: rangeWords(workspace, range) }, rangeWords(workspace, range))),
    h("div", { class: `tw-menu-rows${range ? " tw-with-range" : ""}` },
      ...MENDING.map((id) => row(workspace, id, Boolean(range)))),
    h("hr", {}),
    h("div", { class: "tw-menu-rows" }, ...OTHERS.map((id) => row(workspace, id, false))),
    h("hr", {}),
    check(workspace, "keepOthers", t`Do not paint over other objects`,
      t`Brush, lasso and polygon leave the pixels of other objects alone`),
  ];
}

/** How far the mending of a range is. @param {import("../workspace.js").Workspace} workspace */
export function mendingLine(workspace) {
  const bar = h("progress", { class: "tw-mending", max: 1, "aria-label": t`Mending the masks of the range` });
  const element = h("div", { class: "tw-run", role: "status" }, t`Mending`, bar,
    commandButton(workspace, "mask.cancelMending", { text: t`Cancel`, icon: "" }));
  workspace.store.on(["mending"], ({ mending }) => {
    element.hidden = mending === null;
    bar.value = mending?.progress ?? 0;
  });
  return element;
}

function rangeWords({ objects, store }, { start, stop }) {
  const { scopeAll, selected } = store.state;
  const whose = scopeAll || selected === null ? t`all objects` : objects.selected.name;
  return t`Range: ${start}–${stop - 1}, ${whose}`;
}

function row(workspace, id, withRange) {
  const command = workspace.commands.get(id);
  const size = SIZES[id];
  return h("div", { class: "tw-menu-row" },
    commandButton(workspace, id, { text: command.title, icon: "", class: "tw-menu-item" }),
    h("span", { class: "tw-menu-size" }, size && sizeField(workspace, size)),
    h("kbd", {}, command.keys.map(written).join(", ")),
    withRange && commandButton(workspace, `${id}Range`, { text: t`Range`, icon: "", class: "tw-menu-range" }));
}

/** @type {Record<string, {key: "specks"|"smoothing", label: string, empty: string, most: number}>} */
const SIZES = {
  "mask.removeSpecks": { key: "specks", label: t`Specks are smaller than this, in pixels; empty: 1 % of the mask`, empty: "1 %",
    most: 1e6 },
  "mask.smooth": { key: "smoothing", label: t`Radius of smoothing in pixels`, empty: "2", most: 20 },
};

function sizeField({ store }, { key, label, empty, most }) {
  const field = h("input", { type: "text", inputmode: "numeric", class: "tw-field tw-number-field", title: label,
    "aria-label": label, placeholder: empty, value: store.state[key] === null ? "" : String(store.state[key]),
    onchange: () => {
      const size = Math.min(most, Math.round(Number(field.value)));
      store.set({ [key]: size >= 1 ? size : key === "specks" ? null : store.state[key] });
      field.value = store.state[key] === null ? "" : String(store.state[key]);
    } });
  return h("span", { class: "tw-row tw-menu-unit" }, field, "px");
}
