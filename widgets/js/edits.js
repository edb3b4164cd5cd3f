// Every change of a mask goes through here: one after the other for each object, each naming the revision it was made on.
// Nothing is begun while the page is not connected: such a change is refused at once, and says so. What was on its way then is
// sent again when it is back (delivery.js).

import { settleConflict } from "./conflict.js";
import { deliver } from "./delivery.js";
import { t } from "./i18n.js";
import { chosenModel, whyNot } from "./models.js";
import { rleOf } from "./rle.js";
import { patchTimeline } from "./timeline/segments.js";

/** @typedef {import("./types.js").MaskItem} MaskItem */
/** @typedef {import("./rle.js").Shape} Shape */
/**
 * A change on its way. `call` sends it with the base it is given; `done` hears the reply, or null where it was refused.
 * `seen`: the pixels, as COCO's counts, of the mask that it was made on.
 * @typedef {{objectId: number, frame: number, base: number, seen?: string, clicks: number, call: (base: number) => Promise<any>,
 *   done: (reply: any) => void}} Edit
 */

/** How many prompts a request gives. */
const clicksIn = ({ prompt, prompts }) => prompts?.length ?? Number(prompt !== undefined);

export class Edits {
  /** @param {import("./workspace.js").Workspace} workspace */
  constructor(workspace) {
    this.workspace = workspace;
    /** @type {Map<number, Edit[]>} object -> changes not answered yet, the first one is on its way */
    this.queues = new Map();
    /** @type {Set<import("./tools/bitmap.js").HandEdit>} strokes that are no object's mask yet: in the hand, or making it */
    this.open = new Set();
    /** @type {Promise<number|null>|null} the object that a first prompt or stroke is making; null where it is refused */
    this.draft = null;
    /** @type {Set<Promise<any>>} changes that are not done yet */
    this.running = new Set();
  }

  /**
   * Why nothing may be changed now, or null.
   * @param {number|null} [objectId] @returns {{message: string, remedy: string}|null}
   */
  refusal(objectId = null) {
    const { connection, video, objects } = this.workspace.store.state;
    if (connection === "connecting") return { message: t`Still connecting.`, remedy: t`Try again in a moment.` };
    if (connection === "offline") {
      return { message: t`Not connected: nothing can be changed.`, remedy: t`The page connects again by itself.` };
    }
    if (video.stage === "accepted") {
      return { message: t`This video is accepted and read-only.`, remedy: t`An owner can reopen it on the Review page.` };
    }
    const object = objectId === null ? null : objects.get(objectId);
    if (object?.locked) return { message: t`${object.name} is locked.`, remedy: t`Unlock it in the list (key L).` };
    return null;
  }

  /** Say why not, where that is so. @param {number|null} [objectId] @returns {boolean} whether it may go on */
  allowed(objectId = null) {
    const refusal = this.refusal(objectId);
    if (refusal) this.workspace.toast.warn(refusal.message, refusal.remedy);
    return !refusal;
  }

  /** Say why the chosen model cannot answer, where that is so. @returns {boolean} whether it can */
  modelAnswers() {
    const model = chosenModel(this.workspace.store.state);
    if (!model.ready) this.workspace.toast.warn(whyNot(model), t`The message at the top of the picture says what to do.`);
    return model.ready;
  }

  /**
   * Whether a mask may be drawn by hand on a frame: what is drawn goes on from the mask that is there.
   * @param {number} frame
   */
  drawable(frame) {
    const { masks, objects, toast } = this.workspace;
    if (!this.allowed(objects.selected?.id ?? null)) return false;
    const known = masks.has(frame) && Boolean(objects.selected || !this.draft);
    if (!known) toast.warn(t`The masks of this frame are still on their way.`, t`Try again in a moment.`);
    return known;
  }

  /**
   * Prompts for the selected object, or for a new one, as one change.
   * @param {any[]} given `backend/prompts.py` as JSON @param {number} frame
   */
  async prompt(given, frame) {
    const { store, toast } = this.workspace;
    const { selected, model } = store.state;
    if (!this.allowed(selected) || !this.modelAnswers()) return;
    const known = selected ?? this.draft;
    if (known === null && given.every(({ positive }) => positive === false)) {
      toast.warn(t`What is not part of it needs an object.`, t`Select one, or click the object itself first.`);
      return;
    }
    const pending = given.map((data) => ({ id: null, frame, object_id: selected, data }));
    const path = `frames/${frame}/prompts`;
    const body = { prompts: given, model };
    await this.prompting([...store.state.prompts, ...pending], pending, async () => {
      if (known === null) return this.begin(path, (object) => ({ ...body, object, base: 0 }));
      const objectId = await known;
      if (objectId === null) return null;
      for (const one of pending) one.object_id = objectId;
      store.touch("prompts");
      const base = await this.baseOf(frame, objectId);
      return this.send("POST", path, { ...body, object_id: objectId }, { objectId, frame, base });
    });
  }

