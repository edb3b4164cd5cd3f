// Fingers on the picture: one works as the pointer does, two move and zoom the picture and never prompt.

const TREMBLE = 8; // CSS pixels a finger moves and still taps

export class Touch {
  /** @param {import("./stage.js").Stage} stage */
  constructor(stage) {
    this.stage = stage;
    /** @type {Map<number, {x: number, y: number}>} where each finger is */
    this.fingers = new Map();
    /** @type {PointerEvent|null} a finger that came down, and may still turn out to be one of two */
    this.waiting = null;
    this.pinching = false;
    this.pen = false; // seen once: from then on the hand draws with it, and a finger (or the palm) only moves the picture
  }

  /** @param {PointerEvent} event @returns {boolean} whether the tool must not see it (now) */
  down(event) {
    this.pen ||= event.pointerType === "pen";
    if (event.pointerType !== "touch") return false;
    this.fingers.set(event.pointerId, placeOf(event));
    if (this.fingers.size === 1) this.waiting = event;
    else {
      if (this.stage.grip !== "idle") this.stage.cancel();
      this.waiting = null;
      this.pinching = true;
    }
    return true;
  }

  /** @param {PointerEvent} event @returns {boolean} as `down` */
  move(event) {
    const from = this.fingers.get(event.pointerId);
    if (!from) return false;
    const to = placeOf(event);
    if (this.waiting && Math.hypot(to.x - from.x, to.y - from.y) <= TREMBLE) return true;
    const before = this.grasp();
    this.fingers.set(event.pointerId, to);
    if (this.pinching) this.follow(before, this.grasp());
    else this.begin();
    return this.pinching;
  }

  /** @param {PointerEvent} event @returns {boolean} as `down` */
  up(event) {
    if (!this.fingers.delete(event.pointerId)) return false;
    const pinched = this.pinching;
    if (!this.fingers.size) this.pinching = false; // the finger that stays longer draws nothing
    if (!pinched) this.begin();
    return pinched;
  }

  forget() {
    this.fingers.clear();
    this.waiting = null;
    this.pinching = false;
  }

  begin() {
    const event = this.waiting;
    this.waiting = null;
    if (event) this.stage.begin(event, this.pen);
  }

  /** The middle of the first two fingers, and how far they are apart. */
  grasp() {
    const [a, b = a] = this.fingers.values();
    return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, apart: Math.max(1, Math.hypot(a.x - b.x, a.y - b.y)) };
  }

  follow(before, after) {
    const box = this.stage.element.getBoundingClientRect();
    this.stage.drift((view) => {
      view.pan(after.x - before.x, after.y - before.y);
      view.zoom(after.apart / before.apart, after.x - box.left, after.y - box.top);
    });
  }
}

const placeOf = (event) => ({ x: event.clientX, y: event.clientY });
