// The masks near the current frame: read from the server in stretches, kept up to date by replies and live events, bounded.

import { request } from "./api.js";
import { shapeOf } from "./rle.js";

/** @typedef {import("./types.js").MaskItem} MaskItem */
/** @typedef {import("./rle.js").Shape} Shape */
/**
 * What is known of an object on a frame. `local` is what a person just drew and the server has not answered yet.
 * @typedef {{item: MaskItem|null, local: Shape|null, shape: Shape|null, art: any, tick: number}} Entry
 */

const STRETCH = 25; // frames a request
const KEPT_STRETCHES = 40;
const KEPT_SHAPES = 400;

/** Where the masks around a frame are read. @param {string} path of all masks @param {number} frame */
export function stretchPath(path, frame, frameCount = Infinity) {
  const start = Math.floor(frame / STRETCH) * STRETCH;
  return `${path}?start=${start}&stop=${Math.min(start + STRETCH, frameCount)}`;
}

export class MaskCache {
  /**
   * @param {number} videoId @param {number} frameCount @param {() => void} changed called after every change
   * @param {string} [path] where they are read
   */
  constructor(videoId, frameCount, changed, path = `api/videos/${videoId}/masks`) {
    this.path = path;
    this.frameCount = frameCount;
    this.changed = changed;
    /** @type {Map<number, Map<number, Entry>>} frame -> object -> entry */
    this.frames = new Map();
    /** @type {Map<number, Promise<void>>} stretch -> its reading, also when done; oldest use first */
    this.stretches = new Map();
    /** @type {Set<number>} stretches that have been read */
    this.read = new Set();
    this.tick = 0;
    /** @type {Set<Entry>} entries whose mask is decoded, oldest first */
    this.decoded = new Set();
  }

  /** Have the masks of a frame been read? @param {number} frame */
  has(frame) {
    return this.read.has(Math.floor(frame / STRETCH));
  }

  /** Read the masks of a frame and of its neighbours, once. @param {number} frame @returns {Promise<void>} */
  ensure(frame) {
    const stretch = Math.floor(frame / STRETCH);
    const known = this.stretches.get(stretch);
    this.stretches.delete(stretch);
    const reading = known || this.load(stretch);
    this.stretches.set(stretch, reading);
    while (this.stretches.size > KEPT_STRETCHES) this.drop(this.stretches.keys().next().value);
    return reading;
  }

  /** @param {number} stretch */
  async load(stretch) {
    const start = stretch * STRETCH;
    const stop = Math.min(start + STRETCH, this.frameCount);
    const began = ++this.tick;
    try {
      const { items } = await request("GET", stretchPath(this.path, start, this.frameCount));
      this.replace(start, stop, items, began);
      this.read.add(stretch);
      this.changed();
    } catch (error) {
      this.stretches.delete(stretch); // so that the next look asks again
      throw error;
    }
  }

  /** Take a stretch as the server has it, except for what changed since the question was asked. */
  replace(start, stop, items, began) {
    const there = new Set(items.map((item) => `${item.frame} ${item.object_id}`));
    for (let frame = start; frame < stop; frame++) {
      for (const [id, entry] of this.frames.get(frame) || []) {
        const gone = entry.tick < began && !entry.local && !there.has(`${frame} ${id}`);
        if (gone) this.frames.get(frame).delete(id);
      }
    }
    for (const item of items) {
      const entry = this.entry(item.frame, item.object_id);
      if (entry.tick < began) this.put(entry, item, began);
    }
  }

  /** @param {number} stretch */
  drop(stretch) {
    this.stretches.delete(stretch);
    this.read.delete(stretch);
    for (let frame = stretch * STRETCH; frame < (stretch + 1) * STRETCH; frame++) {
      for (const entry of this.frames.get(frame)?.values() || []) this.decoded.delete(entry);
      this.frames.delete(frame);
    }
  }

  /**
   * Other revisions are to be expected on these frames: read them again when they are looked at next.
   * @param {number} [start] @param {number} [stop]
   */
  refresh(start = 0, stop = this.frameCount) {
    for (const stretch of [...this.stretches.keys()]) {
      if (stretch * STRETCH < stop && (stretch + 1) * STRETCH > start) this.stretches.delete(stretch);
    }
  }

