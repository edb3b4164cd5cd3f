// What can be done to a mask that is there: the same pixels as backend/mending.py, which does it to a range of frames. The
// mask's parts are joined over corners, its holes are not, and what lies outside the frame is neither mask nor hole.

import { cut, NOTHING } from "./rle.js";

/** @typedef {import("./rle.js").Shape} Shape */
/**
 * @typedef {"fill holes"|"remove specks"|"keep largest"|"smooth"|"grow"|"shrink"} Operation
 * @typedef {{width: number, height: number}} Frame
 */

/**
 * @param {Shape} shape @param {Operation} operation
 * @param {number|null} size pixels of area for "remove specks" (null: a hundredth of the mask), of radius for "smooth", "grow"
 *   and "shrink"; of no concern to the others
 * @param {Frame} frame @returns {Shape}
 */
export function mend(shape, operation, size, frame) {
  if (!shape.area) return NOTHING;
  switch (operation) {
    case "fill holes": return fillHoles(shape);
    case "remove specks": return keepParts(shape, (area) => (size === null ? 100 * area >= shape.area : area >= size));
    case "keep largest": return keepParts(shape, () => false);
    case "smooth": return filtered(shape, size, frame, (inside, seen) => 2 * inside > seen);
    case "grow": return filtered(shape, size, frame, (inside) => inside > 0);
    case "shrink": return filtered(shape, size, frame, (inside, seen) => inside === seen);
    default: throw new Error(`There is no operation ${operation}.`);
  }
}

/** The pixels of one mask that are not in another. @param {Shape} shape @param {Shape} other @returns {Shape} */
export function minus(shape, other) {
  const bits = shape.bits.slice();
  const top = Math.max(shape.y, other.y);
  const bottom = Math.min(shape.y + shape.height, other.y + other.height);
  const left = Math.max(shape.x, other.x);
  const right = Math.min(shape.x + shape.width, other.x + other.width);
  for (let y = top; y < bottom; y++) {
    const at = (y - shape.y) * shape.width - shape.x;
    const under = (y - other.y) * other.width - other.x;
    for (let x = left; x < right; x++) if (other.bits[under + x]) bits[at + x] = 0;
  }
  return moved(cut(bits, shape.height, shape.width), shape.x, shape.y);
}

/** @param {Shape} shape @param {number} x @param {number} y @returns {Shape} */
const moved = (shape, x, y) => (shape.area ? { ...shape, x: shape.x + x, y: shape.y + y } : NOTHING);

/** Pieces of not-mask that are joined to the outside by no edge become mask. */
function fillHoles(shape) {
  const { width, height } = shape;
  const { runs, pieceOf, areas } = piecesOf(shape, 0, false);
  const isOutside = new Set();
  runs.forEach(({ row, from, to }, n) => {
    if (!row || row === height - 1 || !from || to === width) isOutside.add(pieceOf[n]);
  });
  const bits = shape.bits.slice();
  runs.forEach(({ row, from, to }, n) => {
    if (!isOutside.has(pieceOf[n])) bits.fill(1, row * width + from, row * width + to);
  });
  const area = areas.reduce((sum, piece, n) => (isOutside.has(n) ? sum : sum + piece), shape.area);
  return { ...shape, bits, area };
}

/** The largest part, of equals the first from the top left, and all others that `keep` says to keep. */
function keepParts(shape, keep) {
  const { runs, pieceOf, areas } = piecesOf(shape, 1, true);
  const largest = areas.reduce((best, area, n) => (area > areas[best] ? n : best), 0);
  const bits = new Uint8Array(shape.bits.length);
  runs.forEach(({ row, from, to }, n) => {
    const piece = pieceOf[n];
    if (piece === largest || keep(areas[piece])) bits.fill(1, row * shape.width + from, row * shape.width + to);
  });
  return moved(cut(bits, shape.height, shape.width), shape.x, shape.y);
}

/**
 * What of a shape's box has this value, row by row, in pieces that are joined over edges, and over corners too where so said.
 * @param {Shape} shape @param {0|1} value @param {boolean} overCorners
 * @returns {{runs: {row: number, from: number, to: number}[], pieceOf: number[], areas: number[]}} pieces are numbered in the
 *   order in which rows meet them; `to` is exclusive
 */
