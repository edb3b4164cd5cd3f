// Where to look next: asked of the server, gone to one after the other.

import { request } from "./api.js";
import { t } from "./i18n.js";
import { isBarrier, segmentAt } from "./timeline/segments.js";

const LIMIT = 5;

/** What the server names as reasons, as people say it. */
const REASONS = {
  "low score": t`low score`, "area jump": t`area jump`, "far from a barrier": t`far from a check`,
  stale: t`stale`,
};

/** @typedef {{frame: number, object_id: number, gain: number, reasons: string[]}} Advice */

/** @param {Advice} one @returns {string} */
export const whyLook = (one) => one.reasons.map((reason) => REASONS[reason]).join(", ") || t`doubtful stretch`;

export class NextFrame {
  /** @param {import("./workspace.js").Workspace} workspace */
  constructor(workspace) {
    this.workspace = workspace;
    workspace.store.set({ next: null, lookedAt: null }); // null: not asked, and the list is not shown
    let going = false;
    workspace.store.on(["runs"], () => {
      const ended = going && !workspace.runs.current;
      going = Boolean(workspace.runs.current);
      if (ended && this.state.next) this.ask(); // other masks than those it was asked for
    });
  }

  get state() {
    return this.workspace.store.state;
  }

  /** What was advised and nobody has settled since, best first. @returns {Advice[]} */
  get left() {
    const { next, timeline, objects } = this.state;
    return (next ?? []).filter(({ object_id: id, frame }) => {
      const segment = objects.has(id) ? segmentAt(timeline.objects[id], frame) : null;
      return segment !== null && !isBarrier(segment);
    });
  }

  /** Read the list of the objects that commands concern. @returns {Promise<boolean>} whether there was an answer */
  async ask() {
    const { store, objects, edits, toast } = this.workspace;
    await edits.idle();
    const chosen = this.state.scopeAll ? "" : objects.inScope().map((id) => `&objects=${id}`).join("");
    try {
      store.set({ next: await request("GET", `api/videos/${this.state.video.id}/next?limit=${LIMIT}${chosen}`) });
      return true;
    } catch (error) {
      toast.error(error);
      return false;
    }
  }

  /** Go to the best place, or, where nothing has changed since it was shown, to the one after it. */
  async go() {
    if (!await this.ask()) return;
    const { left } = this;
    const { toast } = this.workspace;
    if (!left.length) {
      toast.say(t`There is nothing to look at.`, t`Every mask is verified or made by a person.`);
      return;
    }
    this.show(left[(left.findIndex((one) => keyOf(one) === this.state.lookedAt) + 1) % left.length]);
  }

  /** @param {Advice} one */
  show(one) {
    const { store, objects, viewer, toast } = this.workspace;
    store.set({ lookedAt: keyOf(one) });
    objects.select(one.object_id);
    viewer.step(one.frame - this.state.frame);
    toast.say(t`Frame ${one.frame}, ${objects.selected.name}: ${whyLook(one)}`,
      t`Correct it, or verify it if it is right.`, "next");
  }

  /** Take the list away. */
  close() {
    this.workspace.store.set({ next: null, lookedAt: null });
  }
}

/** @param {Advice} one */
export const keyOf = (one) => `${one.frame}/${one.object_id}`;
