// Candidates: a badge on each, over the picture, and under it the line that says which one is judged and how.

import { fill, h } from "../dom.js";
import { heard, number, t } from "../i18n.js";
import { commandButton } from "./button.js";

/** @typedef {import("../types.js").Candidate} Candidate */

/** The badges. @param {import("../workspace.js").Workspace} workspace @returns {HTMLElement} a layer for the stage */
export function candidateLayer(workspace) {
  const { store, stage } = workspace;
  const layer = h("div", { class: "tw-candidates", "aria-hidden": "true" }); // the line under the picture says it in words
  const place = () => {
    for (const badge of layer.children) {
      const at = stage.view.toScreen(Number(badge.dataset.x), Number(badge.dataset.y));
      Object.assign(badge.style, { left: `${at.x}px`, top: `${at.y}px` });
    }
  };
  store.on(["search", "shown"], ({ search, shown, objects }) => {
    const here = (search?.open ?? []).filter((one) => one.frame === shown);
    fill(layer, here.map((one) => h("span", {
      class: `tw-candidate${one === search.current ? " tw-on" : ""}`, "data-x": one.anchor.x, "data-y": one.anchor.y,
    }, h("strong", {}, one.number), h("span", {}, one.objectId === null ? one.category : objects.get(one.objectId)?.name),
    number(one.score, 2))));
    place();
  });
  stage.element.addEventListener("tl-view", place);
  return layer;
}

/** The line, in place of the hint of the tool. @param {import("../workspace.js").Workspace} workspace */
export function candidateLine(workspace) {
  const { store, stage } = workspace;
  const title = h("strong", {});
  const words = h("span", { class: "tw-clip" });
  const button = (id, text, style = "") => commandButton(workspace, id, { text, class: style });
  const judge = h("div", { class: "tw-row" }, button("tool.finish", t`Accept`, "tw-primary"), button("tool.back", t`Reject`),
    button("candidate.all", t`Accept all`), commandButton(workspace, "tool.find", { text: t`Next`, icon: "" }));
  const label = h("button", { type: "button", class: "tw-button",
    onclick: () => workspace.objects.makeLabel(store.state.search.current.category) });
  const line = h("div", { class: "tw-row tw-search", hidden: true, onclick: () => stage.element.focus() },
    h("div", { class: "tw-row tw-words-clip", role: "status" }, title, words), label, judge,
    button("tool.cancel", t`Leave`));
  store.on(["search", "labelId", "objects", "video"], (state) => {
    const { search } = state;
    line.hidden = !search;
    if (!search) return;
    judge.hidden = search.looking;
    title.textContent = search.looking ? t`Looking for objects on frame ${search.frame}` : titleOf(search);
    const unknown = unnamed(workspace, search.current);
    label.hidden = !unknown || state.video.role !== "owner";
    label.textContent = unknown && t`Make the label ${unknown}`;
    words.textContent = search.looking ? heard(search.model.title) : meaning(workspace, search.current);
  });
  return line;
}

function titleOf({ open, current, sent, spread }) {
  if (!current) return t`Saving ${sent.length} mask|Saving ${sent.length} masks`;
  const score = number(current.score, 2);
  return spread ? t`Candidate ${current.number} on frame ${current.frame} · score ${score} · ${open.length} left`
    : t`Candidate ${current.number} · score ${score} · ${open.length} left`;
}

/** The category of a candidate that is no label yet. @param {Candidate|null} candidate @returns {string|null} */
function unnamed({ objects }, candidate) {
  if (!candidate?.category || candidate.objectId !== null) return null;
  return objects.labelNamed(candidate.category) ? null : candidate.category;
}

/** What accepting it makes. @param {Candidate|null} candidate */
function meaning(workspace, candidate) {
  const { objects, video, labelId } = workspace.store.state;
  if (!candidate) return "";
  if (candidate.objectId !== null) {
    const name = objects.get(candidate.objectId)?.name || t`an object`;
    return t`${name}, found again`;
  }
  const unknown = unnamed(workspace, candidate);
  const label = workspace.objects.labelNamed(candidate.category) || video.labels.find((one) => one.id === labelId);
  if (!label) return t`no label yet`;
  return unknown ? t`${unknown} is no label: a new ${label.name}` : t`a new ${label.name}`;
}
