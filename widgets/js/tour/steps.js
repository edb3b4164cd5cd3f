// What the tour has a person do, and how it knows that they did. Each step is done by doing it, on the video that is open.

import { t } from "../i18n.js";
import { pageAddress } from "../shell/page.js";
import { countStale } from "../timeline/segments.js";

/**
 * @typedef {import("../types.js").State} State
 * @typedef {{title: string, text: string, target?: string, link?: {text: string, href: string},
 *   facts?: (state: State) => number, isDone?: (before: number, state: State) => boolean}} Step
 *   `target`: a selector of what is to be used. `facts` are taken when the step begins, as `before`.
 */

const FRAMES_TO_SEE = 5; // of a run: enough to see what tracking does

/** @param {State} state @returns {Step[]} */
export const stepsOf = ({ video }) => [
  {
    title: t`Click an object`, target: ".tw-stage",
    text: t`Click something that moves, in its middle: one click makes an object and its mask. Another click adds what is missing, a right click takes away what is too much.`,
    facts: framesByHand, isDone: (before, state) => framesByHand(state) > before,
  },
  {
    title: t`Track it`, target: "[data-command='track.forward']",
    text: t`Press Track (Shift+F): a model carries the mask through the video. Every frame is saved as it is made, and you can go on meanwhile.`,
    facts: newestRun, isDone: (before, { runs }) => [...runs.values()].some(
      (run) => run.id > before && (run.done >= FRAMES_TO_SEE || run.status === "done")),
  },
  {
    title: t`Correct it`, target: ".tw-stage",
    text: t`Go through the frames (F and D, or drag in the timeline) to one where the mask is not right, and click there: left for what is missing, right for what is too much.`,
    facts: framesByHand, isDone: (before, state) => framesByHand(state) > before,
  },
  {
    title: t`Track what is stale`, target: "[data-command='track.stale']",
    text: t`Masks that were made before your correction are stale now: hatched in the timeline, dashed on the picture. Track them again (Shift+R); nothing else changes.`,
    facts: newestRun,
    isDone: (before, state) => newestRun(state) > before && countStale(state.timeline, [...state.objects.keys()]) === 0,
  },
  {
    title: t`Verify a frame`, target: "[data-command='mask.verify']",
    text: t`A frame is right? Verify it (C). From then on no model changes it, and tracking ends and begins at it.`,
    facts: verified, isDone: (before, state) => verified(state) > before,
  },
  {
    title: t`Export`, target: ".tw-topbar a",
    text: t`That is the whole job. Masks are exported on the page Datasets, as COCO, YouTube-VIS or DAVIS. The help (?) lists every key, and begins this tour again.`,
    link: { text: t`To the export`, href: pageAddress("datasets", { project: video.project_id }) },
  },
];

/** @param {State} state @param {(segment: any[]) => boolean} holds @returns {number} frames of all objects */
const frames = ({ timeline }, holds) => Object.values(timeline.objects).flat().filter(holds)
  .reduce((sum, [start, stop]) => sum + stop - start, 0);

function framesByHand(state) {
  return frames(state, ([, , , source]) => source === "human");
}

function verified(state) {
  return frames(state, ([, , kind]) => kind === "verified");
}

function newestRun({ runs }) {
  return Math.max(0, ...runs.keys());
}
