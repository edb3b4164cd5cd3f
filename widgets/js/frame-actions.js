// Verify, absent, clear: what is said about masks and not drawn. They concern the selected object or all, as the person chose.

import { t } from "./i18n.js";
import { segmentAt } from "./timeline/segments.js";

/** Whether a person said of every frame that the object is not there. */
function isAbsent(segments, start, stop) {
  const frames = segments.filter(([, , state, source]) => state === "absent" && source === "human")
    .reduce((sum, [from, to]) => sum + Math.max(0, Math.min(to, stop) - Math.max(from, start)), 0);
  return frames === stop - start;
}

export class FrameActions {
  /** @param {import("./workspace.js").Workspace} workspace */
  constructor(workspace) {
    this.workspace = workspace;
  }

  get state() {
    return this.workspace.store.state;
  }

  /**
   * First frame and end (exclusive) of the range; null where none is set.
   * @returns {{start: number, stop: number}|null}
   */
  get range() {
    const { inPoint, outPoint, video } = this.state;
    if (inPoint === null && outPoint === null) return null;
    return { start: inPoint ?? 0, stop: (outPoint ?? video.frame_count - 1) + 1 };
  }

  /** What a model with language may look at: the range, or the shot of this frame. @returns {{start: number, stop: number}} */
  get within() {
    const { frame, video } = this.state;
    const cuts = video.cuts ?? [];
    return this.range ?? {
      start: cuts.findLast((cut) => cut <= frame) ?? 0, stop: cuts.find((cut) => cut > frame) ?? video.frame_count,
    };
  }

  /** Set one end of the range to this frame; the other end gives way. @param {"inPoint"|"outPoint"} end */
  setRange(end) {
    const { frame, inPoint, outPoint } = this.state;
    const crossed = end === "inPoint" ? outPoint !== null && outPoint < frame : inPoint !== null && inPoint > frame;
    this.workspace.store.set(crossed ? { inPoint: null, outPoint: null, [end]: frame } : { [end]: frame });
  }

  /** Verify what is on this frame; where all of it is verified, take that back. */
  verifyFrame() {
    const { frame } = this.state;
    const segments = this.withMask(frame);
    if (!segments.length) return this.nothing();
    const verified = !segments.every((segment) => segment[2] === "verified");
    return this.post("verify", { start: frame, stop: frame + 1, verified });
  }

  /** Verify the range, or the whole video where none is set. */
  async verifyRange() {
    const range = this.range || { start: 0, stop: this.state.video.frame_count };
    const reply = await this.post("verify", { ...range, verified: true });
    if (reply) this.workspace.toast.say(t`Frames ${range.start} to ${range.stop - 1} are verified.`,
      t`Undo (Ctrl+Z) takes it back.`);
  }

  /** The selected object is not on this frame; once more takes that back. */
  absent() {
    const { frame, selected, timeline } = this.state;
    if (!this.workspace.edits.allowed(selected)) return null;
    const absent = segmentAt(timeline.objects[selected], frame)?.[2] !== "absent";
    return this.workspace.edits.post("absent", { objects: [selected], start: frame, stop: frame + 1, absent });
  }

  /** The chosen objects are not on the frames of the range; where all of it says so, take that back. */
  absentRange() {
    const { identities, objects, edits } = this.workspace;
    const { start, stop } = identities.frames;
    const ids = objects.chosen;
    if (!ids.every((id) => edits.allowed(id))) return null;
    const absent = !ids.every((id) => isAbsent(this.state.timeline.objects[id] || [], start, stop));
    return edits.post("absent", { objects: ids, start, stop, absent });
  }

  /** Remove model masks of the range. */
  clearRange() {
    if (!this.range) {
      this.workspace.toast.warn(t`There is no range.`, t`Set its ends with [ and ].`);
      return null;
    }
    return this.post("clear", this.range);
  }

  post(path, body) {
    const { objects, edits } = this.workspace;
    const ids = objects.inScope();
    return ids.length ? edits.post(path, { objects: ids, ...body }) : this.nothing();
  }

  withMask(frame) {
    const { timeline } = this.state;
    return this.workspace.objects.inScope().map((id) => segmentAt(timeline.objects[id], frame)).filter(Boolean);
  }

  nothing() {
    this.workspace.toast.warn(t`There is no mask on this frame.`, t`Click an object on the picture first.`);
    return null;
  }
}
