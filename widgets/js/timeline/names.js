// The names of the lanes, as tall as the lanes beside them. They scroll, and the lanes follow.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { t } from "../i18n.js";
import { VirtualList } from "../virtual.js";
import { LANE } from "./scale.js";

/**
 * @param {import("../workspace.js").Workspace} workspace
 * @param {() => void} scrolled called after the list was scrolled
 * @returns {VirtualList} its `list` is the element
 */
export function names(workspace, scrolled) {
  const list = h("div", { class: "tw-names", tabindex: 0, role: "group", "aria-label": t`Names of the lanes`, onscroll: scrolled });
  return new VirtualList(list, { height: LANE, make: (id) => name(workspace, id) });
}

function name({ store, objects }, id) {
  const dot = h("span", { class: "tw-dot" });
  const text = h("span", { class: "tw-clip" });
  const fold = h("button", { type: "button", class: "tw-fold", onclick: (event) => {
    event.stopPropagation();
    store.set({ openLane: !store.state.openLane });
  } }, icon("fold"));
  const element = h("div", { class: "tw-name", onclick: (event) => objects.pick(id, event) }, dot, text, h("span", { class: "tw-gap" }), fold);
  const update = () => {
    const { objects: all, selected, hidden, openLane } = store.state;
    const object = all.get(id);
    const on = id === selected;
    element.classList.toggle("tw-on", on);
    element.classList.toggle("tw-chosen", store.state.chosen.has(id));
    element.classList.toggle("tw-off", hidden.has(id));
    dot.style.background = object.colour;
    text.textContent = object.name;
    text.title = object.name;
    const tip = openLane ? t`Hide the scores of ${object.name}` : t`Show the scores of ${object.name}`;
    fold.hidden = !on;
    fold.title = tip;
    fold.setAttribute("aria-label", tip);
    fold.setAttribute("aria-expanded", String(openLane));
  };
  return { element, update };
}
