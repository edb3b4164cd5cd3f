// How prompts are drawn: what was given on a frame, and what a person is about to give.

const POSITIVE = "#16a34a";
const NEGATIVE = "#dc2626";
const RADIUS = 6; // of a point, CSS pixels

/** @typedef {import("./view.js").View} View */

/**
 * A prompt of the frame. One that is not answered yet has a dashed ring or line.
 * @param {CanvasRenderingContext2D} context @param {View} view @param {{id: number|null, data: any}} prompt
 * @param {boolean} strong of the selected object
 */
export function paintPrompt(context, view, { id, data }, strong) {
  context.save();
  context.globalAlpha = strong ? 1 : 0.45;
  if (data.kind === "point") paintPoint(context, view, data, { pending: id === null });
  if (data.kind === "box") paintBox(context, view, data, id === null);
  if (data.kind === "scribble") paintScribble(context, view, data, id === null);
  context.restore();
}

/**
 * A point is a disc with + or -, so that it is read without colour.
 * @param {CanvasRenderingContext2D} context @param {View} view @param {{x: number, y: number, positive: boolean}} point
 * @param {{pending?: boolean, number?: number}} [how] `number`: which of those that are gathered
 */
export function paintPoint(context, view, { x, y, positive }, { pending = false, number = 0 } = {}) {
  const unit = 1 / view.scale;
  context.lineWidth = 1.5 * unit;
  disc(context, x, y, RADIUS * unit);
  context.fillStyle = positive ? POSITIVE : NEGATIVE;
  context.fill();
  context.strokeStyle = "#ffffff";
  context.stroke();
  paintSign(context, unit, x, y, positive);
  if (pending) {
    context.setLineDash([3 * unit, 3 * unit]);
    disc(context, x, y, (RADIUS + 4) * unit);
    context.stroke();
    context.setLineDash([]);
  }
  if (number) paintNumber(context, unit, x, y, number);
}

/** A ring around a point that the hand can take. @param {CanvasRenderingContext2D} context @param {View} view */
export function paintHandle(context, view, { x, y }) {
  const unit = 1 / view.scale;
  for (const [width, colour] of [[4, "rgb(0 0 0 / 60%)"], [2, "#ffffff"]]) {
    context.lineWidth = width * unit;
    context.strokeStyle = colour;
    disc(context, x, y, (RADIUS + 4) * unit);
    context.stroke();
  }
}

/** A stroke has the width the model is given, and its sign where it begins. */
export function paintScribble(context, view, { points, width, positive }, pending = false) {
  const unit = 1 / view.scale;
  const path = new Path2D();
  path.moveTo(...points[0]);
  for (const place of points) path.lineTo(...place); // to itself: a stroke of one place is a dot
  context.lineCap = context.lineJoin = "round";
  for (const [wider, colour] of [[2.5 * unit, "rgb(255 255 255 / 90%)"], [0, positive ? POSITIVE : NEGATIVE]]) {
    context.lineWidth = Math.max(width, 2 * unit) + wider;
    context.strokeStyle = colour;
    context.stroke(path);
  }
  context.lineCap = "butt";
  paintPoint(context, view, { x: points[0][0], y: points[0][1], positive }, { pending });
}

function paintBox(context, view, { x0, y0, x1, y1 }, pending) {
  const unit = 1 / view.scale;
  for (const [width, colour] of [[3, "rgb(0 0 0 / 45%)"], [1.5, "#ffffff"]]) {
    context.lineWidth = width * unit;
    context.strokeStyle = colour;
    context.setLineDash(pending ? [2 * unit, 3 * unit] : [5 * unit, 3 * unit]);
    context.strokeRect(x0, y0, x1 - x0, y1 - y0);
  }
}

function paintSign(context, unit, x, y, positive) {
  context.beginPath();
  context.moveTo(x - 3 * unit, y);
  context.lineTo(x + 3 * unit, y);
  if (positive) {
    context.moveTo(x, y - 3 * unit);
    context.lineTo(x, y + 3 * unit);
  }
  context.stroke();
}

function paintNumber(context, unit, x, y, number) {
  context.font = `600 ${12 * unit}px system-ui, sans-serif`;
  context.textBaseline = "middle";
  context.lineWidth = 3 * unit;
  context.strokeStyle = "rgb(0 0 0 / 75%)";
  context.fillStyle = "#ffffff";
  const place = [String(number), x + (RADIUS + 6) * unit, y - RADIUS * unit];
  context.strokeText(...place);
  context.fillText(...place);
}

function disc(context, x, y, radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
}
