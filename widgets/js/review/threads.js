// Review threads of the open video: comments pinned to a place on a frame, with their replies.

import { request } from "../api.js";

/** @typedef {{id: number, frame: number, object_id: number|null, x: number|null, y: number|null, resolved: boolean,
 *   comments: {id: number, person: string, text: string, created_at: string}[]}} Thread */
/**
 * Where a comment that is being written will be.
 * @typedef {{frame: number, x: number, y: number, object_id: number|null}} Pin
 */

export class Threads {
  /** @param {import("../workspace.js").Workspace} workspace */
  constructor(workspace) {
    this.workspace = workspace;
    workspace.store.set({ threads: [], pin: null, thread: null });
    workspace.element.addEventListener("tl-thread", (event) => this.take(event.detail));
    workspace.store.on(["connection"], ({ connection }) => {
      if (connection === "online") this.load();
    });
  }

  get state() {
    return this.workspace.store.state;
  }

  /** Read all of them: at the start, and after a time without connection. */
  async load() {
    await this.tell(async () => {
      this.workspace.store.set({ threads: await request("GET", `api/videos/${this.state.video.id}/threads`) });
    });
  }

  /** @param {Thread} thread as the server has it now */
  take(thread) {
    const others = this.state.threads.filter((known) => known.id !== thread.id);
    this.workspace.store.set({ threads: [...others, thread].sort((a, b) => a.frame - b.frame || a.id - b.id) });
  }

  /** Begin a comment at a place of the picture. @param {Pin} pin */
  begin(pin) {
    if (this.workspace.edits.allowed()) this.workspace.store.set({ pin, thread: null });
  }

  /** Give up the comment that is being written. */
  drop() {
    this.workspace.store.set({ pin: null });
  }

  /** Pin the comment that is being written. @param {string} text @returns {Promise<boolean>} */
  open(text) {
    const { pin, video } = this.state;
    return this.tell(async () => {
      const thread = await request("POST", `api/videos/${video.id}/threads`, { ...pin, text });
      this.take(thread);
      this.workspace.store.set({ pin: null, thread: thread.id });
      this.workspace.live.timelineSoon();
    });
  }

  /** @param {number} id @param {string} text @returns {Promise<boolean>} */
  reply(id, text) {
    return this.tell(async () => this.take(await request("POST", `api/threads/${id}/comments`, { text })));
  }

  /** @param {number} id @param {boolean} resolved @returns {Promise<boolean>} */
  resolve(id, resolved) {
    return this.tell(async () => {
      this.take(await request("PATCH", `api/threads/${id}`, { resolved }));
      this.workspace.live.timelineSoon();
    });
  }

  /** Go to a thread's frame and open it in the list. @param {Thread} thread */
  show(thread) {
    const { store, viewer, objects } = this.workspace;
    store.set({ thread: thread.id, pin: null });
    if (store.state.objects.has(thread.object_id)) objects.select(thread.object_id);
    viewer.step(thread.frame - store.state.frame);
  }

  /**
   * Run a request and say its refusal.
   * @param {() => Promise<any>} action
   * @returns {Promise<boolean>} whether it was done
   */
  async tell(action) {
    try {
      await action();
      return true;
    } catch (error) {
      if (error.code !== "not_connected") this.workspace.toast.error(error); // the banner says that already
      return false;
    }
  }
}
