// What the reviewers changed of the masks that were handed in: for the annotator, once the video comes back.

import { fill, h } from "../dom.js";
import { t } from "../i18n.js";
import { rangeText } from "../work/words.js";

const KINDS = { added: t`added`, changed: t`changed`, removed: t`removed` };

/** @param {import("../workspace.js").Workspace} workspace */
export function correctionsPanel(workspace) {
  const { store } = workspace;
  const title = h("h2", {});
  const list = h("ul", { class: "tr-list" });
  const panel = h("section", { class: "tw-panel", "aria-label": t`Changed in review` },
    h("div", { class: "tw-panel-head" }, title), list);
  store.on(["work", "objects"], ({ work, objects }) => {
    const all = work?.corrections ?? [];
    panel.hidden = !all.length;
    const frames = all.reduce((sum, { start, stop }) => sum + stop - start, 0);
    title.textContent = t`Changed in review · ${frames} mask|Changed in review · ${frames} masks`;
    fill(list, all.map((one) => row(workspace, one, objects.get(one.object_id))));
  });
  return panel;
}

function row({ viewer, objects, store }, one, object) {
  return h("li", {}, h("button", { class: "tr-doubt", onclick: () => {
    if (object) objects.select(object.id);
    viewer.step(one.start - store.state.frame);
  } },
  h("span", { class: "tr-where" }, h("span", { class: "tw-dot", style: { background: object?.colour ?? "" } }),
    rangeText(one), h("span", { class: "tw-clip tw-dim" }, object?.name ?? t`a deleted object`), h("span", { class: "tw-gap" }),
    h("span", { class: "tw-dim" }, t`${KINDS[one.kind]} by ${one.person}`))));
}