  /**
   * Another prompt in the place of one, as one change: it was moved.
   * @param {{id: number, frame: number, object_id: number, data: any}} prompt @param {any} data
   */
  async movePrompt(prompt, data) {
    const { store } = this.workspace;
    const { id, frame, object_id: objectId } = prompt;
    if (!this.allowed(objectId) || !this.modelAnswers()) return;
    const moved = { ...prompt, id: null, data };
    const body = { prompts: [data], replaces: id, object_id: objectId, model: store.state.model };
    await this.prompting(store.state.prompts.map((one) => (one === prompt ? moved : one)), [moved], async () => {
      const base = await this.baseOf(frame, objectId);
      return this.send("POST", `frames/${frame}/prompts`, body, { objectId, frame, base });
    });
  }

  /**
   * Prompts are seen at once, marked as pending; the mask follows.
   * @param {any[]} prompts of the frame, with those that are given now @param {any[]} pending these
   * @param {() => Promise<any>} work
   */
  async prompting(prompts, pending, work) {
    const { store, viewer } = this.workspace;
    store.set({ prompts });
    await this.during(work);
    await viewer.loadPrompts();
    store.set({ prompts: store.state.prompts.filter((one) => !pending.includes(one)) });
  }

  /** A mask by hand, seen at once. @param {import("./tools/bitmap.js").HandEdit} stroke */
  draw(stroke) {
    const { stage } = this.workspace;
    const { frame, bitmap, objectId } = stroke;
    const shape = bitmap.shape();
    const rle = bitmap.rle(shape);
    return this.during(async () => {
      if (objectId === null) {
        await this.begin(`frames/${frame}/masks`, (object) => ({ masks: [{ object, rle, base: 0 }] }));
        this.open.delete(stroke); // until now the stroke itself was seen
        stage.redraw();
        return;
      }
      this.open.delete(stroke);
      await this.put({ frame, objectId, shape, rle, base: stroke.base, seen: stroke.seen });
    });
  }

  /**
   * A mask by hand that was worked out from what is there, seen at once.
   * @param {number} frame @param {number} objectId @param {Shape} shape
   */
  replace(frame, objectId, shape) {
    const { masks, store: { state: { video } } } = this.workspace;
    const rle = rleOf(shape, video.height, video.width);
    const item = masks.item(frame, objectId);
    return this.during(() => this.put({ frame, objectId, shape, rle, base: item?.revision || 0, seen: item?.rle.counts }));
  }

  async put({ frame, objectId, shape, rle, base, seen }) {
    const { masks } = this.workspace;
    masks.setLocal(frame, objectId, shape);
    await this.send("PUT", `frames/${frame}/masks/${objectId}`, { rle }, { objectId, frame, base, seen });
    masks.settle(frame, objectId, shape, rle.counts);
  }

  /** Withdraw a prompt of an object on a frame; its mask is made anew from what is left. */
  withdraw(objectId, frame, promptId) {
    return this.takeBack(objectId, frame, `frames/${frame}/prompts`, {
      object_id: objectId, prompt_id: promptId, model: this.workspace.store.state.model,
    });
  }

  /** Remove the mask and prompts of an object on a frame. */
  remove(objectId, frame) {
    return this.takeBack(objectId, frame, `frames/${frame}/masks/${objectId}`, {});
  }

  async takeBack(objectId, frame, path, body) {
    if (!this.allowed(objectId)) return;
    await this.during(async () => {
      const base = await this.baseOf(frame, objectId);
      await this.send("DELETE", path, body, { objectId, frame, base });
    });
    await this.workspace.viewer.loadPrompts();
  }

  /** The revision of a mask as it is now. Where a change has made others stale they are being read again: after that.
   *  @param {number} frame @param {number} objectId @returns {Promise<number>} */
  async baseOf(frame, objectId) {
    const { masks, toast } = this.workspace;
    await masks.ensure(frame).catch((error) => toast.error(error));
    return masks.revision(frame, objectId);
  }

  /**
   * Make an object and its first mask in one request, and select it. Prompts given before it is answered are for that
   * object (`draft`), unless a person asks for another new one.
   * @param {string} path under the video @param {(object: {label_id: number}) => any} body
   */
  begin(path, body) {
    const { objects, store } = this.workspace;
    const draft = this.make(path, body).then((id) => {
      if (this.draft !== draft) return id;
      this.draft = null;
      if (id !== null && store.state.selected === null) objects.select(id);
      return id;
    });
    this.draft = draft;
    return draft;
  }

