// Frames and the places where they are drawn: pixel = (frame - start) * width of a frame.

export const RULER = 26; // CSS pixels
export const LANE = 24;
const WIDEST = 48; // CSS pixels a frame

export class Scale {
  /** @param {number} frameCount */
  constructor(frameCount) {
    this.frameCount = frameCount;
    this.width = 1;
    this.start = 0; // the frame at the left edge, may be between two
    this.zoom = 1; // 1: the whole video fits
  }

  /** CSS pixels a frame. */
  get step() {
    return (this.width / this.frameCount) * this.zoom;
  }

  /** Frames in sight. */
  get span() {
    return this.width / this.step;
  }

  /** The left edge of a frame. @param {number} frame */
  toX(frame) {
    return (frame - this.start) * this.step;
  }

  /** The frame at a place, inside the video. @param {number} x */
  toFrame(x) {
    return Math.max(0, Math.min(this.frameCount - 1, Math.floor(this.start + x / this.step)));
  }

  /** @param {number} width */
  resize(width) {
    this.width = Math.max(1, width);
    this.clamp();
  }

  /** Zoom so that the frame under the pointer stays there. @param {number} factor @param {number} x */
  zoomAt(factor, x) {
    const frame = this.start + x / this.step;
    this.zoomTo(this.zoom * factor);
    this.start = frame - x / this.step;
    this.clamp();
  }

  zoomTo(zoom) {
    const most = Math.max(1, (WIDEST * this.frameCount) / this.width);
    this.zoom = Math.max(1, Math.min(most, zoom));
  }

  /** Show these frames, with a little beside them. @param {number} start @param {number} stop exclusive */
  show(start, stop) {
    const span = (stop - start) * 1.1;
    this.zoomTo(this.frameCount / span);
    this.start = (start + stop - this.span) / 2;
    this.clamp();
  }

  /** @param {number} frames */
  pan(frames) {
    this.start += frames;
    this.clamp();
  }

  /**
   * Bring a frame into sight, by a page where it is not.
   * @param {number} frame @returns {boolean} whether anything moved
   */
  reveal(frame) {
    if (frame >= this.start && frame + 1 <= this.start + this.span) return false;
    this.start = frame - this.span * 0.1;
    this.clamp();
    return true;
  }

  clamp() {
    this.start = Math.max(0, Math.min(this.frameCount - this.span, this.start));
  }

  /**
   * Frames between labelled ticks: 1, 2, 5, 10, ... so that labels have room.
   * @param {number} room CSS pixels a label
   */
  tick(room = 56) {
    const least = room / this.step;
    const power = 10 ** Math.floor(Math.log10(Math.max(1, least)));
    return Math.max(1, [1, 2, 5, 10].map((n) => n * power).find((n) => n >= least));
  }
}
