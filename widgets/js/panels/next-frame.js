// The few frames that are worth a look, with the reasons; shown once it was asked for.

import { fill, h } from "../dom.js";
import { t } from "../i18n.js";
import { icon } from "../icons.js";
import { keyOf, whyLook } from "../next-frame.js";

/** @param {import("../workspace.js").Workspace} workspace */
export function nextFrameList(workspace) {
  const { nextFrame, store } = workspace;
  const list = h("ol", { class: "tw-next", "aria-label": t`Where to look next` });
  const close = h("button", { type: "button", class: "tw-button tw-icon", title: t`Close the list`, "aria-label": t`Close the list`,
    onclick: () => { nextFrame.close(); workspace.stage.element.focus(); } }, icon("close"));
  const box = h("div", { class: "tw-next-box" },
    h("div", { class: "tw-panel-head" }, h("h2", {}, t`Where to look next`), h("span", { class: "tw-gap" }), close), list);
  let drawn = "";
  store.on(["next", "lookedAt", "timeline", "objects"], ({ next, lookedAt, objects }) => {
    const { left } = nextFrame;
    box.hidden = next === null;
    const wanted = [next === null, lookedAt, ...left.map((one) => `${keyOf(one)} ${one.reasons} ${objects.get(one.object_id).name}`)].join();
    if (wanted === drawn) return; // a row replaced between press and release would swallow the click
    drawn = wanted;
    fill(list, left.map((one) => row(nextFrame, one, objects.get(one.object_id), keyOf(one) === lookedAt)),
      !left.length && h("li", { class: "tw-dim" }, t`Every mask is verified or made by a person.`));
    box.scrollIntoView({ block: "nearest" });
  });
  return box;
}

function row(nextFrame, one, object, isOn) {
  return h("li", {}, h("button", { type: "button", class: isOn ? "tw-on" : "", "aria-current": isOn && "true",
    title: whyLook(one), onclick: () => nextFrame.show(one) },
    h("span", { class: "tw-dot", style: { background: object.colour } }), h("span", { class: "tw-digits" }, `${one.frame}`),
    h("span", { class: "tw-clip" }, object.name), h("span", { class: "tw-clip tw-dim" }, whyLook(one))));
}
