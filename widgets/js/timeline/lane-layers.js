// What a lane shows. Every state has a shape of its own, so that none is told by colour alone.

import { barsOf } from "./bars.js";
import { LANE } from "./scale.js";
import { firstWhere, touching } from "./search.js";
import { segmentAt } from "./segments.js";

/** @typedef {import("./paint.js").Paint} Paint */
/** @typedef {import("./paint.js").Lane} Lane */

const ROOM = 7; // CSS pixels from mark to mark: nearer ones would hide each other, so the first stands for them

/**
 * tracked: a bar; verified: a taller bar with a line under it; stale: hatched; absent: a hollow line; candidate: dots.
 * @param {Paint} paint @param {Lane} lane
 */
export function paintBars({ context, scale, inks }, { segments, top, object }) {
  const middle = top + LANE / 2;
  for (const { left, width, state } of barsOf(segments, scale)) {
    if (state === "tracked") fill(context, object.colour, left, middle - 4, width, 8);
    else if (state === "verified") {
      fill(context, object.colour, left, middle - 6, width, 12);
      fill(context, inks.ok, left, middle + 7, width, 2.5);
    } else if (state === "stale") {
      fill(context, inks.hatch, left, middle - 5, width, 10);
      frame(context, inks.warn, left, middle - 5, width, 10);
    } else if (state === "absent") frame(context, inks.dim, left, middle - 3, width, 6);
    else dots(context, inks.dots(object.colour), left, middle, width);
  }
}

function fill(context, ink, left, top, width, height) {
  context.fillStyle = ink;
  context.fillRect(left, top, width, height);
}

/** The outline of a bar, as fills: a stroke costs several times as much. */
function frame(context, ink, left, top, width, height) {
  context.fillStyle = ink;
  context.fillRect(left, top, width, 1);
  context.fillRect(left, top + height - 1, width, 1);
  if (width < 3) return;
  context.fillRect(left, top, 1, height);
  context.fillRect(left + width - 1, top, 1, height);
}

/** A dotted outline. */
function dots(context, ink, left, middle, width) {
  context.fillStyle = ink;
  context.fillRect(left, middle - 5, width, 1.5);
  context.fillRect(left, middle + 3.5, width, 1.5);
  if (width < 3) return;
  context.fillRect(left, middle - 5, 1, 10);
  context.fillRect(left + width - 1, middle - 5, 1, 10);
}

/** Dots at the foot where the score is low. @param {Paint} paint @param {Lane} lane */
export function paintLow({ context, scale, inks }, { low, top }) {
  context.fillStyle = inks.dots(inks.danger);
  let drawn = -1; // where the line has come to: ranges in one pixel are one
  const [first, stop] = touching(low, scale.start, scale.start + scale.span);
  for (let i = first; i < stop; i++) {
    const left = Math.max(drawn, scale.toX(low[i][0]));
    const right = Math.max(scale.toX(low[i][0]) + 2, scale.toX(low[i][1]));
    if (right <= left) continue;
    context.fillRect(left, top + LANE - 4, right - left, 2);
    drawn = right;
  }
}

/** A diamond where a person made the mask, a dot where there is a prompt. @param {Paint} paint @param {Lane} lane */
export function paintMarks(paint, { segments, prompts, top }) {
  const { context, scale, inks } = paint;
  const middle = top + LANE / 2;
  context.fillStyle = inks.surface;
  context.strokeStyle = inks.text;
  context.lineWidth = 1.5;
  const end = scale.start + scale.span + 1;
  let last = -Infinity;
  for (let i = firstWhere(prompts, (frame) => frame >= scale.start - 1); i < prompts.length && prompts[i] < end; i++) {
    const x = scale.toX(prompts[i] + 0.5);
    if (x < last + ROOM || segmentAt(segments, prompts[i])?.[3] === "human") continue;
    circle(context, x, middle);
    last = x;
  }
  last = -Infinity;
  for (const x of humanPlaces(segments, scale)) {
    if (x < last + ROOM) continue;
    diamond(context, x, middle);
    last = x;
  }
}

/** Every frame a person made; where frames are too narrow, both ends of each run. */
function* humanPlaces(segments, scale) {
  const each = scale.step >= ROOM;
  const [first, stop] = touching(segments, scale.start - 1, scale.start + scale.span + 1);
  for (let i = first; i < stop; i++) {
    const [from, to, , source] = segments[i];
    if (source !== "human") continue;
    const start = each ? Math.max(from, Math.floor(scale.start)) : from;
    const end = each ? Math.min(to, Math.ceil(scale.start + scale.span)) : to;
    for (let frame = start; frame < end; frame += each ? 1 : Math.max(1, to - 1 - from)) yield scale.toX(frame + 0.5);
  }
}

function diamond(context, x, y, size = 5) {
  context.beginPath();
  context.moveTo(x, y - size);
  context.lineTo(x + size, y);
  context.lineTo(x, y + size);
  context.lineTo(x - size, y);
  context.closePath();
  context.fill();
  context.stroke();
}

function circle(context, x, y) {
  context.beginPath();
  context.arc(x, y, 3.5, 0, 2 * Math.PI);
  context.fill();
  context.stroke();
}
