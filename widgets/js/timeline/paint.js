// What everything drawn on the timeline shares: the colours of the theme, and the list of layers.

import { paintBars, paintLow, paintMarks } from "./lane-layers.js";
import { paintCandidates, paintLooked, paintPins, paintRange, paintTicks } from "./ruler-layers.js";
import { RULER } from "./scale.js";

/** @typedef {Object<string, string> & {hatch: CanvasPattern, dots: (colour: string) => CanvasPattern}} Inks */
/** @typedef {{context: CanvasRenderingContext2D, scale: import("./scale.js").Scale, inks: Inks, height: number}} Paint */
/**
 * One lane, its top at `top`: what its layers are drawn from. `dim`: hidden on the picture.
 * @typedef {{object: import("../types.js").VideoObject, top: number, segments: import("../types.js").Segment[],
 *   low: [number, number][], prompts: number[], dim: boolean}} Lane
 */

/** Drawn one over the other. A new kind of mark is a function in a file of its own and a name here. */
/** @type {((paint: Paint, state: import("../types.js").State) => void)[]} */
const RULER_LAYERS = [paintRange, paintTicks, paintLooked, paintPins, paintCandidates];
/** @type {((paint: Paint, lane: Lane) => void)[]} */
const LANE_LAYERS = [paintBars, paintLow, paintMarks];

/** The colours of the theme, read anew after it changed. @param {HTMLElement} element @param {number} ratio device pixels a CSS pixel @returns {Inks} */
export function inksOf(element, ratio) {
  const style = getComputedStyle(element);
  const ink = (name) => style.getPropertyValue(`--tl-${name}`).trim();
  return { text: ink("text"), dim: ink("text-dim"), border: ink("border"), strong: ink("border-strong"), accent: ink("accent"),
    surface: ink("surface"), soft: ink("surface-2"), ok: ink("ok"), warn: ink("warn"), danger: ink("danger"),
    hatch: hatched(ink("warn"), ratio), dots: dotsOf(ratio) };
}

/** Slanted lines. A pattern costs one fill a bar, however long; lines would cost one stroke each six pixels. */
const hatched = (colour, ratio) => tiled(6, ratio, (context) => {
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  for (const shift of [-6, 0, 6]) { // the neighbours' ends, so that lines join across tiles
    context.moveTo(shift - 1, 7);
    context.lineTo(shift + 7, -1);
  }
  context.stroke();
});

/** Dots in a colour, a pattern of each colour made once. @returns {(colour: string) => CanvasPattern} */
function dotsOf(ratio) {
  const made = new Map();
  return (colour) => {
    if (!made.has(colour)) made.set(colour, tiled(4, ratio, (context) => {
      context.fillStyle = colour;
      context.fillRect(0, 0, 2, 4);
    }));
    return made.get(colour);
  };
}

/** A pattern of tiles. @param {number} side CSS pixels @param {(context: OffscreenCanvasRenderingContext2D) => void} draw */
function tiled(side, ratio, draw) {
  const size = Math.round(side * ratio);
  const tile = new OffscreenCanvas(size, size);
  const context = tile.getContext("2d");
  context.scale(size / side, size / side);
  draw(context);
  const pattern = context.createPattern(tile, "repeat");
  pattern.setTransform(new DOMMatrix().scale(side / size));
  return pattern;
}

/** @param {Paint} paint @param {import("../types.js").State} state */
export function paintRuler(paint, state) {
  const { context, scale, inks } = paint;
  context.fillStyle = inks.surface;
  context.fillRect(0, 0, scale.width, RULER);
  for (const layer of RULER_LAYERS) layer(paint, state);
}

/** @param {Paint} paint @param {Lane} lane */
export function paintLane(paint, lane) {
  const { context } = paint;
  context.globalAlpha = lane.dim ? 0.35 : 1;
  for (const layer of LANE_LAYERS) layer(paint, lane);
  context.globalAlpha = 1;
}

/** Where the person is; on a canvas of its own, so that a step from frame to frame draws nothing else. @param {Paint} paint */
export function paintCursor({ context, scale, inks, height }, frame) {
  const left = scale.toX(frame);
  const width = Math.max(2, scale.step);
  context.globalAlpha = 0.16;
  context.fillStyle = inks.accent;
  context.fillRect(left, 0, width, height);
  context.globalAlpha = 1;
  context.fillRect(left, 0, 2, height);
  context.beginPath();
  context.moveTo(left - 4, 0);
  context.lineTo(left + 6, 0);
  context.lineTo(left + 1, 7);
  context.fill();
}
