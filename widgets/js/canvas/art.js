// What is drawn of a mask: a tinted bitmap of its box for the fill, a path along its pixel edges for the outline.

/** @typedef {import("../rle.js").Shape} Shape */
/** @typedef {{fill: OffscreenCanvas, outline: Path2D, colour: string}} Art */

/**
 * The fill and outline of an entry of the mask cache, made once.
 * @param {{art: Art|null}} entry @param {Shape} shape @param {string} colour
 */
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

// Directions of an edge: right, down, left, up. As vertex steps in a grid one wider and one higher than the bitmap.
const DX = [1, 0, -1, 0];
const DY = [0, 1, 0, -1];
const TURNS = [1, 0, 3]; // what is tried at a corner: to the right, straight on, to the left

/**
 * The edges between mask and not-mask.
 * @param {Shape} shape @returns {Path2D} closed loops in picture coordinates
 */
export function outlineOf(shape) {
  const path = new Path2D();
  for (const [first, ...others] of ringsOf(shape)) {
    path.moveTo(first.x, first.y);
    for (const { x, y } of others) path.lineTo(x, y);
    path.closePath();
  }
  return path;
}

/**
 * The corners of the edges between mask and not-mask: rings that keep the mask on their right hand, so that those of holes run
 * the other way.
 * @param {Shape} shape @returns {{x: number, y: number}[][]} picture coordinates
 */
export function ringsOf(shape) {
  const edges = edgesOf(shape);
  const rings = [];
  for (let vertex = 0; vertex < edges.length; vertex++) {
    while (edges[vertex]) rings.push(trace(edges, shape.width + 1, vertex, shape));
  }
  return rings;
}

/**
 * For every vertex the edges that leave it (bit d: direction d), with the mask on the right hand.
 * @param {Shape} shape
 */
function edgesOf({ width, height, bits }) {
  const edges = new Uint8Array((width + 1) * (height + 1));
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const at = row * width + column;
      if (!bits[at]) continue;
      const corner = row * (width + 1) + column;
      if (row === 0 || !bits[at - width]) edges[corner] |= 1;
      if (column === width - 1 || !bits[at + 1]) edges[corner + 1] |= 2;
      if (row === height - 1 || !bits[at + width]) edges[corner + width + 2] |= 4;
      if (column === 0 || !bits[at - 1]) edges[corner + width + 1] |= 8;
    }
  }
  return edges;
}

/** Walk one loop and take its edges away. Where two loops touch at a corner it turns right, which keeps them apart. */
function trace(edges, width, start, shape) {
  const ring = [];
  let vertex = start;
  let heading = 31 - Math.clz32(edges[start] & -edges[start]);
  do {
    edges[vertex] &= ~(1 << heading);
    vertex += DX[heading] + DY[heading] * width;
    const turn = TURNS.find((by) => edges[vertex] & (1 << ((heading + by) % 4)));
    if (turn === 0) continue; // a straight line is one piece
    ring.push({ x: shape.x + (vertex % width), y: shape.y + Math.floor(vertex / width) });
    heading = (heading + (turn ?? 0)) % 4;
  } while (vertex !== start || edges[vertex] & (1 << heading));
  return ring;
}

/**
 * Where something written on a shape is sure to lie on it: the middle of its longest row, picture coordinates.
 * @param {Shape} shape
 */
export function anchorOf({ x, y, width, height, bits }) {
  let longest = 0;
  let anchor = { x, y };
  for (let row = 0; row < height; row++) {
    for (let column = 0, run = 0; column < width; column++) {
      run = bits[row * width + column] ? run + 1 : 0;
      if (run <= longest) continue;
      longest = run;
      anchor = { x: x + column + 1 - run / 2, y: y + row + 0.5 };
    }
  }
  return anchor;
}
