// Which lanes there are, and in what order. What is filtered away is only not shown: nothing about it changes. Pure.

/** @typedef {import("../types.js").State} State */
/** @typedef {{sort: string, query: string, label: number|null, only: string|null}} LaneView */

/** As they were made, everything shown. @type {LaneView} */
export const ALL_LANES = Object.freeze({ sort: "made", query: "", label: null, only: null });

const frames = (ranges = []) => ranges.reduce((sum, [start, stop]) => sum + stop - start, 0);
const ofState = (lane = [], ...states) => lane.filter(([, , state]) => states.includes(state));

/** What an object must have to be shown. @type {Record<string, (state: State, id: number) => boolean>} */
export const ONLY = {
  stale: ({ timeline }, id) => ofState(timeline.objects[id], "stale").length > 0,
  unverified: ({ timeline }, id) => ofState(timeline.objects[id], "tracked", "stale", "candidate").length > 0,
  low: ({ timeline }, id) => (timeline.low[id] || []).length > 0,
  comment: ({ timeline }, id) => timeline.threads.some(([, , resolved, objectId]) => objectId === id && !resolved),
};

/** What lanes are sorted by, the smallest first. @type {Record<string, (state: State, id: number) => number|string>} */
export const SORTS = {
  made: (state, id) => id,
  name: ({ objects }, id) => objects.get(id).name,
  label: ({ objects, video }, id) => video.labels.findIndex((label) => label.id === objects.get(id).label_id),
  first: ({ timeline }, id) => timeline.objects[id]?.[0]?.[0] ?? Infinity,
  doubt: ({ timeline }, id) => -frames(timeline.low[id]) / Math.max(1, frames(timeline.objects[id])),
  state: ({ timeline }, id) => -frames(ofState(timeline.objects[id], "stale")) || -frames(ofState(timeline.objects[id], "tracked")) / 1e9,
};

/** The ids of the lanes, from the top. @param {State} state @returns {number[]} */
export function lanesOf(state) {
  const { sort, query, label, only } = state.laneView;
  const words = query.trim().toLowerCase();
  const shown = [...state.objects.values()].filter((object) => (
    (!words || object.name.toLowerCase().includes(words)) && (label === null || object.label_id === label)
    && (!only || ONLY[only](state, object.id))));
  const keyed = shown.map(({ id }) => ({ id, key: SORTS[sort](state, id) }));
  return keyed.sort((a, b) => compare(a.key, b.key) || a.id - b.id).map(({ id }) => id);
}

function compare(a, b) {
  if (typeof a === "string") return a.localeCompare(b, undefined, { numeric: true });
  return a < b ? -1 : Number(a > b);
}
