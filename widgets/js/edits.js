// Every change of a mask goes through here: one after the other for each object, each naming the revision it was made on.
// Nothing is queued while the page is not connected: such a change is refused at once, and says so.

import { request } from "./api.js";
import { settleConflict } from "./conflict.js";
import { patchTimeline } from "./timeline/segments.js";

/** @typedef {import("./types.js").MaskItem} MaskItem */
/** @typedef {import("./rle.js").Shape} Shape */
/**
 * A change on its way. `call` sends it with the base it is given; `done` hears the reply, or null where it was refused.
 * @typedef {{objectId: number, frame: number, base: number, call: (base: number) => Promise<any>,
 *   done: (reply: any) => void}} Edit
 */

export class Edits {
  /** @param {import("./workspace.js").Workspace} workspace */
  constructor(workspace) {
    this.workspace = workspace;
    /** @type {Map<number, Edit[]>} object -> changes not answered yet, the first one is on its way */
    this.queues = new Map();
    /** @type {Set<{objectId: number|null, frame: number, base: number}>} strokes in the hand, not sent yet */
    this.open = new Set();
    /** @type {Promise<number|null>|null} the object that a first prompt is making */
    this.draft = null;
    /** @type {(() => void)[]} */
    this.waiting = [];
  }

  /** Why nothing may be changed now, or null. @param {number|null} [objectId] @returns {{message: string, remedy: string}|null} */
  refusal(objectId = null) {
    const { connection, video, objects } = this.workspace.store.state;
    if (connection !== "online") {
      return { message: "Not connected: nothing can be changed.", remedy: "The page connects again by itself." };
    }
    if (video.stage === "accepted") {
      return { message: "This video is accepted and read-only.", remedy: "An owner can reopen it on the Review page." };
    }
    const object = objectId === null ? null : objects.get(objectId);
    if (object?.locked) return { message: `${object.name} is locked.`, remedy: "Unlock it in the list (key L)." };
    return null;
  }

  /** Say why not, where that is so. @param {number|null} [objectId] @returns {boolean} whether it may go on */
  allowed(objectId = null) {
    const refusal = this.refusal(objectId);
    if (refusal) this.workspace.toast.warn(refusal.message, refusal.remedy);
    return !refusal;
  }

  /** A prompt for the selected object, or for a new one. @param {any} data `backend/prompts.py` as JSON @param {number} frame */
  async prompt(data, frame) {
    const { store } = this.workspace;
    const { selected, video, model } = store.state;
    if (!this.allowed(selected)) return;
    const pending = { id: null, frame, object_id: selected, data };
    store.set({ prompts: [...store.state.prompts, pending] }); // seen at once; the mask follows
    const [base, objectId] = await Promise.all([this.baseOf(frame, selected), this.target(selected)]);
    if (objectId !== null) {
      pending.object_id = objectId;
      store.touch("prompts");
      await this.send({
        objectId, frame, base,
        call: (from) => request("POST", `api/videos/${video.id}/frames/${frame}/prompts`,
          { object_id: objectId, prompt: data, base: from, model }),
      });
    }
    store.set({ prompts: store.state.prompts.filter((prompt) => prompt !== pending) });
    await this.workspace.viewer.loadPrompts();
  }

  /** The revision of a mask as it is now. Where a change has made others stale they are being read again: after that.
   *  @param {number} frame @param {number|null} objectId @returns {Promise<number>} */
  async baseOf(frame, objectId) {
    if (objectId === null) return 0;
    const { masks, toast } = this.workspace;
    await masks.ensure(frame).catch((error) => toast.error(error));
    return masks.revision(frame, objectId);
  }

  /** Withdraw a prompt (or, without `promptId`, all) of an object on a frame. */
  async withdraw(objectId, frame, promptId) {
    if (!this.allowed(objectId)) return;
    const { video } = this.workspace.store.state;
    const body = promptId === undefined ? { object_id: objectId } : { object_id: objectId, prompt_id: promptId };
    await this.send({
      objectId, frame, base: await this.baseOf(frame, objectId),
      call: (base) => request("DELETE", `api/videos/${video.id}/frames/${frame}/prompts`, { ...body, base }),
    });
    await this.workspace.viewer.loadPrompts();
  }

  /** A mask by hand, seen at once. @param {import("./tools/bitmap.js").HandEdit} stroke */
  async draw(stroke) {
    const { store, masks } = this.workspace;
    const { frame, bitmap } = stroke;
    const shape = bitmap.shape();
    const rle = bitmap.rle(shape);
    const objectId = await this.target(stroke.objectId);
    this.open.delete(stroke);
    if (objectId === null) return;
    masks.setLocal(frame, objectId, shape);
    await this.send({
      objectId, frame, base: stroke.base,
      call: (base) => request("PUT", `api/videos/${store.state.video.id}/frames/${frame}/masks/${objectId}`, { rle, base }),
    });
    if (masks.entry(frame, objectId).local === shape) masks.setLocal(frame, objectId, null);
  }

