// What can be done with the chosen range: a bar beside it, whose buttons are the commands of the keys.

import { h } from "../dom.js";
import { t } from "../i18n.js";
import { commandButton } from "../panels/button.js";

/** Commands, with an icon where theirs means something else here. @type {[string, string?][]} */
const ACTIONS = [["mask.verifyRange"], ["identity.absent"], ["identity.occluded"], ["mask.clear", "trash"], ["track.forward"], ["track.stale"], ["range.zoom"],
  ["range.clear", "close"]];
const GAP = 6; // CSS pixels from the range

/** @param {import("../workspace.js").Workspace} workspace @param {import("./scale.js").Scale} scale */
export function rangeBar(workspace, scale) {
  const { store, frameActions, objects } = workspace;
  const words = h("span", { class: "tw-digits" });
  const scope = h("button", { type: "button", class: "tw-button", title: t`All objects, or the selected one (A)`,
    onclick: () => store.set({ scopeAll: !store.state.scopeAll }) });
  const element = h("div", { class: "tw-range-bar", role: "toolbar", "aria-label": t`Range`, hidden: true,
    onkeydown: (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault(); // elsewhere it goes to the picture
      workspace.timeline.canvas.focus();
    },
  }, words, scope, ...ACTIONS.map(([id, icon]) => commandButton(workspace, id, { class: "tw-small", icon })));

  /** Beside the range where there is room, so that its brackets can be dragged; else over its middle. */
  function place() {
    const { range } = frameActions;
    element.hidden = !range;
    if (!range) return;
    const { start, stop } = range;
    words.textContent = t`Frames ${start}–${stop - 1}`;
    scope.textContent = store.state.scopeAll || !objects.selected ? t`All objects` : objects.selected.name;
    const [left, right] = [scale.toX(start), scale.toX(stop)];
    const width = element.offsetWidth;
    const after = right + GAP + width < scale.width ? right + GAP : null;
    const before = left - GAP - width > 0 ? left - GAP - width : null;
    const middle = (Math.max(0, left) + Math.min(scale.width, right) - width) / 2;
    const x = after ?? before ?? middle;
    element.style.transform = `translateX(${Math.max(4, Math.min(scale.width - width - 4, x))}px)`;
  }
  store.on(["inPoint", "outPoint", "scopeAll", "selected", "objects"], place);
  return { element, place, focus: () => element.querySelector("button[data-command]").focus() };
}
