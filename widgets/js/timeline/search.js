// Binary search in what the timeline holds: sorted frames and sorted, disjoint ranges. Pure.

/**
 * The first place of a sorted list for which a condition holds that goes on holding; the length where there is none.
 * @template T @param {ArrayLike<T>} list @param {(item: T) => boolean} holds @returns {number}
 */
export function firstWhere(list, holds) {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(list[middle])) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * The part of sorted, disjoint ranges [start, stop, ...] that touches start <= frame < stop.
 * @template {[number, number, ...any[]]} T @param {T[]} ranges @param {number} start @param {number} stop
 * @returns {[number, number]} first place and end (exclusive)
 */
export function touching(ranges, start, stop) {
  return [firstWhere(ranges, (range) => range[1] > start), firstWhere(ranges, (range) => range[0] >= stop)];
}

/** Is a frame in sorted, disjoint ranges? @param {[number, number, ...any[]][]} ranges @param {number} frame */
export function inside(ranges, frame) {
  const range = ranges[firstWhere(ranges, ([, stop]) => stop > frame)];
  return range !== undefined && range[0] <= frame;
}

/**
 * Ranges sorted and joined where they touch.
 * @param {[number, number][]} ranges @returns {[number, number][]} new
 */
export function merged(ranges) {
  const result = [];
  for (const [start, stop] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = result[result.length - 1];
    if (last && start <= last[1]) last[1] = Math.max(last[1], stop);
    else result.push([start, stop]);
  }
  return result;
}
