// Pictures of frames by index: the exact JPEGs, and small proxies while a person drags. Decoded ones are kept up to a bound.

import { picture } from "./api.js";

const BUDGET = 320 * 2 ** 20; // bytes of decoded pictures
const AT_ONCE = 4; // requests of pictures nobody waits for

/** The address of a picture. @param {string} hash of the video @param {number} frame @param {boolean} [proxy] */
export const framePath = (hash, frame, proxy = false) => `api/videos/${hash}/${proxy ? "proxies" : "frames"}/${frame}.jpg`;

export class FrameLoader {
  /** @param {{hash: string, frame_count: number}} video */
  constructor(video) {
    this.video = video;
    /** @type {Map<string, ImageBitmap>} oldest use first */
    this.kept = new Map();
    this.bytes = 0;
    /** @type {Map<string, {promise: Promise<ImageBitmap>, controller: AbortController, wanted: boolean}>} */
    this.loading = new Map();
    /** @type {number[]} */
    this.ahead = [];
    this.small = false; // whether those are to be small
  }

  /** The picture if it is here. @param {number} frame @returns {ImageBitmap|null} */
  peek(frame, proxy = false) {
    const key = this.key(frame, proxy);
    const bitmap = this.kept.get(key);
    if (!bitmap) return null;
    this.kept.delete(key);
    this.kept.set(key, bitmap);
    return bitmap;
  }

  /** @param {number} frame @param {boolean} [proxy] at most 480 pixels wide @returns {Promise<ImageBitmap>} */
  async get(frame, proxy = false, wanted = true) {
    const here = this.peek(frame, proxy);
    if (here) return here;
    const key = this.key(frame, proxy);
    const running = this.loading.get(key);
    if (running) {
      running.wanted ||= wanted;
      return running.promise;
    }
    const controller = new AbortController();
    const promise = picture(key, controller.signal).then((bitmap) => this.keep(key, bitmap))
      .finally(() => this.loading.delete(key));
    this.loading.set(key, { promise, controller, wanted });
    return promise;
  }

  /**
   * Load these frames, nearest first, when there is nothing better to do. Replaces the earlier wish.
   * @param {number[]} frames @param {boolean} [small] proxies will do
   */
  prefetch(frames, small = false) {
    this.ahead = frames.filter((frame) => frame >= 0 && frame < this.video.frame_count);
    this.small = small;
    const keys = new Set(this.ahead.map((frame) => this.key(frame, small)));
    for (const [key, { wanted, controller }] of this.loading) if (!wanted && !keys.has(key)) controller.abort();
    this.pump();
  }

  pump() {
    while (this.ahead.length && this.loading.size < AT_ONCE) {
      const frame = this.ahead.shift();
      const key = this.key(frame, this.small);
      if (this.kept.has(key) || this.loading.has(key)) continue;
      // A picture nobody waits for may fail: whoever asks for it in earnest is told.
      this.get(frame, this.small, false).then(() => this.pump(), () => {});
    }
  }

  key(frame, proxy) {
    return framePath(this.video.hash, frame, proxy);
  }

  keep(key, bitmap) {
    this.kept.set(key, bitmap);
    this.bytes += bitmap.width * bitmap.height * 4;
    for (const [old, gone] of this.kept) {
      if (this.bytes <= BUDGET || old === key) break;
      this.kept.delete(old);
      this.bytes -= gone.width * gone.height * 4;
      gone.close();
    }
    return bitmap;
  }
}
