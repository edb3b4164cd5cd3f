// What holds of the selected object on some frames only, and cuts: thin marks that leave the lane's bars as they are.

import { FLAGS } from "../spans.js";

/** @typedef {import("./scale.js").Scale} Scale */

/**
 * In the lane of the selected object: occluded is a broken line on top, truncated a line between two stops under it; where an
 * attribute takes another value there is a notch at the foot.
 * @param {CanvasRenderingContext2D} context @param {Scale} scale @param {Object<string, string>} inks
 * @param {number} top of the lane @param {number} height @param {import("../types.js").Span[]} spans
 */
export function paintSpans(context, scale, inks, top, height, spans) {
  context.strokeStyle = context.fillStyle = inks.text;
  context.lineWidth = 2;
  for (const { name, start, stop } of spans) {
    const [left, right] = [scale.toX(start), scale.toX(stop)];
    if (right < 0 || left > scale.width) continue;
    if (name === FLAGS[0]) line(context, left, right, top + 2, [4, 2]);
    else if (name === FLAGS[1]) {
      line(context, left, right, top + 5, []);
      context.fillRect(left, top + 3, 1.5, 4);
      context.fillRect(Math.max(left, right - 1.5), top + 3, 1.5, 4);
    } else notch(context, left, top + height);
  }
}

function line(context, left, right, y, dash) {
  context.setLineDash(dash);
  context.beginPath();
  context.moveTo(left, y);
  context.lineTo(Math.max(left + 1.5, right), y);
  context.stroke();
  context.setLineDash([]);
}

function notch(context, x, foot) {
  context.beginPath();
  context.moveTo(x, foot - 5);
  context.lineTo(x + 4, foot);
  context.lineTo(x, foot);
  context.fill();
}

/**
 * A double stroke on the ruler and a broken line through the lanes where a shot begins.
 * @param {CanvasRenderingContext2D} context @param {Scale} scale @param {Object<string, string>} inks
 * @param {number} ruler its height @param {number} height of everything @param {number[]|null} cuts
 */
export function paintCuts(context, scale, inks, ruler, height, cuts) {
  context.fillStyle = inks.text;
  context.strokeStyle = inks.dim;
  context.lineWidth = 1;
  for (const cut of cuts || []) {
    const x = Math.round(scale.toX(cut));
    if (x < -2 || x > scale.width + 2) continue;
    context.fillRect(x - 2, ruler - 10, 1.5, 10);
    context.fillRect(x + 1, ruler - 10, 1.5, 10);
    context.setLineDash([2, 3]);
    context.beginPath();
    context.moveTo(x + 0.5, ruler);
    context.lineTo(x + 0.5, height);
    context.stroke();
  }
  context.setLineDash([]);
}
