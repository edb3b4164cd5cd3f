// What is drawn of a mask: a tinted bitmap of its box for the fill, a path along its pixel edges for the outline.

/** @typedef {import("../rle.js").Shape} Shape */
/** @typedef {{fill: OffscreenCanvas, outline: Path2D, colour: string}} Art */

/** The fill and outline of an entry of the mask cache, made once. @param {{art: Art|null}} entry @param {Shape} shape @param {string} colour */
export function artOf(entry, shape, colour) {
  if (!entry.art || entry.art.colour !== colour) {
    entry.art = { fill: tinted(shape, colour), outline: outlineOf(shape), colour };
  }
  return entry.art;
}

/** @param {string} colour "#rrggbb" @returns {[number, number, number]} */
export function rgbOf(colour) {
  const value = Number.parseInt(colour.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

/** @param {Shape} shape @param {string} colour @returns {OffscreenCanvas} opaque colour where the mask is */
export function tinted(shape, colour) {
  const canvas = new OffscreenCanvas(shape.width, shape.height);
  const context = canvas.getContext("2d");
  const image = context.createImageData(shape.width, shape.height);
  const pixels = new Uint32Array(image.data.buffer);
  const [r, g, b] = rgbOf(colour);
  const ink = new Uint32Array(new Uint8Array([r, g, b, 255]).buffer)[0];
  const { bits } = shape;
  for (let i = 0; i < bits.length; i++) if (bits[i]) pixels[i] = ink;
  context.putImageData(image, 0, 0);
  return canvas;
}

/** The edges between mask and not-mask, as straight pieces in picture coordinates. @param {Shape} shape @returns {Path2D} */
export function outlineOf(shape) {
  const { width, height, bits, x, y } = shape;
  const path = new Path2D();
  const at = (column, row) =>
    column >= 0 && row >= 0 && column < width && row < height ? bits[row * width + column] : 0;
  for (let row = 0; row <= height; row++) {
    for (let column = 0, start = -1; column <= width; column++) {
      const edge = column < width && at(column, row) !== at(column, row - 1);
      if (edge && start < 0) start = column;
      if (!edge && start >= 0) {
        path.moveTo(x + start, y + row);
        path.lineTo(x + column, y + row);
        start = -1;
      }
    }
  }
  for (let column = 0; column <= width; column++) {
    for (let row = 0, start = -1; row <= height; row++) {
      const edge = row < height && at(column, row) !== at(column - 1, row);
      if (edge && start < 0) start = row;
      if (!edge && start >= 0) {
        path.moveTo(x + column, y + start);
        path.lineTo(x + column, y + row);
        start = -1;
      }
    }
  }
  return path;
}
