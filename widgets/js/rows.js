// Where the rows of a long list are: all of one height, but for one that may be open and taller. Pure.

export class Rows {
  /** @param {number} height CSS pixels a row */
  constructor(height) {
    this.height = height;
    /** @type {number[]} */
    this.ids = [];
    this.openAt = -1;
    this.extra = 0;
  }

  /**
   * @param {number[]} ids from the top
   * @param {number|null} [open] the one that is taller, by `extra` CSS pixels
   */
  set(ids, open = null, extra = 0) {
    this.ids = ids;
    this.openAt = open === null ? -1 : ids.indexOf(open);
    this.extra = this.openAt < 0 ? 0 : extra;
  }

  /** Height of all rows. */
  get total() {
    return this.topOf(this.ids.length);
  }

  /** @param {number} n */
  topOf(n) {
    return n * this.height + (this.openAt >= 0 && n > this.openAt ? this.extra : 0);
  }

  /** @param {number} n */
  heightOf(n) {
    return this.height + (n === this.openAt ? this.extra : 0);
  }

  /** The row at a height; -1 above the first, as many as there are below the last. @param {number} y */
  at(y) {
    const past = this.openAt >= 0 && y >= this.topOf(this.openAt + 1);
    const n = Math.floor((past ? y - this.extra : y) / this.height);
    const inOpen = this.openAt >= 0 && !past && n > this.openAt;
    return inOpen ? this.openAt : Math.max(-1, Math.min(this.ids.length, n));
  }

  /** The rows between two heights: the first and the end (exclusive). @param {number} top @param {number} bottom */
  between(top, bottom) {
    return [Math.max(0, this.at(top)), Math.min(this.ids.length, this.at(bottom) + 1)];
  }
}