  /** Remove the mask and prompts of an object on a frame. */
  async remove(objectId, frame) {
    if (!this.allowed(objectId)) return;
    const { video } = this.workspace.store.state;
    await this.send({
      objectId, frame, base: await this.baseOf(frame, objectId),
      call: (base) => request("DELETE", `api/videos/${video.id}/frames/${frame}/masks/${objectId}`, { base }),
    });
    await this.workspace.viewer.loadPrompts();
  }

  /** The selected object, or one made now with the current label. @param {number|null} selected @returns {Promise<number|null>} */
  target(selected) {
    if (selected !== null) return Promise.resolve(selected);
    this.draft ||= this.workspace.objects.create().finally(() => { this.draft = null; });
    return this.draft;
  }

  /** @param {Omit<Edit, "done">} edit @returns {Promise<any>} the reply, null where it was refused */
  send(edit) {
    return new Promise((done) => {
      const queue = this.queues.get(edit.objectId) || [];
      queue.push({ ...edit, done });
      this.queues.set(edit.objectId, queue);
      this.count(1);
      if (queue.length === 1) this.work(edit.objectId, queue);
    });
  }

  /** Send what is queued for one object. What followed a refused change was made on a mask that is not there: it goes too. */
  async work(objectId, queue) {
    while (queue.length) {
      const edit = queue[0];
      const reply = await this.attempt(edit);
      queue.shift();
      if (reply) {
        this.workspace.measure.answered(reply);
        this.take(reply);
      }
      const revision = reply?.items.find((item) => item.object_id === objectId && item.frame === edit.frame)?.revision;
      const dropped = reply ? [] : queue.splice(0);
      if (revision !== undefined) this.rebase(edit, revision);
      this.count(-1 - dropped.length);
      for (const finished of [edit, ...dropped]) finished.done(finished === edit ? reply : null);
    }
    this.queues.delete(objectId);
    if (!this.queues.size) for (const go of this.waiting.splice(0)) go();
  }

  /** What was begun while `edit` was on its way was made on its result. @param {Edit} edit @param {number} revision */
  rebase(edit, revision) {
    for (const later of [...this.queues.get(edit.objectId), ...this.open]) {
      if (later.objectId === edit.objectId && later.frame === edit.frame) later.base = revision;
    }
  }

  /** @param {Edit} edit @returns {Promise<any>} */
  async attempt(edit) {
    for (;;) {
      try {
        return await edit.call(edit.base);
      } catch (error) {
        const { theirs } = error.details || {};
        if (error.status !== 409 || !theirs) {
          this.workspace.toast.error(error);
          return null;
        }
        this.workspace.masks.apply([theirs]);
        if (!await settleConflict(this.workspace, edit, error.details)) return null;
        edit.base = theirs.revision;
      }
    }
  }

  /** Resolves when every change sent so far has been answered. */
  idle() {
    return this.queues.size ? new Promise((resolve) => this.waiting.push(() => resolve(undefined))) : Promise.resolve();
  }

  /** A change that concerns several objects: after those on their way. @param {string} path @param {any} body @returns {Promise<any>} */
  async post(path, body) {
    if (!this.allowed()) return null;
    await this.idle();
    this.count(1);
    try {
      const reply = await request("POST", `api/videos/${this.workspace.store.state.video.id}/${path}`, body);
      this.take(reply);
      await this.workspace.viewer.loadPrompts();
      return reply;
    } catch (error) {
      this.workspace.toast.error(error);
      return null;
    } finally {
      this.count(-1);
    }
  }

  /** Undo or redo one's own last change, and go to where it was. @param {"undo"|"redo"} direction */
  async step(direction) {
    const reply = await this.post(direction, {});
    if (!reply) return;
    for (const object of reply.objects || []) this.workspace.objects.take(object);
    if (Number.isInteger(reply.frame)) this.workspace.viewer.seek(reply.frame);
    this.workspace.live.timelineSoon();
  }

  /**
   * Take what a reply or an event says has changed.
   * @param {{items?: MaskItem[], changed?: [number, number, number][], stale?: [number, number, number][], undo?: boolean,
   *   redo?: boolean}} reply
   */
  take({ items = [], changed = [], stale = [], undo, redo }) {
    const { store, masks, live, toast } = this.workspace;
    masks.apply(items);
    masks.markStale(stale);
    if (changed.length && !items.length) { // too much to list
      for (const [, start, stop] of changed) masks.refresh(start, stop);
      live.timelineSoon();
    }
    if (stale.length || changed.length) masks.ensure(store.state.frame).catch((error) => toast.error(error));
    store.set({ timeline: patchTimeline(store.state.timeline, items, stale), ...(undo !== undefined && { undo, redo }) });
  }

  count(by) {
    this.workspace.store.set({ pending: this.workspace.store.state.pending + by });
  }
}
