// COCO's compressed run-length code: column-major runs, the first one background; counts as a string of 5-bit groups, each
// count after the third stored as the difference to the one two before it.

/** @typedef {import("./types.js").Rle} Rle */

/**
 * A mask cut to its box. `bits` is row-major, one byte a pixel, 0 or 1.
 * @typedef {{x: number, y: number, width: number, height: number, bits: Uint8Array, area: number}} Shape
 */

/** The mask without a pixel. @type {Shape} */
export const NOTHING = Object.freeze({ x: 0, y: 0, width: 0, height: 0, bits: new Uint8Array(0), area: 0 });

/** @param {string} counts @returns {number[]} run lengths */
export function runsOf(counts) {
  const runs = [];
  let at = 0;
  while (at < counts.length) {
    let value = 0;
    let shift = 0;
    let group;
    do {
      group = counts.charCodeAt(at++) - 48;
      value += (group & 31) * 2 ** shift;
      shift += 5;
    } while (group & 32 && at < counts.length);
    if (group & 16) value -= 2 ** shift;
    if (runs.length > 2) value += runs[runs.length - 2];
    runs.push(value);
  }
  return runs;
}

/** @param {number[]} runs @returns {string} counts */
export function countsOf(runs) {
  const codes = [];
  for (let i = 0; i < runs.length; i++) {
    let value = i > 2 ? runs[i] - runs[i - 2] : runs[i];
    let more = true;
    while (more) {
      let group = value & 31;
      value >>= 5;
      more = group & 16 ? value !== -1 : value !== 0;
      if (more) group |= 32;
      codes.push(String.fromCharCode(group + 48));
    }
  }
  return codes.join("");
}

/** The foreground runs that lie in one column each. @param {number[]} runs @param {number} height
 *  @param {(column: number, top: number, bottom: number) => void} visit bottom is exclusive */
export function eachColumnRun(runs, height, visit) {
  let start = 0;
  for (let i = 0; i < runs.length; i++) {
    const stop = start + runs[i];
    if (i % 2) {
      for (let at = start; at < stop;) {
        const column = Math.floor(at / height);
        const end = Math.min(stop, (column + 1) * height);
        visit(column, at - column * height, end - column * height);
        at = end;
      }
    }
    start = stop;
  }
}

/**
 * Decode. Only foreground pixels are touched, so the cost is that of the mask and not of the frame.
 * @param {Rle} rle @returns {Shape}
 */
export function shapeOf(rle) {
  const height = rle.size[0];
  const runs = runsOf(rle.counts);
  let left = Infinity, right = -1, top = Infinity, bottom = 0, area = 0;
  eachColumnRun(runs, height, (column, from, to) => {
    if (column < left) left = column;
    if (column > right) right = column;
    if (from < top) top = from;
    if (to > bottom) bottom = to;
    area += to - from;
  });
  if (right < 0) return NOTHING;
  const width = right - left + 1;
  const bits = new Uint8Array(width * (bottom - top));
  eachColumnRun(runs, height, (column, from, to) => {
    for (let at = (from - top) * width + column - left, n = to - from; n > 0; n--, at += width) bits[at] = 1;
  });
  return { x: left, y: top, width, height: bottom - top, bits, area };
}

/**
 * Encode a shape into a frame of this size.
 * @param {Shape} shape @param {number} height @param {number} width @returns {Rle}
 */
export function rleOf(shape, height, width) {
  const runs = [];
  const { x, y, width: columns, height: rows, bits } = shape;
  let value = 0;
  let began = 0; // where in the frame, column by column, the run that goes on began
  const turn = (at) => {
    runs.push(at - began);
    began = at;
    value ^= 1;
  };
  for (let column = 0; column < columns; column++) {
    const start = (x + column) * height + y;
    if (value && rows < height) turn(start - (height - rows)); // above and below the box is nothing
    for (let row = 0, at = column; row < rows; row++, at += columns) if (bits[at] !== value) turn(start + row);
  }
  const end = (x + columns - 1) * height + y + rows;
  if (value && end < height * width) turn(end);
  runs.push(height * width - began);
  return { size: [height, width], counts: countsOf(runs) };
}

/**
 * A full-frame bitmap cut to its box.
 * @param {Uint8Array} bits row-major @param {number} height @param {number} width
 * @param {{left: number, top: number, right: number, bottom: number}} [within] where the ones are at the most: the rest of
 *   the frame is not looked at
 * @returns {Shape}
 */
export function cut(bits, height, width, within = { left: 0, top: 0, right: width, bottom: height }) {
  let left = width, right = -1, top = -1, bottom = -1;
  for (let row = within.top; row < within.bottom; row++) {
    const line = bits.subarray(row * width + within.left, row * width + within.right);
    const first = line.indexOf(1);
    if (first < 0) continue;
    if (top < 0) top = row;
    bottom = row;
    left = Math.min(left, within.left + first);
    right = Math.max(right, within.left + line.lastIndexOf(1));
  }
  if (right < 0) return NOTHING;
  const box = { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
  const inside = new Uint8Array(box.width * box.height);
  let area = 0;
  for (let row = 0, at = 0; row < box.height; row++) {
    const from = (top + row) * width + left;
    for (let column = from; column < from + box.width; column++, at++) area += inside[at] = bits[column];
  }
  return { ...box, bits: inside, area };
}

/**
 * The other way round: a full-frame bitmap, row-major.
 * @param {Shape} shape @param {number} height @param {number} width
 * @param {Uint8Array} [bits] such a bitmap, to which the shape is added
 */
export function spread(shape, height, width, bits = new Uint8Array(height * width)) {
  for (let row = 0; row < shape.height; row++) {
    const from = row * shape.width;
    const at = (shape.y + row) * width + shape.x;
    for (let column = 0; column < shape.width; column++) bits[at + column] |= shape.bits[from + column];
  }
  return bits;
}

/** Have both the same pixels? @param {Shape} a @param {Shape} b */
export function equal(a, b) {
  const same = ["x", "y", "width", "height", "area"].every((key) => a[key] === b[key]);
  return same && a.bits.every((bit, at) => bit === b.bits[at]);
}

/** Does the shape cover this pixel? @param {Shape} shape @param {number} x @param {number} y */
export function covers(shape, x, y) {
  const column = Math.floor(x) - shape.x;
  const row = Math.floor(y) - shape.y;
  if (column < 0 || row < 0 || column >= shape.width || row >= shape.height) return false;
  return shape.bits[row * shape.width + column] === 1;
}
