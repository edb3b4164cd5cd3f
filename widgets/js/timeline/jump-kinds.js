// The kinds of places that "Jump to" offers. A new one is a line here.

import { t } from "../i18n.js";
import { nearest, nextOfState, nextOutside } from "./jumps.js";
import { nextBarrier } from "./segments.js";

/** @type {import("./jumps.js").Jump[]} */
export const JUMPS = [
  { id: "barrier", name: t`Prompt or barrier`, find: ({ timeline }, ids, frame, direction) => (
    nextBarrier(timeline, ids, frame, direction)) },
  { id: "prompt", name: t`Prompt`, find: ({ timeline }, ids, frame, direction) => (
    nearest(ids.map((id) => timeline.prompts[id] || []), frame, direction)) },
  { id: "stale", name: t`Stale stretch`, find: ({ timeline }, ids, frame, direction) => (
    nextOfState(timeline, ids, frame, direction, "stale")) },
  { id: "low", name: t`Low score`, find: ({ timeline }, ids, frame, direction) => (
    nearest(ids.map((id) => timeline.low[id] || []), frame, direction, ([start]) => start)) },
  { id: "comment", name: t`Comment`, find: ({ timeline }, _, frame, direction) => (
    nearest([timeline.threads], frame, direction, ([at]) => at)) },
  { id: "unlooked", name: t`Not looked at`, find: ({ looked, lookedBy, video }, _, frame, direction) => (
    nextOutside(looked[lookedBy], frame, direction, video.frame_count)) },
  { id: "finding", name: t`Finding`, find: ({ findings }, _, frame, direction) => (
    nearest([findings.map((one) => one.frame).sort((a, b) => a - b)], frame, direction)) },
  { id: "cut", name: t`Cut`, find: ({ video }, _, frame, direction) => nearest([video.cuts || []], frame, direction) },
];
