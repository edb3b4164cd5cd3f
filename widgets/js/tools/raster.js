// Which pixels a hand covers, row by row. A pixel is covered where its centre is; `visit(row, from, to)` gets the columns
// from <= column < to of a row, and rows and columns may lie outside the frame.

/** @typedef {{x: number, y: number}} Place picture pixels, continuous */
/** @typedef {(row: number, from: number, to: number) => void} Visit */

const FINEST = 0.5; // radius at and below which a brush paints the pixels it is on, wherever in them it is

/**
 * A brush drawn from one place to another.
 * @param {Place} a @param {Place} b @param {number} radius half the width of the tip @param {"round"|"square"} tip
 * @param {Visit} visit
 */
export function sweep(a, b, radius, tip, visit) {
  const fine = radius <= FINEST;
  const spanOf = fine ? fineSpan(a, b) : tip === "square" ? squareSpan(a, b, radius) : roundSpan(a, b, radius);
  const [top, bottom] = a.y < b.y ? [a.y, b.y] : [b.y, a.y];
  const last = Math.floor(fine ? bottom : bottom + radius - 0.5);
  for (let row = fine ? Math.floor(top) : Math.ceil(top - radius - 0.5); row <= last; row++) {
    const [low, high] = spanOf(row + 0.5);
    if (low > high) continue;
    if (fine) visit(row, Math.floor(low), Math.floor(high) + 1);
    else visit(row, Math.ceil(low - 0.5), Math.floor(high - 0.5) + 1);
  }
}

/** The stretch of the line a-b that lies within `reach` of a row's middle, in x. */
function within(a, b, reach, y) {
  const dy = b.y - a.y;
  let [from, to] = [0, 1]; // shares of the way from a to b
  if (dy) [from, to] = [(y - reach - a.y) / dy, (y + reach - a.y) / dy].sort((p, q) => p - q);
  else if (Math.abs(y - a.y) > reach) return [Infinity, -Infinity];
  if (from > 1 || to < 0) return [Infinity, -Infinity];
  const ends = [Math.max(0, from), Math.min(1, to)].map((share) => a.x + share * (b.x - a.x));
  return [Math.min(...ends), Math.max(...ends)];
}

const fineSpan = (a, b) => (y) => within(a, b, 0.5, y);

const squareSpan = (a, b, radius) => (y) => {
  const [low, high] = within(a, b, radius, y);
  return [low - radius, high + radius];
};

/** A disc at either end and the rectangle between them: convex, so that a row meets it in one piece. */
function roundSpan(a, b, radius) {
  const length = Math.hypot(b.x - a.x, b.y - a.y);
  const [nx, ny] = length ? [(-(b.y - a.y) * radius) / length, ((b.x - a.x) * radius) / length] : [0, 0];
  const corners = [
    { x: a.x + nx, y: a.y + ny }, { x: b.x + nx, y: b.y + ny }, { x: b.x - nx, y: b.y - ny }, { x: a.x - nx, y: a.y - ny },
  ];
  return (y) => {
    let low = Infinity;
    let high = -Infinity;
    const take = (x, by) => {
      low = Math.min(low, x - by);
      high = Math.max(high, x + by);
    };
    for (const end of [a, b]) {
      const square = radius * radius - (y - end.y) ** 2;
      if (square >= 0) take(end.x, Math.sqrt(square));
    }
    corners.forEach((p, i) => {
      const q = corners[(i + 1) % 4];
      if ((p.y <= y) !== (q.y <= y)) take(p.x + ((y - p.y) / (q.y - p.y)) * (q.x - p.x), 0);
    });
    return [low, high];
  };
}

/**
 * The inside of closed rings, from the top row to the last: what they run around, in either direction (non-zero rule), so that
 * a lasso that crosses itself has no holes. Rings along pixel edges give back exactly the pixels they run around.
 * @param {Place[][]} rings @param {number} height rows of the frame; those outside are left out @param {Visit} visit
 */
export function fillRings(rings, height, visit) {
  const rows = crossingsOf(rings, height);
  rows.forEach((crossings, row) => {
    crossings.sort((p, q) => p.x - q.x);
    let turns = 0;
    let from = 0;
    for (const { x, down } of crossings) {
      const column = Math.ceil(x - 0.5);
      if (turns === 0) from = column;
      turns += down ? 1 : -1;
      if (turns === 0 && column > from) visit(row, from, column);
    }
  });
}

/** Where rings cross the middle of each row. @returns {{x: number, down: boolean}[][]} by row; rows they miss are left out */
function crossingsOf(rings, height) {
  const rows = [];
  for (const ring of rings) {
    ring.forEach((a, i) => {
      const b = ring[(i + 1) % ring.length];
      const down = a.y < b.y;
      const [top, bottom] = down ? [a, b] : [b, a];
      const end = Math.min(height, Math.ceil(bottom.y - 0.5));
      for (let row = Math.max(0, Math.ceil(top.y - 0.5)); row < end; row++) {
        const x = top.x + ((row + 0.5 - top.y) / (bottom.y - top.y)) * (bottom.x - top.x);
        (rows[row] ||= []).push({ x, down });
      }
    });
  }
  return rows;
}
