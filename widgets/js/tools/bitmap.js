// A mask in the hand of a drawing tool: a full-frame bitmap, and a canvas of it that is kept equal to it.

import { cut, rleOf, spread } from "../rle.js";
import { rgbOf } from "../canvas/art.js";

export class Bitmap {
  /**
   * @param {number} width @param {number} height @param {import("../rle.js").Shape|null} shape to begin with
   * @param {string} colour
   */
  constructor(width, height, shape, colour) {
    this.width = width;
    this.height = height;
    this.bits = shape ? spread(shape, height, width) : new Uint8Array(width * height);
    const [r, g, b] = rgbOf(colour);
    this.ink = new Uint32Array(new Uint8Array([r, g, b, 255]).buffer)[0];
    this.canvas = new OffscreenCanvas(width, height);
    this.context = this.canvas.getContext("2d", { willReadFrequently: true });
    if (shape?.area) this.update(shape.x, shape.y, shape.x + shape.width, shape.y + shape.height);
  }

  /**
   * Set the pixels whose centre is within `radius` of the line from one place to another, and those the ends lie on.
   */
  stroke(x0, y0, x1, y1, radius, value) {
    const left = Math.max(0, Math.floor(Math.min(x0, x1) - radius));
    const right = Math.min(this.width, Math.ceil(Math.max(x0, x1) + radius) + 1);
    const top = Math.max(0, Math.floor(Math.min(y0, y1) - radius));
    const bottom = Math.min(this.height, Math.ceil(Math.max(y0, y1) + radius) + 1);
    const [dx, dy] = [x1 - x0, y1 - y0];
    const length = dx * dx + dy * dy || 1;
    const within = Math.max(radius * radius, 0.5); // half a diagonal: a line of one pixel has no holes
    for (let row = top; row < bottom; row++) {
      for (let column = left; column < right; column++) {
        const [px, py] = [column + 0.5 - x0, row + 0.5 - y0];
        const along = Math.max(0, Math.min(1, (px * dx + py * dy) / length));
        if ((px - along * dx) ** 2 + (py - along * dy) ** 2 <= within) this.bits[row * this.width + column] = value;
      }
    }
    this.update(left, top, right, bottom);
  }

  /**
   * Set the pixels whose centre is inside a polygon (even-odd rule).
   * @param {{x: number, y: number}[]} vertices @param {0|1} value
   */
  polygon(vertices, value) {
    for (let row = 0; row < this.height; row++) {
      const y = row + 0.5;
      const crossings = [];
      vertices.forEach((a, i) => {
        const b = vertices[(i + 1) % vertices.length];
        if ((a.y <= y) !== (b.y <= y)) crossings.push(a.x + ((y - a.y) / (b.y - a.y)) * (b.x - a.x));
      });
      crossings.sort((a, b) => a - b);
      for (let i = 0; i + 1 < crossings.length; i += 2) {
        const from = Math.max(0, Math.ceil(crossings[i] - 0.5));
        const to = Math.min(this.width, Math.ceil(crossings[i + 1] - 0.5));
        if (to > from) this.bits.fill(value, row * this.width + from, row * this.width + to);
      }
    }
  }

  /** Bring a part of the canvas up to date. */
  update(left, top, right, bottom) {
    if (right <= left || bottom <= top) return;
    const image = this.context.createImageData(right - left, bottom - top);
    const pixels = new Uint32Array(image.data.buffer);
    for (let row = top, at = 0; row < bottom; row++) {
      for (let column = left; column < right; column++, at++) {
        if (this.bits[row * this.width + column]) pixels[at] = this.ink;
      }
    }
    this.context.putImageData(image, left, top);
  }

  /** @returns {import("../rle.js").Shape} */
  shape() {
    return cut(this.bits, this.height, this.width);
  }

  /** @param {import("../rle.js").Shape} shape */
  rle(shape) {
    return rleOf(shape, this.height, this.width);
  }
}

const NOTHING = { x: 0, y: 0, width: 0, height: 0, bits: new Uint8Array(0), area: 0 };

/** A mask being changed by hand: begun from what the object has on the frame, sent when the hand is lifted. */
export class HandEdit {
  /** @param {import("../workspace.js").Workspace} workspace @param {number} frame */
  constructor(workspace, frame) {
    const { store, masks, objects } = workspace;
    const { video, labelId } = store.state;
    this.workspace = workspace;
    this.frame = frame;
    this.objectId = objects.selected?.id ?? null;
    this.base = this.objectId === null ? 0 : masks.revision(frame, this.objectId);
    const label = video.labels.find((one) => one.id === labelId);
    const shape = this.objectId === null ? null : masks.shape(frame, this.objectId);
    this.bitmap = new Bitmap(video.width, video.height, shape, objects.selected?.colour || label?.colour || "#3880f3");
    workspace.edits.open.add(this);
    this.before = this.objectId === null ? null : masks.entry(frame, this.objectId).local;
  }

  /** From now on the bitmap is drawn in place of the mask. */
  lift() {
    if (this.objectId !== null) this.workspace.masks.setLocal(this.frame, this.objectId, NOTHING);
  }

  /** Give up: the mask is as it was. */
  drop() {
    this.workspace.edits.open.delete(this);
    if (this.objectId !== null) this.workspace.masks.setLocal(this.frame, this.objectId, this.before);
  }

  /** Send it. */
  send() {
    return this.workspace.edits.draw(this);
  }
}
