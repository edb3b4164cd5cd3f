// Where "Jump to" goes: the next or previous frame of a kind. Pure.

import { firstWhere, inside } from "./search.js";

/** @typedef {import("../types.js").State} State */
/** @typedef {1|-1} Direction */

/**
 * A kind of place to go to.
 * @typedef {{id: string, name: string, find: (state: State, ids: number[], frame: number, direction: Direction) => number|null}} Jump
 *   `find`: the nearest such frame beyond `frame`, of these objects where it is a matter of objects; null: there is none
 */

/**
 * The nearest of sorted frames beyond a frame, of several lists.
 * @param {ArrayLike<any>[]} lists @param {number} frame @param {Direction} direction
 * @param {(item: any) => number} [frameOf] @returns {number|null}
 */
export function nearest(lists, frame, direction, frameOf = (item) => item) {
  let best = null;
  for (const list of lists) {
    const n = direction > 0 ? firstWhere(list, (item) => frameOf(item) > frame)
      : firstWhere(list, (item) => frameOf(item) >= frame) - 1;
    if (n < 0 || n >= list.length) continue;
    const found = frameOf(list[n]);
    if (best === null || (found - best) * direction < 0) best = found;
  }
  return best;
}

const startOf = (range) => range[0];

/** The nearest start of a run of a state. */
export function nextOfState(timeline, ids, frame, direction, state) {
  const lanes = ids.map((id) => (timeline.objects[id] || []).filter((segment) => segment[2] === state));
  return nearest(lanes, frame, direction, startOf);
}

/**
 * The nearest frame beyond `frame` that is in none of some ranges.
 * @param {[number, number][]} ranges sorted, disjoint, not touching @param {number} frame @param {Direction} direction
 * @param {number} frameCount
 */
export function nextOutside(ranges, frame, direction, frameCount) {
  let next = frame + direction;
  if (inside(ranges, next)) {
    const [start, stop] = ranges[firstWhere(ranges, (range) => range[1] > next)];
    next = direction > 0 ? stop : start - 1;
  }
  return next >= 0 && next < frameCount ? next : null;
}
