// Draws lanes. Every state has a shape of its own, so that none is told by colour alone.

import { segmentAt } from "./segments.js";

export const RULER = 22; // CSS pixels
export const LANE = 24;

/** @typedef {import("./scale.js").Scale} Scale */
/** @typedef {Object<string, string>} Inks */

/** The colours of the theme, read anew after it changed. @param {HTMLElement} element @returns {Inks} */
export function inksOf(element) {
  const style = getComputedStyle(element);
  const ink = (name) => style.getPropertyValue(`--tl-${name}`).trim();
  return { text: ink("text"), dim: ink("text-dim"), border: ink("border"), accent: ink("accent"),
    surface: ink("surface"), soft: ink("surface-2"), ok: ink("ok"), warn: ink("warn"), danger: ink("danger") };
}

/**
 * @param {CanvasRenderingContext2D} context @param {Scale} scale @param {Inks} inks
 * @param {import("../types.js").State} state
 */
export function paintRuler(context, scale, inks, state) {
  context.fillStyle = inks.surface;
  context.fillRect(0, 0, scale.width, RULER);
  const { inPoint, outPoint, timeline } = state;
  if (inPoint !== null || outPoint !== null) {
    paintRange(context, scale, inks, inPoint ?? 0, outPoint ?? scale.frameCount - 1);
  }
  context.fillStyle = inks.dim;
  context.strokeStyle = inks.border;
  context.font = "11px system-ui, sans-serif";
  context.textBaseline = "middle";
  context.lineWidth = 1;
  context.beginPath();
  const tick = scale.tick();
  for (let frame = Math.floor(scale.start / tick) * tick; frame <= scale.start + scale.span; frame += tick) {
    const x = Math.round(scale.toX(frame)) + 0.5;
    context.moveTo(x, RULER - 6);
    context.lineTo(x, RULER);
    context.fillText(String(frame), x + 3, RULER / 2 - 1);
  }
  context.moveTo(0, RULER - 0.5);
  context.lineTo(scale.width, RULER - 0.5);
  context.stroke();
  for (const [frame, , resolved] of timeline.threads) {
    paintPin(context, scale.toX(frame + 0.5), resolved ? inks.dim : inks.danger);
  }
}

function paintRange(context, scale, inks, first, last) {
  const left = scale.toX(first);
  const right = scale.toX(last + 1);
  context.globalAlpha = 0.18;
  context.fillStyle = inks.accent;
  context.fillRect(left, 0, right - left, RULER);
  context.globalAlpha = 1;
  context.strokeStyle = inks.accent;
  context.lineWidth = 2;
  context.beginPath();
  for (const [x, inward] of [[left + 1, 5], [right - 1, -5]]) {
    context.moveTo(x + inward, 2);
    context.lineTo(x, 2);
    context.lineTo(x, RULER - 2);
    context.lineTo(x + inward, RULER - 2);
  }
  context.stroke();
}

function paintPin(context, x, colour) {
  context.fillStyle = colour;
  context.beginPath();
  context.moveTo(x, RULER - 1);
  context.lineTo(x - 4, RULER - 9);
  context.lineTo(x + 4, RULER - 9);
  context.fill();
}

/**
 * One lane, its top at `top`.
 * @param {CanvasRenderingContext2D} context @param {Scale} scale @param {Inks} inks @param {number} top
 * @param {{segments: any[], low: [number, number][], prompts: number[], colour: string, dim: boolean}} lane
 */
export function paintLane(context, scale, inks, top, { segments, low, prompts, colour, dim }) {
  context.globalAlpha = dim ? 0.35 : 1;
  const middle = top + LANE / 2;
  const end = scale.start + scale.span;
  for (const [start, stop, state, source] of segments) {
    if (stop <= scale.start || start >= end) continue;
    const left = Math.max(-2, scale.toX(start));
    const width = Math.max(1.5, Math.min(scale.width + 2, scale.toX(stop)) - left - (scale.step > 6 ? 1 : 0));
    paintSegment(context, inks, colour, state, left, width, middle);
    if (source === "human") paintHuman(context, scale, inks, start, stop, middle);
  }
  context.fillStyle = inks.danger;
  for (const [start, stop] of low) {
    const width = Math.max(2, (stop - start) * scale.step);
    if (stop > scale.start && start < end) context.fillRect(scale.toX(start), top + LANE - 4, width, 2);
  }
  for (const frame of prompts) {
    if (frame < scale.start - 1 || frame > end || segmentAt(segments, frame)?.[3] === "human") continue;
    paintPrompt(context, inks, scale.toX(frame + 0.5), middle);
  }
  context.globalAlpha = 1;
}

/**
 * tracked: a bar; verified: a taller bar with a line under it; stale: hatched; absent: a hollow line; candidate: dots.
 */
function paintSegment(context, inks, colour, state, left, width, middle) {
  const bar = (height) => context.fillRect(left, middle - height / 2, width, height);
  context.fillStyle = colour;
  context.strokeStyle = colour;
  context.lineWidth = 1;
  if (state === "verified") {
    bar(12);
    context.fillStyle = inks.ok;
    context.fillRect(left, middle + 7, width, 2.5);
  } else if (state === "stale") {
    hatch(context, left, width, middle, inks.warn);
  } else if (state === "absent") {
    context.strokeStyle = inks.dim;
    context.strokeRect(left + 0.5, middle - 2.5, Math.max(1, width - 1), 5);
  } else if (state === "candidate") {
    context.setLineDash([2, 3]);
    context.strokeRect(left + 0.5, middle - 4.5, Math.max(1, width - 1), 9);
    context.setLineDash([]);
  } else bar(8);
}

function hatch(context, left, width, middle, colour) {
  context.save();
  context.beginPath();
  context.rect(left, middle - 5, width, 10);
  context.clip();
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.strokeRect(left + 0.5, middle - 4.5, width - 1, 9);
  context.beginPath();
  for (let x = left - 10 - (left % 6); x < left + width + 10; x += 6) {
    context.moveTo(x, middle + 5);
    context.lineTo(x + 10, middle - 5);
  }
  context.stroke();
  context.restore();
}

/** A diamond for every frame a person made; where frames are too narrow, one at each end. */
function paintHuman(context, scale, inks, start, stop, middle) {
  const every = scale.step >= 9 ? 1 : Math.max(1, stop - 1 - start);
  const last = Math.min(stop, Math.ceil(scale.start + scale.span) + 1);
  const skipped = Math.max(0, Math.floor((scale.start - start) / every));
  for (let frame = start + skipped * every; frame < last; frame += every) {
    diamond(context, inks, scale.toX(frame + 0.5), middle, 5);
  }
}

function diamond(context, inks, x, y, size) {
  context.beginPath();
  context.moveTo(x, y - size);
  context.lineTo(x + size, y);
  context.lineTo(x, y + size);
  context.lineTo(x - size, y);
  context.closePath();
  context.fillStyle = inks.surface;
  context.fill();
  context.strokeStyle = inks.text;
  context.lineWidth = 1.5;
  context.stroke();
}

function paintPrompt(context, inks, x, y) {
  context.beginPath();
  context.arc(x, y, 3.5, 0, 2 * Math.PI);
  context.fillStyle = inks.surface;
  context.fill();
  context.strokeStyle = inks.text;
  context.lineWidth = 1.5;
  context.stroke();
}

/** Where the person is. @param {CanvasRenderingContext2D} context @param {Scale} scale @param {Inks} inks */
export function paintCursor(context, scale, inks, frame, height) {
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
