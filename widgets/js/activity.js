// How long a person works on which object and how much they give, told to the server now and then for the report of work:
// seconds while the page is in front and the person does something, and counts. Not which keys, and not where.

import { ApiError, request } from "./api.js";

const IDLE = 30_000; // ms without any input after which a person is taken to be elsewhere
const TELL = 25_000; // ms between accounts
const INPUTS = ["pointermove", "pointerdown", "keydown", "wheel"];
const NO_OBJECT = 0;

export class Activity {
  /** @param {import("./workspace.js").Workspace} workspace */
  constructor(workspace) {
    this.workspace = workspace;
    /** @type {Map<number, {seconds: number, clicks: number, corrections: number}>} object -> what has not been told yet */
    this.spent = new Map();
    this.object = NO_OBJECT;
    this.input = this.seen = this.told = performance.now(); // the last input; up to when time is counted; the last account
  }

  /** Count from now on. */
  begin() {
    const onInput = () => {
      this.count();
      this.input = performance.now();
    };
    for (const name of INPUTS) window.addEventListener(name, onInput, { capture: true, passive: true });
    this.workspace.store.on(["selected"], ({ selected }) => {
      this.count();
      this.object = selected ?? NO_OBJECT;
    });
    window.addEventListener("pagehide", () => this.tell({ keepalive: true }));
    this.timer = window.setInterval(() => {
      this.count();
      if (performance.now() - this.told > TELL) this.tell();
    }, 1000);
  }

  /** Count the time since it was last counted, as far as the person was here. */
  count() {
    const now = performance.now();
    const here = document.visibilityState === "visible" && document.hasFocus();
    const active = here ? Math.min(now, this.input + IDLE) - this.seen : 0;
    this.seen = now;
    if (active > 0) this.of(this.object).seconds += active / 1000;
  }

  /** Something was given for an object and taken. @param {number} objectId @param {number} clicks @param {boolean} corrects */
  gave(objectId, clicks, corrects) {
    const spent = this.of(objectId);
    spent.clicks += clicks;
    spent.corrections += Number(corrects);
  }

  of(objectId) {
    if (!this.spent.has(objectId)) this.spent.set(objectId, { seconds: 0, clicks: 0, corrections: 0 });
    return this.spent.get(objectId);
  }

  /** @param {{keepalive?: boolean}} [options] */
  async tell(options = {}) {
    const spent = this.spent;
    this.told = performance.now();
    if (!spent.size) return;
    this.spent = new Map();
    const objects = [...spent].map(([id, one]) => ({ object_id: id, ...one, seconds: Math.round(10 * one.seconds) / 10 }));
    try {
      const path = `api/videos/${this.workspace.store.state.video.id}/activity`;
      const { logged } = await request("POST", path, { objects }, options);
      if (!logged) clearInterval(this.timer); // an owner switched it off; the next page asks again
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 0) this.keep(spent); // not connected: told later. What is refused is lost to the report only.
    }
  }

  keep(spent) {
    for (const [id, one] of spent) {
      this.gave(id, one.clicks, false);
      this.of(id).seconds += one.seconds;
      this.of(id).corrections += one.corrections;
    }
  }
}
