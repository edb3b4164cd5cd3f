// Draws the layers of the canvas: the picture, over it the masks, over them prompts and what the tool has in hand. The hand's
// layer changes with every move of the pointer, and costs nothing that grows with the number of masks.

import { YES, valueAt } from "../spans.js";
import { artOf } from "./art.js";
import { paintPrompt } from "./prompts.js";

const STALE = [6, 4]; // CSS pixels of an outline, drawn and left out
const OCCLUDED = [10, 4, 2, 4];

/** @typedef {import("./view.js").View} View */

/** @param {CanvasRenderingContext2D} context @param {View} view @param {number} ratio device pixels a CSS pixel */
function enterPicture(context, view, ratio) {
  context.setTransform(view.scale * ratio, 0, 0, view.scale * ratio, view.x * ratio, view.y * ratio);
}

/** @param {CanvasRenderingContext2D} context */
export function clear(context) {
  context.setTransform(1, 0, 0, 1, 0, 0);
  if (context.hasInk) context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  context.hasInk = false;
}

/**
 * The picture layer.
 * @param {CanvasRenderingContext2D} context @param {View} view @param {number} ratio @param {ImageBitmap|null} bitmap
 */
export function paintPicture(context, view, ratio, bitmap) {
  clear(context);
  if (!bitmap) return;
  enterPicture(context, view, ratio);
  context.imageSmoothingEnabled = view.scale < 2; // single pixels stay single pixels when zoomed in
  context.drawImage(bitmap, 0, 0, view.picture.width, view.picture.height);
}

/**
 * The layer of the masks.
 * @param {CanvasRenderingContext2D} context @param {View} view @param {number} ratio
 * @param {{masks: {id: number, shape: any, entry: any}[], objects: Map<number, any>, state: any,
 *   compare: import("../compare/compare.js").Compare, onion: import("../compare/onion.js").Onion}} scene
 */
export function paintMasks(context, view, ratio, { masks, objects, state, compare, onion }) {
  clear(context);
  enterPicture(context, view, ratio);
  context.imageSmoothingEnabled = false;
  const paint = (shown, known) => paintEach(context, view, shown, known, state);
  if (compare.masks) compare.paint(context, view, paint);
  else paint(masks, objects);
  onion.paint(context, view);
}

/**
 * The masks while frames follow each other fast, over the picture and on its layer: a layer of their own is slower to show.
 * @param {CanvasRenderingContext2D} context as `paintPicture` leaves it
 * @param {{draft: import("./draft.js").Draft, known: {id: number, entry: any}[], state: any}} scene
 */
export function paintDraft(context, { draft, known, state }) {
  const area = ({ entry: { local, item } }) => (local ?? item).area;
  const largestFirst = [...known].sort((a, b) => area(b) - area(a)); // one inside another stays in sight
  const masks = inOrder(largestFirst, state.objects, state).map(({ id, entry }) => ({
    entry, colour: state.objects.get(id).colour, opacity: opacityOf(id, state),
  }));
  draft.paint(context, masks, state.outlines);
}

/** Those that are shown, the selected object's last. */
function inOrder(masks, objects, { hidden, selected }) {
  return masks.filter(({ id }) => objects.has(id) && !hidden.has(id))
    .sort((a, b) => Number(a.id === selected) - Number(b.id === selected));
}

const opacityOf = (id, { opacity, selected, hovered }) => opacity * (id === selected ? 1 : 0.7) + (id === hovered ? 0.12 : 0);

/** Fills and outlines. */
function paintEach(context, view, masks, objects, state) {
  for (const { id, shape, entry } of inOrder(masks, objects, state)) {
    const object = objects.get(id);
    paintMask(context, view, artOf(entry, shape, object.colour), shape, {
      opacity: opacityOf(id, state),
      strong: id === state.selected || id === state.hovered, outlines: state.outlines,
      stale: entry.item?.state === "stale" && !entry.local,
      occluded: valueAt(object.spans, "occluded", state.shown) === YES,
    });
  }
}

/**
 * The layer of the hand.
 * @param {CanvasRenderingContext2D} context @param {View} view @param {number} ratio
 * @param {{strokes: Iterable<import("../tools/bitmap.js").HandEdit>, state: any, tool: any}} scene
 */
export function paintHand(context, view, ratio, { strokes, state, tool }) {
  clear(context);
  enterPicture(context, view, ratio);
  context.imageSmoothingEnabled = false;
  context.globalAlpha = state.opacity;
  for (const { frame, bitmap } of strokes) if (frame === state.shown) bitmap.paint(context);
  context.globalAlpha = 1;
  for (const prompt of state.prompts) {
    if (!state.hidden.has(prompt.object_id)) paintPrompt(context, view, prompt, prompt.object_id === state.selected);
  }
  context.globalAlpha = 1;
  tool?.paint?.(context, view);
}

function paintMask(context, view, art, shape, { opacity, strong, outlines, stale, occluded }) {
  context.globalAlpha = Math.min(1, opacity);
  context.drawImage(art.fill, shape.x, shape.y);
  if (!outlines && !strong) return;
  context.globalAlpha = 1;
  context.setLineDash((occluded ? OCCLUDED : stale ? STALE : []).map((length) => length / view.scale));
  if (strong) { // a dark line under the coloured one: seen on any background
    context.lineWidth = 4 / view.scale;
    context.strokeStyle = "rgb(0 0 0 / 55%)";
    context.stroke(art.outline);
  }
  context.lineWidth = (strong ? 2 : 1.25) / view.scale;
  context.strokeStyle = art.colour;
  context.stroke(art.outline);
  context.setLineDash([]);
}
