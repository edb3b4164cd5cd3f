// Runs of masks as bars in pixels. What is narrower than a pixel shares its pixel with its neighbours, so that a video of
// any length costs no more than the width of the screen. Pure.

import { touching } from "./search.js";

/** Of the masks in one pixel, the one that needs a person most is shown. */
const URGENCY = ["tracked", "absent", "verified", "candidate", "stale"];

/** @typedef {{left: number, width: number, state: string, human: boolean}} Bar CSS pixels */

/** @type {WeakMap<any[], {key: string, bars: Bar[]}>} lane -> its bars as they were drawn last */
const kept = new WeakMap();

/**
 * The bars of a lane that are in sight.
 * @param {import("../types.js").Segment[]} segments @param {import("./scale.js").Scale} scale @returns {Bar[]}
 */
export function barsOf(segments, scale) {
  const key = `${scale.start} ${scale.step} ${scale.width}`;
  const known = kept.get(segments);
  if (known?.key === key) return known.bars;
  const bars = made(segments, scale);
  kept.set(segments, { key, bars });
  return bars;
}

function made(segments, scale) {
  const bars = [];
  const gap = scale.step > 6 ? 1 : 0; // between runs, where there is room for it
  const [first, stop] = touching(segments, scale.start, scale.start + scale.span);
  let column = -1; // the pixel that the last bar fills, where it is one pixel wide
  for (let i = first; i < stop; i++) {
    const [from, to, state, source] = segments[i];
    const left = Math.max(-2, scale.toX(from));
    const width = Math.min(scale.width + 2, scale.toX(to)) - left;
    const human = source === "human";
    if (width >= 1.5) {
      bars.push({ left, width: width - gap, state, human });
      column = -1;
      continue;
    }
    const pixel = Math.floor(left);
    const last = bars[bars.length - 1];
    if (pixel === column) {
      if (URGENCY.indexOf(state) > URGENCY.indexOf(last.state)) last.state = state;
      last.human ||= human;
    } else bars.push({ left: pixel, width: 1, state, human });
    column = pixel;
  }
  return bars;
}
