// One line over the picture: which frames are this person's, until when, and the way to say that they are done.

import { fill, h } from "../dom.js";
import { t } from "../i18n.js";
import { commandButton } from "../panels/button.js";
import { dueChip } from "./due.js";
import { workAddress } from "./my-work.js";
import { rangeText } from "./words.js";

/** @param {import("../workspace.js").Workspace} workspace @param {"annotate"|"review"} mode @returns {HTMLElement} */
export function workLine(workspace, mode) {
  const { work, store } = workspace;
  work.task = mode;
  const line = h("div", { class: "tr-work", role: "region", "aria-label": t`My work`, hidden: true });
  let drawn = "";
  store.on(["work", "nextWork", "frame"], ({ frame, nextWork }) => {
    const part = work.current;
    const outside = Boolean(part) && (frame < part.start || frame >= part.stop);
    const whose = mode === "annotate" ? work.elsewhose : null;
    const wanted = JSON.stringify([part, outside, whose?.id, work.mine.length, nextWork?.id]);
    if (wanted === drawn) return; // while a video plays nothing changes here
    drawn = wanted;
    line.hidden = !part && !whose && !work.mine.length;
    fill(line, part ? openWork(workspace, part, outside, whose) : [
      work.mine.length > 0 && doneWork(workspace, nextWork), theirs(whose)]);
  });
  return line;
}

function openWork(workspace, part, outside, whose) {
  const { open } = workspace.work;
  const go = () => workspace.viewer.step(part.start - workspace.store.state.frame);
  return [
    h("strong", {}, t`Yours: ${rangeText(part)}`), dueChip(part),
    open.length > 1 && h("span", { class: "tw-dim" }, t`${open.length - 1} more part|${open.length - 1} more parts`),
    outside && h("span", { class: "tr-outside" }, t`This frame is outside them.`),
    outside && theirs(whose),
    outside && h("button", { class: "tw-button tw-quiet", onclick: go }, t`To frame ${part.start}`),
    part.note && h("span", { class: "tw-clip tw-dim", title: part.note }, part.note), h("span", { class: "tw-gap" }),
    commandButton(workspace, "work.done", { text: t`Done`, icon: "" }),
  ];
}

function doneWork(workspace, next) {
  const { work } = workspace;
  const last = work.mine[work.mine.length - 1];
  return [
    h("strong", {}, t`Your frames here are done.`),
    h("button", { class: "tw-button tw-quiet", onclick: () => work.set(last, false, t`Open again: ${rangeText(last)}`) }, t`Not yet`),
    h("span", { class: "tw-gap" }),
    next && h("a", { class: "tw-button", href: workAddress(next) }, t`Next: ${next.video}, ${rangeText(next)}`),
  ];
}

const theirs = (whose) => whose && h("span", { class: "tw-dim" }, t`${whose.person} has ${rangeText(whose)}.`);
