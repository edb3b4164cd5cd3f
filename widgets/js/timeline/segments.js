// The timeline as data: for each object, runs of frames with equal state and source. Pure functions.

/** @typedef {import("../types.js").Segment} Segment */
/** @typedef {import("../types.js").Timeline} Timeline */

/** Before it has been read. @type {Timeline} */
export const NO_TIMELINE = Object.freeze({ objects: {}, low: {}, prompts: {}, threads: [], edited: {}, version: 0 });

/**
 * The run that holds a frame, or null.
 * @param {Segment[]|undefined} segments @param {number} frame @returns {Segment|null}
 */
export function segmentAt(segments, frame) {
  let low = 0;
  let high = (segments?.length || 0) - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const segment = segments[middle];
    if (frame < segment[0]) high = middle - 1;
    else if (frame >= segment[1]) low = middle + 1;
    else return segment;
  }
  return null;
}

/** Is this frame one that a run must not change: verified, or made by a human? @param {Segment|null} segment */
export const isBarrier = (segment) => segment !== null && (segment[2] === "verified" || segment[3] === "human");

/**
 * Overwrite start <= frame < stop; a null state removes.
 * @param {Segment[]} segments sorted, disjoint @param {number} start @param {number} stop
 * @param {string|null} state @param {string} source @returns {Segment[]} new, sorted, disjoint, equal neighbours joined
 */
export function overwrite(segments, start, stop, state, source) {
  const pieces = [];
  for (const [a, b, s, o] of segments) {
    if (a < start) pieces.push([a, Math.min(b, start), s, o]);
    if (b > stop) pieces.push([Math.max(a, stop), b, s, o]);
  }
  if (state !== null) pieces.push([start, stop, state, source]);
  return together(pieces.sort((a, b) => a[0] - b[0]));
}

function together(pieces) {
  const result = [];
  for (const piece of pieces) {
    const last = result[result.length - 1];
    if (last && last[1] === piece[0] && last[2] === piece[2] && last[3] === piece[3]) last[1] = piece[1];
    else result.push([...piece]);
  }
  return result;
}

/** Tracked masks between start and stop become stale. @param {Segment[]} segments @returns {Segment[]} */
export function markStale(segments, start, stop) {
  let result = segments;
  for (const [a, b, state, source] of segments) {
    const [from, to] = [Math.max(a, start), Math.min(b, stop)];
    const ages = source !== "human" && ["tracked", "candidate"].includes(state);
    if (from < to && ages) result = overwrite(result, from, to, "stale", source);
  }
  return result;
}

/**
 * The timeline after changed masks. Several changes of one object on neighbouring frames are taken together.
 * @param {Timeline} timeline @param {import("../types.js").MaskItem[]} items @param {[number, number, number][]} stale
 * @returns {Timeline} new where something changed
 */
export function patchTimeline(timeline, items, stale) {
  if (!items.length && !stale.length) return timeline;
  const objects = { ...timeline.objects };
  for (const [id, start, stop] of stale) objects[id] = markStale(objects[id] || [], start, stop);
  const sorted = [...items].sort((a, b) => a.object_id - b.object_id || a.frame - b.frame);
  const kind = (item) => (item.rle ? `${item.state} ${item.source}` : "");
  for (let i = 0; i < sorted.length;) {
    const first = sorted[i];
    let n = 1;
    while (i + n < sorted.length && sorted[i + n].object_id === first.object_id
      && sorted[i + n].frame === first.frame + n && kind(sorted[i + n]) === kind(first)) n++;
    const state = first.rle ? first.state : null;
    const before = objects[first.object_id] || [];
    objects[first.object_id] = overwrite(before, first.frame, first.frame + n, state, first.source);
    i += n;
  }
  return { ...timeline, objects };
}

/**
 * The timeline after a part of it was read again.
 * @param {Timeline} timeline @param {Timeline} read what changed since @param {number} since 0: all of it
 * @returns {Timeline}
 */
export function joined(timeline, read, since) {
  if (!since || read.version < since) return read; // counted anew: the server gave all
  if (read.version < timeline.version) return timeline; // overtaken by a later answer
  const part = (name) => {
    const kept = Object.entries(timeline[name]).filter(([id]) => !read.objects[id]);
    return { ...Object.fromEntries(kept), ...read[name] };
  };
  return { ...read, objects: part("objects"), low: part("low"), prompts: part("prompts") };
}

/** The nearest frame before (direction -1) or after (+1) `frame` where one of the objects has a barrier or a prompt.
 *  @param {Timeline} timeline @param {number[]} ids @param {number} frame @param {1|-1} direction @returns {number|null} */
export function nextBarrier(timeline, ids, frame, direction) {
  const frames = [];
  for (const id of ids) {
    frames.push(...(timeline.prompts[id] || []));
    for (const segment of timeline.objects[id] || []) {
      if (!isBarrier(segment)) continue;
      frames.push(segment[0], segment[1] - 1);
      const inside = frame + direction;
      if (inside >= segment[0] && inside < segment[1]) frames.push(inside);
    }
  }
  const beyond = frames.filter((at) => (at - frame) * direction > 0);
  if (!beyond.length) return null;
  return direction > 0 ? Math.min(...beyond) : Math.max(...beyond);
}

/** Frames of these objects that are stale. @param {Timeline} timeline @param {number[]} ids */
export function countStale(timeline, ids) {
  const stale = ids.flatMap((id) => timeline.objects[id] || []).filter(([, , state]) => state === "stale");
  return stale.reduce((sum, [start, stop]) => sum + stop - start, 0);
}

/** The next frame after `frame` (or before) with a mask that nobody verified, or null. @param {1|-1} direction */
export function nextUnverified(timeline, ids, frame, direction) {
  const spans = ids.flatMap((id) => timeline.objects[id] || [])
    .filter(([, , state]) => state === "tracked" || state === "stale");
  const found = spans.flatMap(([start, stop]) => {
    const at = direction > 0 ? Math.max(start, frame + 1) : Math.min(stop - 1, frame - 1);
    return at >= start && at < stop ? [at] : [];
  });
  if (!found.length) return null;
  return direction > 0 ? Math.min(...found) : Math.max(...found);
}
