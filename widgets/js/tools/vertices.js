// Rings of vertices that a hand changes: dragged, set on an edge, taken away. An edge that nobody has touched keeps the exact
// way along the pixels that it stands for, so that what is not edited stays as it was to the pixel.

/** @typedef {import("./raster.js").Place} Place */
/** @typedef {{x: number, y: number, after: Place[]}} Vertex `after`: the places between it and the next one, none: straight */
/** @typedef {{ring: number, at: number, on: "vertex"|"edge"}} Spot `at`: the vertex, or the one at which the edge begins */

const REACH = { vertex: 9, edge: 5 }; // CSS pixels
const FEWEST = 4; // vertices of a ring that was traced: fewer are no handles

export class Vertices {
  /** @param {Vertex[][]} rings @param {boolean} closed */
  constructor(rings, closed) {
    this.rings = rings;
    this.closed = closed;
    /** @type {Vertex[][][]} what the rings were before each change */
    this.past = [];
  }

  /** The exact rings. @returns {Place[][]} */
  get outline() {
    return this.rings.map((ring) => ring.flatMap((vertex) => [vertex, ...vertex.after]));
  }

  /** A change begins, which `back` takes away. */
  remember() {
    this.past.push(this.rings.map((ring) => [...ring]));
  }

  /** @returns {boolean} whether there was a change to take away */
  back() {
    const rings = this.past.pop();
    if (rings) this.rings = rings;
    return rings !== undefined;
  }

  /** What is under the pointer: a vertex before an edge. @param {Place} place @param {number} scale @returns {Spot|null} */
  under(place, scale) {
    return this.nearest("vertex", place, REACH.vertex / scale) || this.nearest("edge", place, REACH.edge / scale);
  }

  nearest(on, place, reach) {
    let best = null;
    let least = reach;
    this.rings.forEach((ring, n) => {
      const count = on === "edge" && !this.closed ? ring.length - 1 : ring.length;
      for (let at = 0; at < count; at++) {
        const away = on === "vertex" ? distance(ring[at], place) : offEdge(ring[at], ring[(at + 1) % ring.length], place);
        if (away > least) continue;
        least = away;
        best = { ring: n, at, on };
      }
    });
    return best;
  }

  /** Set a vertex on an edge. @param {Spot} edge @param {Place} place @returns {Spot} the vertex */
  insert({ ring, at }, place) {
    const from = this.rings[ring][at];
    const nearest = from.after.reduce((best, each, n) => (distance(each, place) < distance(from.after[best], place) ? n : best), 0);
    const way = from.after;
    const vertex = way.length ? { ...way[nearest], after: way.slice(nearest + 1) } : { x: place.x, y: place.y, after: [] };
    this.rings[ring].splice(at, 1, { ...from, after: way.slice(0, nearest) }, vertex);
    return { ring, at: at + 1, on: "vertex" };
  }

  /** @param {Spot} spot @param {Place} place */
  move({ ring, at }, { x, y }) {
    this.straighten(ring, at - 1);
    this.rings[ring][at] = { x, y, after: [] };
  }

  /** Take a vertex away, and with the third last one its ring. @param {Spot} spot */
  remove({ ring, at }) {
    this.straighten(ring, at - 1);
    this.rings[ring].splice(at, 1);
    if (this.closed && this.rings[ring].length < 3) this.rings.splice(ring, 1);
  }

  straighten(ring, at) {
    const [vertex] = this.rings[ring].slice(at);
    if (vertex) this.rings[ring].splice(at, 1, { ...vertex, after: [] });
  }
}

const distance = (a, b) => Math.hypot(a.x - b.x, a.y - b.y);

/** How far a place is from an edge. */
function offEdge(a, b, place) {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const share = ((place.x - a.x) * dx + (place.y - a.y) * dy) / (dx * dx + dy * dy || 1);
  const along = Math.max(0, Math.min(1, share));
  return distance({ x: a.x + along * dx, y: a.y + along * dy }, place);
}

/**
 * A closed ring with few vertices (Douglas-Peucker), each with the exact way to the next one.
 * @param {Place[]} ring @param {number} tolerance how far the exact way may be from the edge, picture pixels @returns {Vertex[]}
 */
export function simplified(ring, tolerance) {
  const opposite = ring.reduce((best, place, n) => (distance(place, ring[0]) > distance(ring[best], ring[0]) ? n : best), 0);
  const kept = new Set([0, opposite]);
  const stretches = [[0, opposite], [opposite, ring.length]];
  while (stretches.length) {
    const [from, to] = stretches.pop();
    let farthest = -1;
    let most = tolerance;
    for (let at = from + 1; at < to; at++) {
      const away = offEdge(ring[from], ring[to % ring.length], ring[at]);
      if (away > most) [farthest, most] = [at, away];
    }
    if (farthest < 0) continue;
    kept.add(farthest);
    stretches.push([from, farthest], [farthest, to]);
  }
  if (kept.size < Math.min(FEWEST, ring.length)) return simplified(ring, tolerance / 2);
  const order = [...kept].sort((a, b) => a - b);
  return order.map((at, n) => ({ ...ring[at], after: ring.slice(at + 1, order[n + 1] ?? ring.length) }));
}
