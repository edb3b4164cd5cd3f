// Which frames this person has had on the screen: noted here, told to the server now and then, so that none is forgotten.

import { request } from "../api.js";
import { merged } from "./search.js";

const STILL = 150; // ms on the screen that count as looking; while playing every frame does
const TELL = 4000; // ms
const SHOW = 1000; // ms from one drawing of the timeline to the next while playing

export class Looked {
  /** @param {import("../workspace.js").Workspace} workspace */
  constructor(workspace) {
    this.workspace = workspace;
    /** @type {[number, number][]} looked at and not told yet */
    this.fresh = [];
    /** @type {[number, number][]} and not on the timeline yet */
    this.unshown = [];
    this.still = 0;
    this.telling = 0;
    this.showing = 0;
  }

  get path() {
    return `api/videos/${this.workspace.store.state.video.id}/looked`;
  }

  /** Begin, once there is a picture. */
  listen() {
    const { store } = this.workspace;
    store.on(["shown"], ({ shown, playing }) => {
      clearTimeout(this.still);
      if (shown < 0) return;
      if (playing) this.note(shown);
      else this.still = window.setTimeout(() => this.note(store.state.shown), STILL);
    });
    window.addEventListener("pagehide", () => this.tell({ keepalive: true }));
    this.read().catch((error) => this.failed(error));
  }

  /** @param {number} frame */
  note(frame) {
    this.fresh.push([frame, frame + 1]);
    this.unshown.push([frame, frame + 1]);
    this.telling ||= window.setTimeout(() => this.tell(), TELL);
    if (this.workspace.store.state.playing) this.showing ||= window.setTimeout(() => this.show(), SHOW);
    else this.show();
  }

  show() {
    const { store } = this.workspace;
    const { own, all } = store.state.looked;
    clearTimeout(this.showing);
    this.showing = 0;
    store.set({ looked: { own: merged([...own, ...this.unshown]), all: merged([...all, ...this.unshown]) } });
    this.unshown = [];
  }

  async read() {
    const { own, all } = await request("GET", this.path);
    this.workspace.store.set({ looked: { own: merged([...own, ...this.fresh]), all: merged([...all, ...this.fresh]) } });
  }

  /** Tell the server; what it does not hear is told again. @param {{keepalive?: boolean}} [options] */
  async tell(options = {}) {
    clearTimeout(this.telling);
    this.telling = 0;
    const ranges = merged(this.fresh);
    if (!ranges.length) return;
    this.fresh = [];
    try {
      await request("POST", this.path, { ranges }, options);
    } catch (error) {
      this.fresh.push(...ranges);
      this.failed(error);
    }
  }

  /** Not connected: the banner says so already. */
  failed(error) {
    if (error.status) this.workspace.toast.error(error);
    else this.telling ||= window.setTimeout(() => this.tell(), TELL);
  }
}
