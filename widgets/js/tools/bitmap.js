// A mask in the hand of a drawing tool: a full-frame bitmap, and a canvas of it that is kept equal to it.

import { cut, NOTHING, rleOf, spread } from "../rle.js";
import { rgbOf } from "../canvas/art.js";
import { fillRings, sweep } from "./raster.js";

/** @typedef {{left: number, top: number, right: number, bottom: number}} Box right and bottom exclusive */

const NOWHERE = Object.freeze({ left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity });

export class Bitmap {
  /**
   * @param {number} width @param {number} height @param {import("../rle.js").Shape|null} shape to begin with
   * @param {string} colour
   */
  constructor(width, height, shape, colour) {
    this.width = width;
    this.height = height;
    this.bits = shape ? spread(shape, height, width) : new Uint8Array(width * height);
    /** Pixels that may not be added. @type {Uint8Array|null} */
    this.taken = null;
    /** Where there may be pixels: everything that costs by area looks nowhere else. @type {Box} */
    this.box = NOWHERE;
    /** What was changed and is not on the canvas yet. @type {Box} */
    this.fresh = NOWHERE;
    const [r, g, b] = rgbOf(colour);
    this.ink = new Uint32Array(new Uint8Array([r, g, b, 255]).buffer)[0];
    this.canvas = new OffscreenCanvas(width, height);
    this.context = this.canvas.getContext("2d");
    if (shape?.area) {
      this.touch({ left: shape.x, top: shape.y, right: shape.x + shape.width, bottom: shape.y + shape.height });
      this.update();
    }
  }

  /**
   * Draw with a tip from one place to another.
   * @param {import("./raster.js").Place} from @param {import("./raster.js").Place} to
   * @param {{radius: number, tip: "round"|"square", value: 0|1}} brush
   */
  stroke(from, to, { radius, tip, value }) {
    sweep(from, to, radius, tip, (row, left, right) => this.put(row, left, right, value));
    this.update();
  }

  /** Set the inside of closed rings. @param {import("./raster.js").Place[][]} rings @param {0|1} value */
  fill(rings, value) {
    fillRings(rings, this.height, (row, left, right) => this.put(row, left, right, value));
    this.update();
  }

  /** Take every pixel away. */
  empty() {
    if (this.box === NOWHERE) return;
    for (let row = this.box.top; row < this.box.bottom; row++) {
      this.bits.fill(0, row * this.width + this.box.left, row * this.width + this.box.right);
    }
    this.touch(this.box);
  }

  put(row, from, to, value) {
    const left = Math.max(0, from);
    const right = Math.min(this.width, to);
    if (row < 0 || row >= this.height || left >= right) return;
    const line = row * this.width;
    if (value && this.taken) {
      for (let at = line + left; at < line + right; at++) if (!this.taken[at]) this.bits[at] = 1;
    } else this.bits.fill(value, line + left, line + right);
    this.touch({ left, top: row, right, bottom: row + 1 });
  }

  /** @param {Box} box */
  touch(box) {
    this.box = around(this.box, box);
    this.fresh = around(this.fresh, box);
  }

  /** Bring the canvas up to date. */
  update() {
    const { left, top, right, bottom } = this.fresh;
    if (right <= left) return;
    this.fresh = NOWHERE;
    const image = this.context.createImageData(right - left, bottom - top);
    const pixels = new Uint32Array(image.data.buffer);
    for (let row = top, at = 0; row < bottom; row++) {
      for (let column = row * this.width + left, end = row * this.width + right; column < end; column++, at++) {
        if (this.bits[column]) pixels[at] = this.ink;
      }
    }
    this.context.putImageData(image, left, top);
  }

  /** @param {CanvasRenderingContext2D} context in picture coordinates */
  paint(context) {
    const { left, top, right, bottom } = this.box;
    const box = [left, top, right - left, bottom - top];
    if (right > left) context.drawImage(this.canvas, ...box, ...box);
  }

  /** @returns {import("../rle.js").Shape} */
  shape() {
    return this.box === NOWHERE ? NOTHING : cut(this.bits, this.height, this.width, this.box);
  }

  /** @param {import("../rle.js").Shape} shape */
  rle(shape) {
    return rleOf(shape, this.height, this.width);
  }
}

/** The smallest box around two. @param {Box} a @param {Box} b @returns {Box} */
const around = (a, b) => ({
  left: Math.min(a.left, b.left), top: Math.min(a.top, b.top),
  right: Math.max(a.right, b.right), bottom: Math.max(a.bottom, b.bottom),
});

/** A mask being changed by hand: begun from what the object has on the frame, sent when the hand is lifted. */
export class HandEdit {
  /** @param {import("../workspace.js").Workspace} workspace @param {number} frame */
  constructor(workspace, frame) {
    const { store, masks, objects } = workspace;
    const { video, labelId, keepOthers } = store.state;
    this.workspace = workspace;
    this.frame = frame;
    this.objectId = objects.selected?.id ?? null;
    const item = this.objectId === null ? null : masks.item(frame, this.objectId);
    this.base = item?.revision || 0;
    this.seen = item?.rle.counts;
    const label = video.labels.find((one) => one.id === labelId);
    const shape = this.objectId === null ? null : masks.shape(frame, this.objectId);
    this.bitmap = new Bitmap(video.width, video.height, shape, objects.selected?.colour || label?.colour || "#3880f3");
    if (keepOthers) this.bitmap.taken = this.others();
    workspace.edits.open.add(this);
    this.before = this.objectId === null ? null : masks.entry(frame, this.objectId).local;
  }

  /** The pixels of all other objects on the frame, but those that this one has already. */
  others() {
    const { store: { state: { video, objects } }, masks } = this.workspace;
    const bits = new Uint8Array(video.width * video.height);
    for (const { id, shape } of masks.on(this.frame)) {
      if (id !== this.objectId && objects.has(id)) spread(shape, video.height, video.width, bits);
    }
    this.bitmap.bits.forEach((bit, at) => { if (bit) bits[at] = 0; });
    return bits;
  }

  /** From now on the bitmap is drawn in place of the mask. */
  lift() {
    if (this.objectId !== null) this.workspace.masks.setLocal(this.frame, this.objectId, NOTHING);
  }

  /** Give up: the mask is as it was. */
  drop() {
    const { edits, masks } = this.workspace;
    edits.open.delete(this);
    // What was shown before the server had it is shown again only while it is still on its way.
    const isSent = edits.queues.get(this.objectId)?.some(({ frame }) => frame === this.frame);
    if (this.objectId !== null) masks.setLocal(this.frame, this.objectId, isSent ? this.before : null);
    this.workspace.stage.redraw();
  }

  /** Send it. */
  send() {
    return this.workspace.edits.draw(this);
  }
}
