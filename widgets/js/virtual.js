// A list of hundreds of which only the rows in sight are elements. A blank above and one below stand for the others.

import { Rows } from "./rows.js";

const SPARE = 2; // rows more on either side: Tab finds the next one, and a quick scroll shows no hole

/** @typedef {{element: HTMLElement, update: (n: number) => void}} Row `n`: its place in the list, from 0 */

export class VirtualList {
  /**
   * @param {HTMLElement} list scrolls, and has the rows as its children
   * @param {{height: number, make: (id: number) => Row, empty?: () => HTMLElement|null}} options
   *   `height`: CSS pixels a row; `empty`: what stands there without any
   */
  constructor(list, { height, make, empty = () => null }) {
    this.list = list;
    this.make = make;
    this.empty = empty;
    this.rows = new Rows(height);
    /** @type {Map<number, Row>} those in sight */
    this.shown = new Map();
    list.classList.add("tw-virtual");
    list.addEventListener("scroll", () => this.arrange());
    new ResizeObserver(() => this.arrange()).observe(list);
  }

  /** @param {number[]} ids @param {number|null} [open] @param {number} [extra] see `Rows.set` */
  show(ids, open = null, extra = 0) {
    this.rows.set(ids, open, extra);
    this.arrange();
    this.update();
  }

  /** Bring the rows in sight up to date. */
  update() {
    const places = new Map(this.rows.ids.map((id, n) => [id, n]));
    for (const [id, row] of this.shown) row.update(places.get(id));
  }

  /** A row lives as long as it is in sight: one replaced between press and release would swallow the click. */
  arrange() {
    const { list, rows, shown } = this;
    const { ids } = rows;
    const [first, stop] = rows.between(list.scrollTop - SPARE * rows.height,
      list.scrollTop + list.clientHeight + SPARE * rows.height);
    const wanted = ids.slice(first, stop);
    const kept = new Set(wanted);
    for (const [id, { element }] of shown) {
      if (kept.has(id)) continue;
      element.remove();
      shown.delete(id);
    }
    const elements = wanted.map((id, n) => this.row(id, first + n).element);
    if (!ids.length) elements.push(...[this.empty()].filter(Boolean));
    for (const child of [...list.children]) if (!elements.includes(child)) child.remove();
    elements.forEach((element, n) => {
      element.style.marginBottom = ids.length && first + n === rows.openAt ? `${rows.extra}px` : "";
      if (list.children[n] !== element) list.insertBefore(element, list.children[n] ?? null);
    });
    list.style.setProperty("--tw-above", `${rows.topOf(first)}px`);
    list.style.setProperty("--tw-below", `${rows.total - rows.topOf(stop)}px`);
  }

  /** @param {number} id @param {number} n */
  row(id, n) {
    const known = this.shown.get(id);
    if (known) return known;
    const made = this.make(id);
    this.shown.set(id, made);
    made.update(n);
    return made;
  }

  /** Scroll, and nothing around the list, until a row is in sight. @param {number|null} id */
  reveal(id) {
    const { list, rows } = this;
    const n = id === null ? -1 : rows.ids.indexOf(id);
    if (n < 0) return;
    const bottom = rows.topOf(n) + rows.heightOf(n);
    if (rows.topOf(n) < list.scrollTop) list.scrollTop = rows.topOf(n);
    else if (bottom > list.scrollTop + list.clientHeight) list.scrollTop = bottom - list.clientHeight;
  }
}
