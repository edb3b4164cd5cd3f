// The pins of the shown frame, over the picture. They keep their size and place while the picture is zoomed and moved.

import { fill, h } from "../dom.js";
import { t } from "../i18n.js";

/** @param {import("../workspace.js").Workspace} workspace @returns {HTMLElement} a layer for the stage */
export function pinLayer(workspace) {
  const { store, stage, threads } = workspace;
  const layer = h("div", { class: "tr-pins" });
  const place = () => {
    for (const pin of layer.children) {
      const at = stage.view.toScreen(Number(pin.dataset.x), Number(pin.dataset.y));
      Object.assign(pin.style, { left: `${at.x}px`, top: `${at.y}px` });
    }
  };
  store.on(["threads", "shown", "pin", "thread"], (state) => {
    const here = state.threads.filter((thread) => thread.frame === state.shown && thread.x !== null);
    const pins = here.map((thread) => h("button", {
      class: `tr-pin${thread.resolved ? " tr-resolved" : ""}${thread.id === state.thread ? " tr-on" : ""}`,
      "data-x": thread.x, "data-y": thread.y, title: thread.comments[0].text,
      "aria-label": t`Comment: ${thread.comments[0].text}`,
      onpointerdown: (event) => event.stopPropagation(), onclick: () => threads.show(thread),
    }));
    const draft = state.pin?.frame === state.shown
      && h("span", { class: "tr-pin tr-draft", "data-x": state.pin.x, "data-y": state.pin.y });
    fill(layer, pins, draft);
    place();
  });
  stage.element.addEventListener("tl-view", place);
  return layer;
}
