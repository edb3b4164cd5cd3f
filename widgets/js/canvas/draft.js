// Masks in motion: all of a frame in one small bitmap, straight from their codes. Nothing is decoded, traced or kept, so that
// playing and scrubbing cost the same whatever is new. States are not told apart here; at rest the layer of the masks is exact.

import { eachColumnRun, runsOf } from "../rle.js";
import { rgbOf } from "./art.js";

const WIDEST = 640; // pixels of the bitmap

export class Draft {
  /** @param {number} width @param {number} height of the picture */
  constructor(width, height) {
    this.step = Math.ceil(width / WIDEST); // picture pixels a pixel
    this.width = Math.ceil(width / this.step);
    this.height = Math.ceil(height / this.step);
    this.canvas = new OffscreenCanvas(this.width, this.height);
    this.context = this.canvas.getContext("2d");
    this.image = this.context.createImageData(this.width, this.height);
    this.pixels = new Uint32Array(this.image.data.buffer);
    /** Whose a pixel is, column by column as the codes are: 0 nobody's, n of the n-th mask. */
    this.owners = new Uint16Array(this.width * this.height);
  }

  /**
   * @param {CanvasRenderingContext2D} context in picture coordinates
   * @param {{entry: import("../masks.js").Entry, colour: string, opacity: number}[]} masks the last one lies on top
   * @param {boolean} outlines
   */
  paint(context, masks, outlines) {
    this.owners.fill(0);
    this.pixels.fill(0);
    masks.forEach(({ entry }, n) => this.own(entry, n + 1));
    this.colour(masks, outlines);
    this.context.putImageData(this.image, 0, 0);
    context.globalAlpha = 1;
    context.imageSmoothingEnabled = true;
    context.drawImage(this.canvas, 0, 0, this.width * this.step, this.height * this.step);
    context.imageSmoothingEnabled = false;
  }

  own({ local, item }, owner) {
    const { step, height, owners } = this;
    const take = (column, top, bottom) => {
      if (column % step) return;
      const line = (column / step) * height;
      owners.fill(owner, line + Math.ceil(top / step), line + Math.ceil(bottom / step));
    };
    if (!local) eachColumnRun(runsOf(item.rle.counts), item.rle.size[0], take);
    else eachPixel(local, (x, y) => take(x, y, y + 1));
  }

  colour(masks, outlines) {
    const { width, height, owners, pixels } = this;
    const fills = new Uint32Array([0, ...masks.map(({ colour, opacity }) => inkOf(colour, opacity))]);
    const edges = outlines ? new Uint32Array([0, ...masks.map(({ colour }) => inkOf(colour, 1))]) : fills;
    for (let column = 0, at = 0; column < width; column++) {
      for (let row = 0; row < height; row++, at++) {
        const own = owners[at];
        if (!own) continue;
        const within = owners[at - 1] === own && owners[at + 1] === own
          && owners[at - height] === own && owners[at + height] === own;
        pixels[row * width + column] = (within ? fills : edges)[own];
      }
    }
  }
}

/** @param {string} colour @param {number} opacity @returns {number} a pixel of image data */
function inkOf(colour, opacity) {
  return new Uint32Array(new Uint8Array([...rgbOf(colour), Math.round(255 * Math.min(1, opacity))]).buffer)[0];
}

/** @param {import("../rle.js").Shape} shape @param {(x: number, y: number) => void} visit */
function eachPixel({ x, y, width, bits }, visit) {
  for (let at = bits.indexOf(1); at >= 0; at = bits.indexOf(1, at + 1)) visit(x + (at % width), y + Math.floor(at / width));
}
