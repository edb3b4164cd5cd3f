// While the view moves, the layers are not painted again: the browser moves and scales what is painted. They are painted
// when the hand rests, and before that as soon as they do not reach to where the picture is seen, or would be too coarse.

const REST = 120; // ms without a move until they are painted again
const BETWEEN = 60; // ms at least from painting to painting while the view moves
const COARSE = 2; // times larger or smaller than painted

export class Carry {
  /** @param {HTMLElement} layers what is moved @param {() => void} rested called when they should be painted */
  constructor(layers, rested) {
    this.layers = layers;
    this.rested = rested;
    this.timer = 0;
    this.at = 0;
    /** Where the picture lay when the layers were painted. @type {import("./view.js").View|null} */
    this.laid = null;
  }

  /** The layers were painted for this view. @param {import("./view.js").View} view */
  painted(view) {
    clearTimeout(this.timer);
    this.at = performance.now();
    this.laid = view.copy();
    this.layers.style.transform = "";
  }

  /**
   * Move them to where they belong in another view.
   * @param {import("./view.js").View} view @returns {boolean} false: they must be painted, and were not moved
   */
  to(view) {
    clearTimeout(this.timer);
    if (!this.laid || (performance.now() - this.at > BETWEEN && !this.serves(view))) return false;
    const scale = view.scale / this.laid.scale;
    const { x, y } = view.under(this.laid);
    this.layers.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
    this.timer = window.setTimeout(this.rested, REST);
    return true;
  }

  /** Are they fine enough for a view, and is nothing of its picture beyond them? */
  serves(view) {
    const scale = view.scale / this.laid.scale;
    if (Math.max(scale, 1 / scale) > COARSE) return false;
    const from = view.under(this.laid);
    const seen = view.seen();
    return seen.left >= from.x - 1 && seen.top >= from.y - 1 && seen.right <= from.x + view.size.width * scale + 1
      && seen.bottom <= from.y + view.size.height * scale + 1;
  }
}