  /** Mask items of a reply or an event. An older revision than the one here is old news. @param {MaskItem[]} items */
  apply(items) {
    for (const item of items) {
      if (!this.stretches.has(Math.floor(item.frame / STRETCH))) continue;
      const entry = this.entry(item.frame, item.object_id);
      if (item.rle && entry.item && entry.item.revision > item.revision) continue;
      this.put(entry, item, ++this.tick);
    }
    if (items.length) this.changed();
  }

  /**
   * Model masks of these stretches are out of date now.
   * @param {[number, number, number][]} stretches object, start, stop
   */
  markStale(stretches) {
    for (const [id, start, stop] of stretches) {
      for (const [frame, objects] of this.frames) {
        const item = objects.get(id)?.item;
        const inside = frame >= start && frame < stop;
        if (inside && ["tracked", "candidate"].includes(item?.state)) item.state = "stale";
      }
    }
    for (const [, start, stop] of stretches) this.refresh(start, stop); // they have other revisions now
    if (stretches.length) this.changed();
  }

  /** @param {number} frame @param {number} objectId @returns {Entry} */
  entry(frame, objectId) {
    if (!this.frames.has(frame)) this.frames.set(frame, new Map());
    const objects = this.frames.get(frame);
    if (!objects.has(objectId)) objects.set(objectId, { item: null, local: null, shape: null, art: null, tick: 0 });
    return objects.get(objectId);
  }

  put(entry, item, tick) {
    if (entry.item?.rle?.counts !== item.rle?.counts) {
      entry.shape = null;
      if (!entry.local) entry.art = null; // else it is the art of that one
    }
    entry.item = item.rle ? item : null;
    entry.tick = tick;
  }

  /** @param {number} frame @param {number} objectId @returns {MaskItem|null} */
  item(frame, objectId) {
    return this.frames.get(frame)?.get(objectId)?.item || null;
  }

  /** The revision to name as `base`. @param {number} frame @param {number} objectId */
  revision(frame, objectId) {
    return this.item(frame, objectId)?.revision || 0;
  }

  /**
   * Show a mask before the server has it; null takes that back.
   * @param {number} frame @param {number} objectId @param {Shape|null} shape
   */
  setLocal(frame, objectId, shape) {
    const entry = this.entry(frame, objectId);
    entry.local = shape;
    entry.art = null;
    entry.shape = null;
    this.changed();
  }

  /**
   * A change that was shown before the server had it is answered. What came is mostly what is shown: it is not drawn anew.
   * @param {number} frame @param {number} objectId @param {Shape} shape as it was shown @param {string} counts its COCO code
   */
  settle(frame, objectId, shape, counts) {
    const entry = this.entry(frame, objectId);
    if (entry.local !== shape) return; // something newer is shown
    if (entry.item?.rle?.counts !== counts) {
      this.setLocal(frame, objectId, null);
      return;
    }
    entry.local = null;
    entry.shape = shape;
    this.changed();
  }

  /** The pixels to draw, or null. @param {number} frame @param {number} objectId @returns {Shape|null} */
  shape(frame, objectId) {
    const entry = this.frames.get(frame)?.get(objectId);
    if (!entry) return null;
    if (entry.local) return entry.local;
    if (!entry.item) return null;
    if (!entry.shape) entry.shape = shapeOf(entry.item.rle);
    this.decoded.delete(entry);
    this.decoded.add(entry);
    if (this.decoded.size > KEPT_SHAPES) {
      const oldest = this.decoded.values().next().value;
      oldest.shape = oldest.art = null;
      this.decoded.delete(oldest);
    }
    return entry.shape;
  }

  /**
   * As `on`, without decoding anything.
   * @param {number} frame @returns {{id: number, entry: Entry}[]}
   */
  known(frame) {
    return [...this.frames.get(frame) || []].filter(([, { local, item }]) => (local ?? item)?.area)
      .map(([id, entry]) => ({ id, entry }));
  }

  /**
   * Every object that has pixels on a frame.
   * @param {number} frame @returns {{id: number, shape: Shape, entry: Entry}[]}
   */
  on(frame) {
    const found = [];
    for (const [id, entry] of this.frames.get(frame) || []) {
      const shape = this.shape(frame, id);
      if (shape && shape.area) found.push({ id, shape, entry });
    }
    return found;
  }
}
