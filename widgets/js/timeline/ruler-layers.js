// What the ruler shows: frames, the range, comments, and the frames a person has looked at.

import { RULER } from "./scale.js";
import { touching } from "./search.js";

/** @typedef {import("./paint.js").Paint} Paint */
/** @typedef {import("../types.js").State} State */

/** @param {Paint} paint */
export function paintTicks({ context, scale, inks }) {
  context.fillStyle = inks.dim;
  context.strokeStyle = inks.border;
  context.font = "11px system-ui, sans-serif";
  context.textBaseline = "middle";
  context.lineWidth = 1;
  context.beginPath();
  const tick = scale.tick();
  for (let frame = Math.floor(scale.start / tick) * tick; frame <= scale.start + scale.span; frame += tick) {
    const x = Math.round(scale.toX(frame)) + 0.5;
    context.moveTo(x, RULER - 8);
    context.lineTo(x, RULER);
    context.fillText(String(frame), x + 3, RULER / 2 - 2);
  }
  context.moveTo(0, RULER - 0.5);
  context.lineTo(scale.width, RULER - 0.5);
  context.stroke();
}

/** The chosen range, with a bracket at each end. @param {Paint} paint @param {State} state */
export function paintRange({ context, scale, inks }, { inPoint, outPoint }) {
  if (inPoint === null && outPoint === null) return;
  const left = scale.toX(inPoint ?? 0);
  const right = scale.toX((outPoint ?? scale.frameCount - 1) + 1);
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

/** A thin strip at the foot: frames that have been on the screen. @param {Paint} paint @param {State} state */
export function paintLooked({ context, scale, inks }, { looked, lookedBy }) {
  const ranges = looked[lookedBy];
  context.fillStyle = inks.strong;
  let drawn = -1;
  const [first, stop] = touching(ranges, scale.start, scale.start + scale.span);
  for (let i = first; i < stop; i++) {
    const left = Math.max(drawn, scale.toX(ranges[i][0]));
    const right = Math.max(scale.toX(ranges[i][0]) + 1, scale.toX(ranges[i][1]));
    if (right <= left) continue;
    context.fillRect(left, RULER - 4, right - left, 3);
    drawn = right;
  }
}

/** A triangle for each comment; hollow where it is resolved. @param {Paint} paint @param {State} state */
export function paintPins({ context, scale, inks }, { timeline }) {
  context.lineWidth = 1.5;
  for (const [frame, , resolved] of timeline.threads) {
    if (frame < scale.start - 1 || frame > scale.start + scale.span) continue;
    const x = scale.toX(frame + 0.5);
    context.beginPath();
    context.moveTo(x, RULER - 3);
    context.lineTo(x - 5, RULER - 12);
    context.lineTo(x + 5, RULER - 12);
    context.closePath();
    context.fillStyle = resolved ? inks.surface : inks.danger;
    context.strokeStyle = inks.danger;
    context.fill();
    context.stroke();
  }
}

/** A ring for each frame with candidates that wait, filled where the one is that is judged. @param {Paint} paint @param {State} state */
export function paintCandidates({ context, scale, inks }, { search }) {
  context.lineWidth = 1.5;
  context.strokeStyle = inks.accent;
  for (const frame of new Set(search?.open.map((one) => one.frame))) {
    context.fillStyle = search.current?.frame === frame ? inks.accent : inks.surface;
    context.beginPath();
    context.arc(scale.toX(frame + 0.5), RULER - 8, 4, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
  }
}
