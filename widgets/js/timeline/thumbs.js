// Small pictures over the ruler. They are loaded when nothing else is, few at a time, and given up when they scroll away.

import { picture } from "../api.js";
import { h } from "../dom.js";

export const THUMB = 34; // CSS pixels high
const AT_ONCE = 2;
const QUIET = 250; // ms without another pan, zoom or picture that somebody waits for
const KEPT = 400; // pictures

export class Thumbs {
  /** @param {import("../workspace.js").Workspace} workspace @param {import("./scale.js").Scale} scale */
  constructor(workspace, scale) {
    this.workspace = workspace;
    this.scale = scale;
    const { width, height } = workspace.store.state.video;
    this.width = Math.max(12, Math.round((THUMB * width) / height));
    this.element = h("canvas", { class: "tw-thumbs", "aria-hidden": "true", hidden: true });
    /** @type {Map<number, ImageBitmap>} oldest use first */
    this.kept = new Map();
    /** @type {Map<number, AbortController>} */
    this.loading = new Map();
    /** @type {Set<number>} frames without a picture: not asked for again */
    this.missing = new Set();
    this.timer = 0;
  }

  /** Frames whose picture is in sight. Steps are powers of two, so that a pan keeps the pictures it has. */
  get inSight() {
    const { scale, width } = this;
    const step = 2 ** Math.max(0, Math.ceil(Math.log2(width / scale.step)));
    const frames = [];
    for (let frame = Math.floor(scale.start / step) * step; frame < scale.start + scale.span; frame += step) frames.push(frame);
    return frames;
  }

  /** @param {number} ratio device pixels a CSS pixel */
  resize(ratio) {
    this.ratio = ratio;
    this.element.width = Math.round(this.scale.width * ratio);
    this.element.height = Math.round(THUMB * ratio);
  }

  paint() {
    if (this.element.hidden) return void this.stop();
    const context = this.element.getContext("2d");
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.clearRect(0, 0, this.scale.width, THUMB);
    const frames = this.inSight;
    for (const frame of frames) {
      const bitmap = this.kept.get(frame);
      if (bitmap) context.drawImage(bitmap, this.scale.toX(frame), 1, this.width - 1, THUMB - 2);
    }
    const wanted = new Set(frames);
    for (const [frame, controller] of this.loading) if (!wanted.has(frame)) controller.abort();
    this.later();
  }

  stop() {
    clearTimeout(this.timer);
    for (const controller of this.loading.values()) controller.abort();
  }

  later() {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.load(), QUIET);
  }

  /** The picture that somebody waits for goes first. */
  load() {
    const { frames, store } = this.workspace;
    if (this.element.hidden) return;
    if (store.state.playing || frames.loading.size) return void this.later();
    const lacking = this.inSight.filter((frame) => !this.kept.has(frame) && !this.loading.has(frame) && !this.missing.has(frame));
    for (const frame of lacking.slice(0, AT_ONCE - this.loading.size)) this.fetch(frame);
  }

  async fetch(frame) {
    const controller = new AbortController();
    this.loading.set(frame, controller);
    try {
      const whole = await picture(`api/videos/${this.workspace.store.state.video.hash}/proxies/${frame}.jpg`, controller.signal);
      this.keep(frame, await createImageBitmap(whole, {
        resizeWidth: Math.round(this.width * this.ratio), resizeHeight: Math.round(THUMB * this.ratio), resizeQuality: "medium" }));
      whole.close();
    } catch (error) {
      if (error.name !== "AbortError") this.missing.add(frame); // nobody waits for it; a frame that matters says what is wrong
    } finally {
      this.loading.delete(frame);
    }
    if (this.kept.has(frame)) this.paint();
    this.load();
  }

  keep(frame, bitmap) {
    this.kept.set(frame, bitmap);
    if (this.kept.size <= KEPT) return;
    const [oldest, gone] = this.kept.entries().next().value;
    this.kept.delete(oldest);
    gone.close();
  }
}
