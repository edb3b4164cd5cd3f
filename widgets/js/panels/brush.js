// The size and the tip of the brush, under the picture while a tool that has them is in the hand.

import { h } from "../dom.js";
import { t } from "../i18n.js";
import { BRUSH } from "../tools/brush.js";
import { commandButton } from "./button.js";

/** @param {import("../workspace.js").Workspace} workspace */
export function brushOptions(workspace) {
  const { store } = workspace;
  const set = (text) => {
    const wanted = Math.round(Number(text));
    if (wanted) store.set({ brush: Math.max(BRUSH.least, Math.min(BRUSH.most, wanted)) });
  };
  // The square root of the size: as fine a hand for 3 pixels as for 300.
  const slider = h("input", { type: "range", class: "tw-slider", min: 1, max: Math.sqrt(BRUSH.most), step: 0.05,
    "aria-label": t`Brush size`, title: t`Brush size in pixels of the picture (Shift+wheel)`,
    oninput: () => set(Number(slider.value) ** 2) });
  const number = h("input", { type: "text", inputmode: "numeric", class: "tw-field tw-number-field",
    "aria-label": t`Brush size in pixels`, onchange: () => { set(number.value); number.value = String(store.state.brush); },
    onkeydown: (event) => { if (["Enter", "Escape"].includes(event.key)) workspace.stage.element.focus(); } });
  const tips = ["round", "square"].map((tip) => commandButton(workspace, `brush.${tip}`, { class: "tw-small" }));
  const element = h("div", { class: "tw-row tw-brush", role: "group", "aria-label": t`Brush` }, slider, number, ...tips);
  store.on(["brush"], ({ brush }) => {
    slider.value = String(Math.sqrt(brush));
    number.value = String(brush);
  });
  store.on(["tip"], ({ tip }) => tips.forEach((button) => {
    button.setAttribute("aria-pressed", String(button.dataset.command === `brush.${tip}`));
  }));
  store.on(["tool"], ({ tool }) => { element.hidden = !["brush", "eraser"].includes(tool); });
  return element;
}
