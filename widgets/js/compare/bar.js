// The line over the picture while it is compared: with what, how, and how well the two agree. And the line between the two.

import { fill, h } from "../dom.js";
import { icon } from "../icons.js";
import { moment, number, t } from "../i18n.js";
import { commandButton } from "../panels/button.js";
import { NOW, OTHER } from "./difference.js";
import { showRuns } from "./runs.js";

const CURVE = { width: 150, height: 26 }; // CSS pixels

/** @param {import("../workspace.js").Workspace} workspace @returns {HTMLElement} over the stage */
export function compareBar(workspace) {
  const { store, compare } = workspace;
  const version = h("select", { class: "tw-field", "aria-label": t`Compare with`, onchange: () => compare.choose(version.value) });
  const mode = h("select", { class: "tw-field", "aria-label": t`How it is compared`,
    onchange: () => compare.set({ mode: mode.value }) },
  h("option", { value: "split" }, t`Side by side`), h("option", { value: "difference" }, t`Difference`));
  const words = h("span", { class: "tc-words", role: "status" });
  const curve = h("canvas", { class: "tc-curve", role: "img", onclick: (event) => seekCurve(workspace, curve, event) });
  const bar = h("div", { class: "tc-bar", role: "region", "aria-label": t`Compare`, hidden: true }, version, mode, words, curve,
    h("button", { type: "button", class: "tw-button", onclick: () => showRuns(workspace) }, t`Runs`),
    h("button", { type: "button", class: "tw-button tw-icon", title: t`End comparing`, "aria-label": t`End comparing`,
      onclick: () => compare.close() }, icon("close")));
  for (const event of ["pointerdown", "dblclick", "wheel", "contextmenu"]) bar.addEventListener(event, (e) => e.stopPropagation());
  let listed = null;
  store.on(["compare"], ({ compare: now }) => {
    bar.hidden = !now?.version;
    if (bar.hidden) return;
    if (listed !== now.versions) fill(version, now.versions.map((one) => h("option", { value: one.id, title: one.at && moment(one.at) }, titleOf(one))));
    listed = now.versions;
    version.value = now.version.id;
    mode.value = now.mode;
  });
  store.on(["compare", "here", "curve", "selected", "shown"], (state) => {
    if (!state.compare?.version) return;
    words.textContent = saidOf(state);
    paintCurve(curve, workspace);
  });
  window.addEventListener("tl-theme", () => paintCurve(curve, workspace));
  return bar;
}

/** "Before run 7 (compact)". @param {import("./compare.js").Version} version */
export function titleOf({ kind, of, name }) {
  if (kind === "before") return t`Before run ${of} (${name})`;
  if (kind === "run") return t`Made by run ${of} (${name})`;
  return kind === "person" ? t`Drawn by ${name}` : t`Copy: ${name}`;
}

/** How well the selected object, or all of them, agree: on this frame, and over the curve. */
function saidOf({ here, curve, selected }) {
  const rows = (all) => (selected === null ? Object.values(all).flat() : all[selected] ?? []);
  const now = rows(here);
  const all = rows(curve);
  const parts = now.length ? [t`IoU ${number(mean(now, 1), 2)} · F ${number(mean(now, 2), 2)}`] : [t`No mask on either side`];
  if (all.length) {
    const frames = new Set(all.map(([frame]) => frame)).size;
    parts.push(t`${frames} frame: ${number(mean(all, 1), 2)}|${frames} frames: ${number(mean(all, 1), 2)}`);
  }
  return parts.join(" · ");
}

const mean = (rows, at) => rows.reduce((sum, row) => sum + row[at], 0) / rows.length;

