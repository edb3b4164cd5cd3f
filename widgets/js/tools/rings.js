// Rings of vertices in the hand: how they are drawn on the picture, and how they become pixels.

import { t } from "../i18n.js";
import { HandEdit } from "./bitmap.js";

/** @typedef {import("./raster.js").Place} Place */

/**
 * Add the inside of rings to the mask of the selected object, or of a new one; a negative takes it away.
 * @param {import("../workspace.js").Workspace} workspace @param {number} frame @param {Place[][]} rings
 * @param {boolean} negative
 */
export async function drawRings(workspace, frame, rings, negative) {
  const { edits, objects, toast } = workspace;
  const closed = rings.filter((ring) => ring.length > 2);
  if (!closed.length || !edits.drawable(frame)) return;
  if (negative && !objects.selected) {
    toast.warn(t`There is no mask to cut from.`, t`Select an object first.`);
    return;
  }
  const edit = new HandEdit(workspace, frame);
  edit.bitmap.fill(closed, negative ? 0 : 1);
  await edit.send();
}

/**
 * @param {CanvasRenderingContext2D} context @param {import("../canvas/view.js").View} view @param {Place[]} ring
 * @param {{closed: boolean, negative?: boolean}} options negative: dashed, so that a cut is known without colour
 */
export function strokeRing(context, view, ring, { closed, negative = false }) {
  const unit = 1 / view.scale;
  context.beginPath();
  ring.forEach(({ x, y }, i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
  if (closed) context.closePath();
  context.setLineDash(negative ? [6 * unit, 4 * unit] : []);
  for (const [width, colour] of [[3.5, "rgb(0 0 0 / 60%)"], [1.5, negative ? "#ff8080" : "#ffffff"]]) {
    context.lineWidth = width * unit;
    context.strokeStyle = colour;
    context.stroke();
  }
  context.setLineDash([]);
}
