// What is done to whole masks by hand: mended on the shown frame by the page itself, on a range of frames by the server.

import { request } from "./api.js";
import { t } from "./i18n.js";
import { mend, minus } from "./maskops.js";
import { equal, rleOf } from "./rle.js";
import { watchWork, workProblem } from "./shell/watch.js";

/** @typedef {import("./maskops.js").Operation} Operation */
/** @typedef {import("./rle.js").Shape} Shape */

export class MaskActions {
  /** @param {import("./workspace.js").Workspace} workspace */
  constructor(workspace) {
    this.workspace = workspace;
  }

  get state() {
    return this.workspace.store.state;
  }

  /** The size that a person chose for an operation. @param {Operation} operation @returns {number|null} */
  sizeOf(operation) {
    const { specks, smoothing } = this.state;
    return { "remove specks": specks, smooth: smoothing, grow: 1, shrink: 1 }[operation] ?? null;
  }

  /** Mend the selected object's mask on the shown frame. @param {Operation} operation */
  mend(operation) {
    const { video } = this.state;
    return this.change((shape) => mend(shape, operation, this.sizeOf(operation), video));
  }

  /** The selected object gives up the pixels that others have too. */
  giveUp() {
    const { masks, objects, store } = this.workspace;
    const others = masks.on(this.state.shown).filter(({ id }) => id !== objects.selected.id && store.state.objects.has(id));
    return this.change((shape) => others.reduce((rest, other) => minus(rest, other.shape), shape));
  }

  /** @param {(shape: Shape) => Shape} make of the selected object's mask on the shown frame */
  async change(make) {
    const { edits, toast } = this.workspace;
    const { shown: frame } = this.state;
    const shape = this.selectedShape(frame);
    if (!shape) return;
    const changed = make(shape);
    if (equal(shape, changed)) toast.say(t`Nothing of this mask would change.`);
    else if (!changed.area) toast.warn(t`Nothing of this mask would be left.`, t`Remove it with Del, if that is meant.`);
    else await edits.replace(frame, this.workspace.objects.selected.id, changed);
  }

  /** Put the selected object's mask on the frame beside this one, and go there. @param {1|-1} step */
  async copy(step) {
    const { masks, edits, objects, viewer, toast } = this.workspace;
    const { frame, video } = this.state;
    const to = frame + step;
    const shape = this.selectedShape(frame);
    if (!shape) return;
    if (to < 0 || to >= video.frame_count) {
      toast.say(t`There is no frame beyond this one.`);
      return;
    }
    const { id } = objects.selected;
    await masks.ensure(to).catch((error) => toast.error(error));
    viewer.step(step);
    if (edits.drawable(to)) await edits.replace(to, id, shape);
  }

  /** Take what lies under the selected object from every other object that is not locked, in one change. */
  async cutOthers() {
    const { masks, edits, objects, toast } = this.workspace;
    const { shown: frame, video } = this.state;
    if (!this.selectedShape(frame)) return;
    await edits.idle(); // what was drawn a moment ago counts
    const { id: own } = objects.selected;
    const mine = masks.shape(frame, own);
    const under = masks.on(frame).filter(({ id }) => id !== own && this.state.objects.has(id))
      .map(({ id, shape }) => ({ object: this.state.objects.get(id), shape, rest: minus(shape, mine) }))
      .filter(({ shape, rest }) => rest.area < shape.area);
    const cut = under.filter(({ object }) => !object.locked);
    const locked = under.filter(({ object }) => object.locked).map(({ object }) => object.name).join(", ");
    if (locked) toast.warn(t`Locked, and so left as they are: ${locked}.`);
    if (!cut.length) {
      if (!locked) toast.say(t`No other object has pixels under this one.`);
      return;
    }
    const reply = await edits.post(`frames/${frame}/masks`, { masks: cut.map(({ object, rest }) => (
      { object_id: object.id, rle: rleOf(rest, video.height, video.width), base: masks.revision(frame, object.id) })) });
    if (!reply) return;
    const gone = cut.filter(({ rest }) => !rest.area).map(({ object }) => object.name).join(", ");
    if (gone) toast.warn(t`Nothing is left of: ${gone}.`, t`There it counts as absent on this frame. Undo brings it back.`);
  }

  /** The mask that may be changed, or null where there is none, which is said. @returns {Shape|null} */
  selectedShape(frame) {
    const { masks, edits, objects, toast } = this.workspace;
    if (!objects.selected || !edits.drawable(frame)) return null;
    const shape = masks.shape(frame, objects.selected.id);
    if (shape?.area) return shape;
    toast.warn(t`${objects.selected.name} has no mask on this frame.`);
    return null;
  }

  /**
   * Mend the masks of the range: of all objects or the selected one, as the person chose. Verified ones stay as they are.
   * @param {Operation} operation
   */
  async mendRange(operation) {
    const { edits, objects, frameActions, store, toast } = this.workspace;
    const { range } = frameActions;
    if (!range || !edits.allowed()) return;
    const ids = objects.inScope().filter((id) => !this.state.objects.get(id).locked);
    if (!ids.length) {
      toast.warn(t`Every object is locked.`, t`Unlock one in the list (key L).`);
      return;
    }
    await edits.idle();
    const body = { objects: ids, ...range, operation, size: this.sizeOf(operation) };
    try {
      await edits.during(async () => {
        const { mend: id } = await request("POST", `api/videos/${this.state.video.id}/mend`, body);
        const done = await watchWork(`api/mends/${id}`, (state) => store.set({ mending: { id, ...state } }));
        this.ended(done);
      });
    } catch (error) {
      toast.error(error);
    } finally {
      store.set({ mending: null });
    }
  }

  ended({ status, mended, verified, error }) {
    const { toast, store } = this.workspace;
    if (status === "cancelled") toast.say(t`Cancelled: no mask was changed.`);
    else if (status === "failed") toast.warn(workProblem({ error }));
    else {
      store.set({ undo: true });
      const kept = verified ? t`${verified} verified mask was left as it is.|${verified} verified masks were left as they are.` : "";
      toast.say(t`${mended} mask was changed.|${mended} masks were changed.`, kept);
    }
  }

  async cancelMending() {
    try {
      await request("POST", `api/mends/${this.state.mending.id}/cancel`, {});
    } catch (error) {
      this.workspace.toast.error(error);
    }
  }
}