/** IoU by frame: the lowest of the objects concerned in each column of pixels. */
function paintCurve(canvas, { store, compare }) {
  const { curve, selected, shown } = store.state;
  const ratio = window.devicePixelRatio || 1;
  canvas.width = CURVE.width * ratio;
  canvas.height = CURVE.height * ratio;
  const style = getComputedStyle(canvas);
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  const { start, stop } = compare.range;
  const toX = (frame) => ((frame - start + 0.5) / (stop - start)) * CURVE.width;
  const lowest = new Map();
  for (const [frame, iou] of selected === null ? Object.values(curve).flat() : curve[selected] ?? []) {
    const column = Math.round(toX(frame));
    lowest.set(column, Math.min(iou, lowest.get(column) ?? 1));
  }
  context.fillStyle = style.getPropertyValue("--tl-accent");
  const bar = Math.max(1, CURVE.width / (stop - start) - 0.5);
  for (const [x, iou] of lowest) context.fillRect(x - bar / 2, (1 - iou) * (CURVE.height - 3), bar, 3);
  context.fillStyle = style.getPropertyValue("--tl-text");
  context.fillRect(toX(shown) - 0.5, 0, 1, CURVE.height);
  canvas.setAttribute("aria-label", t`Agreement over frames ${start} to ${stop - 1}`);
  canvas.title = t`Intersection over union by frame, 1 at the top. Click to go there.`;
}

function seekCurve({ compare, viewer, store }, canvas, event) {
  const box = canvas.getBoundingClientRect();
  const { start, stop } = compare.range;
  const frame = start + Math.floor(((event.clientX - box.left) / box.width) * (stop - start));
  viewer.step(frame - store.state.frame);
}

/** The line between the two, and what stands on each side. @param {import("../workspace.js").Workspace} workspace */
export function compareLine(workspace) {
  const { store, compare } = workspace;
  const move = (at) => compare.set({ at: Math.max(0, Math.min(1, at)) });
  const line = h("div", {
    class: "tc-line", role: "slider", tabindex: 0, "aria-label": t`Line between the two`, "aria-valuemin": 0, "aria-valuemax": 100,
    onpointerdown: (event) => {
      event.stopPropagation();
      line.setPointerCapture(event.pointerId);
      const box = workspace.stage.element.getBoundingClientRect();
      line.onpointermove = (to) => { to.stopPropagation(); move((to.clientX - box.left) / box.width); };
    },
    onpointerup: (event) => { event.stopPropagation(); line.onpointermove = null; },
    onkeydown: (event) => {
      const step = { ArrowLeft: -0.02, ArrowRight: 0.02 }[event.key];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      move(store.state.compare.at + step);
    },
  });
  const [left, right] = [h("span", { class: "tc-side" }), h("span", { class: "tc-side tc-other" })];
  const layer = h("div", { class: "tc-lines", hidden: true }, line, left, right);
  store.on(["compare"], ({ compare: now }) => {
    layer.hidden = !now?.version;
    if (layer.hidden) return;
    const isSplit = now.mode === "split";
    line.hidden = !isSplit;
    line.style.left = `${100 * now.at}%`;
    line.setAttribute("aria-valuenow", String(Math.round(100 * now.at)));
    fill(left, !isSplit && hatched(NOW, -45), isSplit ? t`Now` : t`Now only`);
    fill(right, !isSplit && hatched(OTHER, 45), isSplit ? titleOf(now.version) : t`Only in the other`);
  });
  return layer;
}

/** A swatch with the lines of one side. */
const hatched = (colour, angle) => h("i", { class: "tc-key",
  style: { background: `repeating-linear-gradient(${angle}deg, ${colour} 0 2px, #ffffff 2px 4px)` } });

/** The buttons beside how masks are drawn. @param {import("../workspace.js").Workspace} workspace */
export const compareButtons = (workspace) => ["view.onion", "compare"].map((id) => {
  const button = commandButton(workspace, id, { class: "tw-small tw-quiet" });
  workspace.store.on(["onion", "compare"], ({ onion, compare }) => {
    button.setAttribute("aria-pressed", String(id === "compare" ? compare !== null : onion > 0));
  });
  return button;
});