  /** An object with the current label. @returns {Promise<number|null>} its id, null where it was refused */
  async make(path, body) {
    const { activity, objects, store, measure, toast } = this.workspace;
    const label = objects.nextLabel();
    if (!label) return null;
    try {
      const given = body({ label_id: label.id });
      const reply = await deliver(this.workspace, "POST", `api/videos/${store.state.video.id}/${path}`, given);
      activity.gave(reply.objects[0].id, clicksIn(given), false);
      measure.answered(reply);
      this.take(reply);
      return reply.objects[0].id;
    } catch (error) {
      toast.error(error);
      return null;
    }
  }

  /**
   * Queue a change of one object on one frame.
   * @param {"POST"|"PUT"|"DELETE"} method @param {string} path under the video @param {any} body without its base
   * @param {{objectId: number, frame: number, base: number, seen?: string}} place
   * @returns {Promise<any>} the reply, null where it was refused
   */
  send(method, path, body, place) {
    const whole = `api/videos/${this.workspace.store.state.video.id}/${path}`;
    return new Promise((done) => {
      const queue = this.queues.get(place.objectId) || [];
      const call = (base) => deliver(this.workspace, method, whole, { ...body, base });
      queue.push({ ...place, clicks: clicksIn(body), call, done });
      this.queues.set(place.objectId, queue);
      if (queue.length === 1) this.work(place.objectId, queue);
    });
  }

  /**
   * Send what is queued for one object. What followed a refused change was made on a mask that is not there and goes
   * too.
   */
  async work(objectId, queue) {
    while (queue.length) {
      const edit = queue[0];
      const reply = await this.attempt(edit);
      queue.shift();
      if (reply) {
        this.workspace.activity.gave(objectId, edit.clicks, edit.base > 0);
        this.workspace.measure.answered(reply);
        this.take(reply);
      }
      const revision = reply?.items.find((item) => item.object_id === objectId && item.frame === edit.frame)?.revision;
      const dropped = reply ? [] : queue.splice(0);
      if (revision !== undefined) this.rebase(edit, revision);
      for (const finished of [edit, ...dropped]) finished.done(finished === edit ? reply : null);
    }
    this.queues.delete(objectId);
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
        if (theirs.state === "stale" && theirs.rle.counts === edit.seen) {
          edit.base = theirs.revision; // the same pixels: a correction elsewhere only called them out of date meanwhile
          continue;
        }
        if (!await settleConflict(this.workspace, edit, error.details)) return null;
        edit.base = theirs.revision;
      }
    }
  }

  /** Resolves when every change begun so far has been answered. */
  idle() {
    return Promise.allSettled([...this.running]);
  }

  /**
   * A change that concerns several objects: after those on their way.
   * @param {string} path @param {any} body @returns {Promise<any>}
   */
  post(path, body) {
    return this.ask(`api/videos/${this.workspace.store.state.video.id}/${path}`, body);
  }

  /** The same at any address. @param {string} path @param {any} body @returns {Promise<any>} null where it was refused */
  async ask(path, body) {
    if (!this.allowed()) return null;
    const before = this.idle();
    return this.during(async () => {
      try {
        await before;
        const reply = await deliver(this.workspace, "POST", path, body);
        this.take(reply);
        await this.workspace.viewer.loadPrompts();
        return reply;
      } catch (error) {
        this.workspace.toast.error(error);
        return null;
      }
    });
  }

  /** Undo or redo one's own last change, and go to where it was. @param {"undo"|"redo"} direction */
  async step(direction) {
    const reply = await this.post(direction, {});
    if (!reply) return;
    if (Number.isInteger(reply.frame)) this.workspace.viewer.seek(reply.frame);
    this.workspace.live.timelineSoon();
  }

  /**
   * Take what a reply or an event says has changed.
   * @param {{items?: MaskItem[], changed?: [number, number, number][], stale?: [number, number, number][],
   *   objects?: import("./types.js").VideoObject[], undo?: boolean, redo?: boolean}} reply
   */
  take({ items = [], changed = [], stale = [], objects = [], undo, redo }) {
    const { store, masks, live, toast } = this.workspace;
    for (const object of objects) this.workspace.objects.take(object);
    masks.apply(items);
    masks.markStale(stale);
    if (changed.length && !items.length) { // too much to list
      for (const [, start, stop] of changed) masks.refresh(start, stop);
      live.timelineSoon();
    }
    if (stale.length || changed.length) masks.ensure(store.state.frame).catch((error) => toast.error(error));
    store.set({ timeline: patchTimeline(store.state.timeline, items, stale) });
    if (undo !== undefined) store.set({ undo, redo });
  }

  /**
   * The page says that it saves until `work` is done.
   * @template T @param {() => Promise<T>} work @returns {Promise<T>}
   */
  async during(work) {
    const { store } = this.workspace;
    const running = work();
    this.running.add(running);
    store.set({ pending: this.running.size });
    try {
      return await running;
    } finally {
      this.running.delete(running);
      store.set({ pending: this.running.size });
    }
  }
}
