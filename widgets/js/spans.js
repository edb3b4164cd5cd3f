// What holds of an object on some frames only: flags, and attributes that change over time. Pure functions.

/** @typedef {import("./types.js").Span} Span */

export const FLAGS = ["occluded", "truncated"];
export const YES = "yes";

/** What is said under a name on a frame; "" where nothing is. @param {Span[]} spans @param {string} name @param {number} frame */
export const valueAt = (spans, name, frame) =>
  spans.find((span) => span.name === name && span.start <= frame && frame < span.stop)?.value ?? "";

/**
 * Whether the same is said on every frame from start up to stop. Spans of one name never overlap.
 * @param {Span[]} spans @param {string} name @param {string} value @param {number} start @param {number} stop
 */
export function holds(spans, name, value, start, stop) {
  let said = 0;
  for (const span of spans) {
    if (span.name !== name || span.value !== value) continue;
    said += Math.max(0, Math.min(stop, span.stop) - Math.max(start, span.start));
  }
  return said === stop - start;
}
