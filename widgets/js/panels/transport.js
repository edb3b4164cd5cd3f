// Above the timeline: step, play, where we are, track. And the run that goes on.

import { verdictLine } from "../compare/runs.js";
import { fill, h } from "../dom.js";
import { heard, t } from "../i18n.js";
import { icon } from "../icons.js";
import { chosenModel, modelOptions, trackers } from "../models.js";
import { JUMPS } from "../timeline/jump-kinds.js";
import { countStale } from "../timeline/segments.js";
import { commandButton } from "./button.js";
import { check } from "./frame.js";

/** @param {import("../workspace.js").Workspace} workspace */
export function transport(workspace) {
  const button = (id) => commandButton(workspace, id);
  return h("div", { class: "tw-transport" },
    h("div", { class: "tw-group" }, button("frame.first"), button("jump.previous"), button("frame.previous"),
      playButton(workspace), button("frame.next"),
      button("jump.next"), button("frame.last"), jumpChoice(workspace)),
    position(workspace),
    h("div", { class: "tw-group" }, button("range.in"), button("range.out"), button("cut.toggle")),
    h("span", { class: "tw-gap" }), trackGroup(workspace));
}

/** What the jump buttons and keys go to. */
function jumpChoice({ store }) {
  const select = h("select", { class: "tw-field tw-jump", "aria-label": t`Jump to`, title: t`Jump to (J, Ctrl+J)`,
    onchange: () => store.set({ jumpTo: select.value }) }, ...JUMPS.map(({ id, name }) => h("option", { value: id }, name)));
  store.on(["jumpTo"], ({ jumpTo }) => { select.value = jumpTo; });
  return select;
}

function playButton(workspace) {
  const button = commandButton(workspace, "play");
  workspace.store.on(["playing"], ({ playing }) => fill(button, icon(playing ? "pause" : "play")));
  return button;
}

/** The frame number, which can be typed, and the time. */
function position(workspace) {
  const { store, viewer } = workspace;
  const { video } = store.state;
  const number = h("input", {
    class: "tw-field tw-frame-number", inputmode: "numeric", "aria-label": t`Frame number`,
    onfocus: () => number.select(),
    onkeydown: (event) => {
      if (event.key === "Enter" && /^\d+$/.test(number.value.trim())) viewer.step(Number(number.value) - store.state.frame);
      if (["Enter", "Escape"].includes(event.key)) workspace.stage.element.focus();
    },
    onblur: () => { number.value = String(store.state.frame); },
  });
  const time = h("span", { class: "tw-time" });
  store.on(["frame"], ({ frame }) => {
    if (document.activeElement !== number) number.value = String(frame);
    time.textContent = `/ ${video.frame_count - 1} · ${clock(video.times[frame] - video.times[0])}`;
  });
  return h("div", { class: "tw-row" }, number, time);
}

/** "1:02.35" @param {number} seconds */
function clock(seconds) {
  const minutes = Math.floor(seconds / 60);
  return `${minutes}:${(seconds - 60 * minutes).toFixed(2).padStart(5, "0")}`;
}

function trackGroup(workspace) {
  const { store, objects } = workspace;
  const track = (scope) => commandButton(workspace, `track.${scope}`);
  const stale = commandButton(workspace, "track.stale", { text: t`Stale` });
  store.on(["timeline", "scopeAll", "selected", "objects"], ({ timeline }) => {
    const n = countStale(timeline, objects.inScope());
    stale.style.visibility = n ? "visible" : "hidden"; // keeps its place: nothing beside it jumps
    stale.lastChild.textContent = t`${n} stale`;
  });
  const across = track("acrossCuts");
  store.on(["video", "acrossCuts"], ({ video, acrossCuts }) => {
    across.hidden = !video.cuts?.length;
    across.setAttribute("aria-pressed", String(acrossCuts));
  });
  return h("div", { class: "tw-group" }, modelChoice(workspace),
    check(workspace, "scopeAll", t`All objects`, t`Track and verify all objects, not only the selected one (A)`),
    check(workspace, "follow", t`Follow`, t`Show each frame as it is tracked (W)`), stale, across,
    track("backward"), track("one_backward"), track("one_forward"), track("to_barrier"),
    commandButton(workspace, "track.forward", { text: t`Track`, class: "tw-primary" }));
}

/** Which model answers. */
function modelChoice({ store }) {
  const select = h("select", { class: "tw-field tw-model", "aria-label": t`Model`,
    onchange: () => store.set({ model: select.value }) });
  fill(select, modelOptions(trackers(store.state)));
  store.on(["model"], (state) => {
    select.value = state.model;
    select.title = t`Model that answers: ${heard(chosenModel(state).title)}`;
  });
  return select;
}

/**
 * The run that goes on, or the one that stopped before its end.
 * @param {import("../workspace.js").Workspace} workspace
 */
export function runLine(workspace) {
  const { store, runs } = workspace;
  // Made once: a button replaced between press and release would swallow the click that cancels.
  const going = goingLine(workspace);
  const stopped = stoppedLine(workspace);
  store.on(["runs"], () => {
    const { current, unfinished } = runs;
    going.element.hidden = !current;
    stopped.element.hidden = Boolean(current) || !unfinished;
    if (current) going.update(current);
    else if (unfinished) stopped.update(unfinished);
  });
  return h("div", { role: "status" }, going.element, stopped.element, verdictLine(workspace));
}

function goingLine(workspace) {
  const bar = h("div", {});
  const progress = h("div", {
    class: "tw-progress", role: "progressbar", "aria-valuemin": 0, "aria-valuemax": 100, "aria-label": t`Tracking`,
  }, bar);
  const words = h("span", { class: "tw-digits" });
  const cancel = commandButton(workspace, "track.cancel", { text: t`Cancel` });
  const element = h("div", { class: "tw-run" }, progress, words, cancel);
  const update = ({ status, total, done, seconds_left: seconds }) => {
    const percent = total ? Math.round((100 * done) / total) : 0;
    bar.style.width = `${percent}%`;
    progress.setAttribute("aria-valuenow", String(percent));
    const left = seconds && t`${Math.ceil(seconds)} s left`;
    words.textContent = status === "queued" ? t`Waiting` : [`${done}/${total}`, left].filter(Boolean).join(" · ");
  };
  return { element, update };
}

function stoppedLine(workspace) {
  const { runs } = workspace;
  const words = h("span", { class: "tw-digits" });
  const element = h("div", { class: "tw-run" }, words,
    h("button", { type: "button", class: "tw-button", onclick: () => runs.resume(runs.unfinished) }, t`Resume`),
    h("button", {
      type: "button", class: "tw-button tw-icon", title: t`Dismiss`, "aria-label": t`Dismiss`,
      onclick: () => runs.dismiss(runs.unfinished),
    }, icon("close")));
  const update = ({ status, done, total, message }) => {
    const how = { interrupted: t`Interrupted`, failed: t`Failed`, cancelled: t`Cancelled` }[status];
    words.textContent = t`${how} at ${done}/${total}`;
    words.title = heard(message);
  };
  return { element, update };
}
