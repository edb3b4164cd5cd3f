// Which frame is on the canvas: seeking, scrubbing, playing at the video's own time stamps.

import { request } from "./api.js";

const SETTLE = 120; // ms without another step before prompts are read and neighbours loaded
const BEHIND = 0.5; // seconds that playing may lag before its clock waits for the pictures
const SLOW = 1.25; // times longer from frame to frame than the video has it: the exact pictures are too much
const FASTEST = 1 / 30; // seconds from frame to frame that nobody needs it faster than

export class Viewer {
  /** @param {import("./workspace.js").Workspace} workspace */
  constructor(workspace) {
    this.workspace = workspace;
    this.asked = 0; // grows with every wish
    this.painted = 0; // the wish whose picture is on the canvas
    this.direction = 1;
    this.timer = 0;
    this.ticking = 0;
    this.scrubbing = false;
    this.lagging = false; // playing could not keep up: small pictures will do until it stops
    this.due = FASTEST; // seconds from frame to frame that playing should take
    this.pace = FASTEST; // and takes, of late
    this.last = 0; // when it put one up
  }

  get state() {
    return this.workspace.store.state;
  }

  /** Whether frames follow each other so fast that their masks are only sketched. */
  get moving() {
    return this.state.playing || this.scrubbing;
  }

  /** Whether the small pictures are smaller than the exact ones. */
  get hasProxies() {
    return this.state.video.width > 480;
  }

  /**
   * Go to a frame. Pictures of earlier wishes are still shown when they arrive in order, so that holding a key plays.
   * @param {number} frame @param {{draft?: boolean}} [options] draft: a small picture will do, more seeks are coming
   */
  async seek(frame, { draft = false } = {}) {
    const { store, frames, masks, toast } = this.workspace;
    const wanted = Math.max(0, Math.min(this.state.video.frame_count - 1, Math.round(frame)));
    if (wanted !== this.state.frame) this.direction = wanted > this.state.frame ? 1 : -1;
    store.set({ frame: wanted });
    const wish = ++this.asked;
    masks.ensure(wanted).catch((error) => toast.error(error));
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.settle(), SETTLE);
    try {
      const proxy = draft && !frames.peek(wanted) && this.hasProxies;
      const bitmap = await frames.get(wanted, proxy);
      if (wish > this.painted) this.put(wanted, bitmap, wish);
    } catch (error) {
      if (wish === this.asked && error.name !== "AbortError") toast.error(error);
    }
  }

  put(frame, bitmap, wish) {
    this.painted = wish;
    if (this.state.shown !== frame) {
      // What is on its way stays; what belongs to another frame goes with its picture.
      const prompts = this.state.prompts.filter((prompt) => prompt.frame === frame);
      this.workspace.store.set({ shown: frame, prompts });
    }
    this.workspace.stage.show(bitmap);
  }

  /** Standing still: the exact picture, the prompts, and the neighbours in the direction of travel. */
  settle() {
    if (this.moving) return;
    const { frame } = this.state;
    const { frames, stage } = this.workspace;
    if (stage.sketched) stage.redraw("masks");
    const exact = frames.peek(frame);
    if (!exact || exact !== stage.bitmap) this.seek(frame);
    this.loadPrompts();
    const d = this.direction;
    frames.prefetch([1, 2, 3, -1, 4, 5, 6, 7, 8].map((n) => frame + n * d));
    for (const near of [frame + 25, frame - 25]) {
      if (near >= 0 && near < this.state.video.frame_count) this.workspace.masks.ensure(near).catch(() => undefined);
    }
  }

  /** The prompts of the shown frame, as the server has them; those on their way stay. */
  async loadPrompts() {
    const { store, toast } = this.workspace;
    const frame = this.state.shown;
    if (frame < 0 || this.state.connection === "offline") return;
    try {
      const { prompts } = await request("GET", `api/videos/${this.state.video.id}/frames/${frame}/prompts`);
      if (this.state.shown !== frame) return;
      const known = prompts.map((prompt) => ({ ...prompt, frame }));
      const sent = this.state.prompts.filter((prompt) => prompt.id === null && prompt.frame === frame);
      store.set({ prompts: [...known, ...sent] });
    } catch (error) {
      if (error.status) toast.error(error); // not connected: the banner says so already
    }
  }

  /** A drag on the timeline begins or ends. @param {boolean} scrubbing */
  scrub(scrubbing) {
    this.scrubbing = scrubbing;
    if (scrubbing) this.pause();
    else this.settle();
  }

  /** @param {number} frames relative to the frame that is wanted, not to the one shown: no quick key is lost */
  step(frames) {
    this.pause();
    return this.seek(this.state.frame + frames);
  }

  toggle() {
    if (this.state.playing) this.pause();
    else this.play();
  }

  play() {
    const last = this.state.video.frame_count - 1;
    if (last === 0) return;
    if (this.state.frame === last) this.seek(0);
    this.workspace.store.set({ playing: true });
    this.direction = 1;
    this.lagging = false;
    this.due = Math.max(FASTEST, this.timeOf(last) / last);
    this.pace = this.due;
    this.last = 0;
    this.clock = performance.now() / 1000 - this.timeOf(this.state.frame);
    this.ticking = requestAnimationFrame(() => this.tick());
  }

  pause() {
    if (!this.state.playing) return;
    cancelAnimationFrame(this.ticking);
    this.workspace.store.set({ playing: false });
    this.settle();
  }

  /**
   * One step of playing: the latest picture at hand that is due. Where none is at hand for long, the clock waits, and from
   * then on small pictures do: motion is what a person plays for, and standing still brings the exact one.
   */
  tick() {
    const { frames, masks, store } = this.workspace;
    const now = performance.now() / 1000;
    const last = this.state.video.frame_count - 1;
    const due = this.frameAt(now - this.clock);
    for (let frame = due; frame > this.state.frame; frame--) {
      const bitmap = (this.lagging && frames.peek(frame, true)) || frames.peek(frame);
      if (!bitmap) continue;
      store.set({ frame });
      this.put(frame, bitmap, ++this.asked);
      this.keepPace(now);
      break;
    }
    const at = this.state.frame;
    if (at < due && now - this.clock - this.timeOf(at) > BEHIND) {
      this.clock = now - this.timeOf(at);
      this.lagging = this.hasProxies;
    }
    masks.ensure(at).catch(() => undefined);
    masks.ensure(Math.min(last, at + 12)).catch(() => undefined);
    frames.prefetch(Array.from({ length: 12 }, (_, n) => at + 1 + n), this.lagging);
    if (at >= last) this.pause();
    else this.ticking = requestAnimationFrame(() => this.tick());
  }

  /** A frame was put up while playing. @param {number} now seconds */
  keepPace(now) {
    if (this.last) this.pace += 0.15 * (now - this.last - this.pace);
    this.last = now;
    if (this.pace > SLOW * this.due) this.lagging = this.hasProxies;
  }

  timeOf(frame) {
    return this.state.video.times[frame] - this.state.video.times[0];
  }

  /** The frame on screen `seconds` after the first one: the last whose time has come. @param {number} seconds */
  frameAt(seconds) {
    const { times } = this.state.video;
    let low = 0;
    let high = times.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (times[middle] - times[0] <= seconds) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
