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

/**
 * Handles at vertices. The one under the pointer is larger; an edge under it, on which a press sets one, is thicker.
 * @param {CanvasRenderingContext2D} context @param {import("../canvas/view.js").View} view
 * @param {import("./vertices.js").Vertices} vertices @param {import("./vertices.js").Spot|null} spot
 */
export function paintVertices(context, view, vertices, spot) {
  const unit = 1 / view.scale;
  context.lineWidth = 1.25 * unit;
  context.strokeStyle = "rgb(0 0 0 / 80%)";
  vertices.rings.forEach((ring, n) => ring.forEach(({ x, y }, at) => {
    const isUnder = spot?.on === "vertex" && spot.ring === n && spot.at === at;
    const half = (isUnder ? 5 : 3) * unit;
    context.fillStyle = isUnder ? "#ffd23f" : "#ffffff";
    context.beginPath();
    if (!at && !vertices.closed) context.arc(x, y, half + 2 * unit, 0, 2 * Math.PI); // pressed again, it closes
    else context.rect(x - half, y - half, 2 * half, 2 * half);
    context.fill();
    context.stroke();
  }));
  if (spot?.on === "edge") paintEdge(context, vertices, spot, unit);
}

function paintEdge(context, { rings }, { ring, at }, unit) {
  const [a, b] = [rings[ring][at], rings[ring][(at + 1) % rings[ring].length]];
  context.beginPath();
  context.moveTo(a.x, a.y);
  for (const { x, y } of [...a.after, b]) context.lineTo(x, y);
  context.lineWidth = 3 * unit;
  context.strokeStyle = "#ffd23f";
  context.stroke();
}