function piecesOf(shape, value, overCorners) {
  const runs = [];
  /** @type {number[]} for every run an earlier one that it is joined to, or itself */
  const joined = [];
  const find = (n) => {
    while (joined[n] !== n) n = joined[n] = joined[joined[n]];
    return n;
  };
  const slack = overCorners ? 1 : 0;
  for (let row = 0, above = 0; row < shape.height; row++) {
    const first = runs.length;
    addRuns(runs, shape, row, value);
    let near = above;
    for (let n = first; n < runs.length; n++) {
      joined.push(n);
      while (near < first && runs[near].to + slack <= runs[n].from) near += 1;
      for (let other = near; other < first && runs[other].from < runs[n].to + slack; other++) {
        const [a, b] = [find(n), find(other)];
        joined[Math.max(a, b)] = Math.min(a, b);
      }
    }
    above = first;
  }
  const areas = [];
  const pieceOf = [];
  runs.forEach(({ from, to }, n) => {
    const root = find(n); // never a later run
    pieceOf[n] = root === n ? areas.push(0) - 1 : pieceOf[root];
    areas[pieceOf[n]] += to - from;
  });
  return { runs, pieceOf, areas };
}

/** The runs of a value in one row. */
function addRuns(runs, { width, bits }, row, value) {
  const line = row * width;
  for (let column = 0; column < width;) {
    while (column < width && bits[line + column] !== value) column += 1;
    const from = column;
    while (column < width && bits[line + column] === value) column += 1;
    if (column > from) runs.push({ row, from, to: column });
  }
}

/**
 * Half the widths of a disc's rows, from the middle row on: what is within (radius + 1/2) of the middle, so that radius 1 has
 * all eight neighbours.
 * @param {number} radius
 */
export function discRows(radius) {
  return Array.from({ length: radius + 1 }, (_, dy) => {
    let dx = radius;
    while (dx * dx + dy * dy > radius * radius + radius) dx -= 1;
    return dx;
  });
}

/**
 * Every pixel anew from the disc around it: `decide(mask pixels in the disc, pixels of the frame in the disc)`. A disc that is
 * all mask, or has none of it, leaves its pixel as it is: only those near an edge are looked at.
 */
function filtered(shape, radius, frame, decide) {
  const left = Math.max(0, shape.x - radius);
  const top = Math.max(0, shape.y - radius);
  const width = Math.min(frame.width, shape.x + shape.width + radius) - left;
  const height = Math.min(frame.height, shape.y + shape.height + radius) - top;
  const sums = rowSums(shape, left, top, width, height);
  const edges = nearEdges(sums, width, height, radius);
  const half = discRows(radius);
  const bits = new Uint8Array(width * height);
  for (let row = 0, at = 0; row < height; row++) {
    let near = 0;
    for (let column = 0; column < width; column++, at++) {
      near += edges[at + row];
      if (near) bits[at] = decided(row, column) ? 1 : 0;
      else bits[at] = sums[at + row + 1] - sums[at + row];
    }
  }
  return moved(cut(bits, height, width), left, top);

  function decided(row, column) {
    let inside = 0;
    let seen = 0;
    const last = Math.min(radius, frame.height - 1 - top - row);
    for (let dy = Math.max(-radius, -top - row); dy <= last; dy++) {
      const reach = half[dy < 0 ? -dy : dy];
      const from = Math.max(-left, column - reach);
      const to = Math.min(frame.width - left, column + reach + 1);
      seen += to - from;
      if (row + dy < 0 || row + dy >= height) continue; // a row of the frame in which the mask has nothing
      const line = (row + dy) * (width + 1);
      inside += sums[line + Math.min(width, to)] - sums[line + Math.max(0, from)];
    }
    return decide(inside, seen);
  }
}

/** For every row where pixels begin (+1) and cease (-1) to be within `radius` of an edge, in steps that add up. */
function nearEdges(sums, width, height, radius) {
  const steps = new Int16Array((width + 1) * height);
  const bit = (row, column) => {
    if (row < 0 || column < 0 || row >= height || column >= width) return 0;
    const at = row * (width + 1) + column;
    return sums[at + 1] - sums[at];
  };
  for (let row = -1; row < height; row++) {
    let next = bit(row, -1);
    for (let column = -1; column < width; column++) {
      const here = next;
      next = bit(row, column + 1);
      if (here === next && here === bit(row + 1, column)) continue;
      const from = Math.max(0, column - radius);
      const to = Math.min(width, column + radius + 2);
      for (let y = Math.max(0, row - radius); y <= Math.min(height - 1, row + radius + 1); y++) {
        steps[y * (width + 1) + from] += 1;
        steps[y * (width + 1) + to] -= 1;
      }
    }
  }
  return steps;
}

/** For every row of a part of the frame the mask pixels left of each column: one more entry than columns. */
function rowSums(shape, left, top, width, height) {
  const sums = new Int32Array((width + 1) * height);
  for (let row = 0; row < height; row++) {
    const from = (top + row - shape.y) * shape.width;
    const isBlank = top + row < shape.y || top + row >= shape.y + shape.height;
    let sum = 0;
    for (let column = 0, at = row * (width + 1); column < width; column++) {
      const x = left + column - shape.x;
      if (!isBlank && x >= 0 && x < shape.width) sum += shape.bits[from + x];
      sums[++at] = sum;
    }
  }
  return sums;
}
