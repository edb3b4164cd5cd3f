// Where the picture lies on the canvas: screen = picture * scale + offset, in CSS pixels.

const SMALLEST = 0.05;
const LARGEST = 64;
const MARGIN = 10;

export class View {
  /** @param {number} width @param {number} height of the picture */
  constructor(width, height) {
    this.picture = { width, height };
    this.size = { width: 1, height: 1 };
    this.scale = 1;
    this.x = 0;
    this.y = 0;
    this.fitted = true;
  }

  /** The canvas has another size now. @param {number} width @param {number} height */
  resize(width, height) {
    const dx = (width - this.size.width) / 2;
    const dy = (height - this.size.height) / 2;
    this.size = { width, height };
    if (this.fitted) this.fit();
    else {
      this.x += dx;
      this.y += dy;
    }
  }

  /** Show the whole picture. */
  fit() {
    this.show({ x: 0, y: 0, width: this.picture.width, height: this.picture.height }, Infinity);
    this.fitted = true;
  }

  /**
   * Show this part of the picture, no larger than `largest` times.
   * @param {{x: number, y: number, width: number, height: number}} box
   */
  show(box, largest = 8) {
    const { width, height } = this.size;
    const scale = Math.min((width - 2 * MARGIN) / box.width, (height - 2 * MARGIN) / box.height, largest);
    this.scale = Math.max(SMALLEST, scale);
    this.x = (width - box.width * this.scale) / 2 - box.x * this.scale;
    this.y = (height - box.height * this.scale) / 2 - box.y * this.scale;
    this.fitted = false;
  }

  /**
   * Zoom so that the place under the pointer stays where it is.
   * @param {number} factor @param {number} x @param {number} y on the canvas
   */
  zoom(factor, x, y) {
    const scale = Math.min(LARGEST, Math.max(SMALLEST, this.scale * factor));
    this.x = x - ((x - this.x) / this.scale) * scale;
    this.y = y - ((y - this.y) / this.scale) * scale;
    this.scale = scale;
    this.fitted = false;
  }

  /** @param {number} dx @param {number} dy */
  pan(dx, dy) {
    const edge = 40; // some of the picture stays in sight
    const clamp = (value, length, room) => Math.min(room - edge, Math.max(edge - length, value));
    this.x = clamp(this.x + dx, this.picture.width * this.scale, this.size.width);
    this.y = clamp(this.y + dy, this.picture.height * this.scale, this.size.height);
    this.fitted = false;
  }

  /** Canvas -> picture. @param {number} x @param {number} y */
  toPicture(x, y) {
    return { x: (x - this.x) / this.scale, y: (y - this.y) / this.scale };
  }

  /** Picture -> canvas. @param {number} x @param {number} y */
  toScreen(x, y) {
    return { x: x * this.scale + this.x, y: y * this.scale + this.y };
  }

  /** The same view, which stays as it is when this one moves. */
  copy() {
    return Object.assign(new View(this.picture.width, this.picture.height), this);
  }

  /** Where the left upper corner of the canvas of another view lies in this one. @param {View} other */
  under(other) {
    const corner = other.toPicture(0, 0);
    return this.toScreen(corner.x, corner.y);
  }

  /** The part of the canvas that has picture on it. */
  seen() {
    const { x, y, scale, size, picture } = this;
    return { left: Math.max(0, x), top: Math.max(0, y), right: Math.min(size.width, x + picture.width * scale),
      bottom: Math.min(size.height, y + picture.height * scale) };
  }

  /** @param {number} x @param {number} y in the picture */
  inside(x, y) {
    return x >= 0 && y >= 0 && x < this.picture.width && y < this.picture.height;
  }
}
