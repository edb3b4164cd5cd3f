// The work on the open video: who has which frames, who handed it in, what its reviewers changed.

import { request } from "../api.js";
import { t } from "../i18n.js";
import { rangeText } from "./words.js";

/** @typedef {import("./words.js").Assignment} Assignment */
/**
 * What a reviewer did to masks that were handed in, on frames start <= f < stop.
 * @typedef {{object_id: number, start: number, stop: number, kind: "added"|"changed"|"removed", person: string}} Correction
 */
/** @typedef {{assignments: Assignment[], handed_in: any, may_take_back: boolean, corrections: Correction[]}} VideoWork */

export class Work {
  /** @param {import("../workspace.js").Workspace} workspace */
  constructor(workspace) {
    this.workspace = workspace;
    /** What a person does on this page: "annotate" or "review". */
    this.task = "annotate";
    workspace.store.set({ work: null, nextWork: null });
    workspace.element.addEventListener("tl-work", () => this.load());
    let version = 0;
    workspace.store.on(["connection", "video"], ({ connection, video }) => {
      if (connection !== "online" || version === video.stage_version) return;
      version = video.stage_version;
      this.load();
    });
  }

  get state() {
    return this.workspace.store.state;
  }

  async load() {
    const { store, toast } = this.workspace;
    try {
      store.set({ work: await request("GET", `api/videos/${this.state.video.id}/work`) });
      if (this.mine.length && !this.open.length) await this.findNext();
    } catch (error) {
      if (error.code !== "not_connected") toast.error(error); // the banner says that already
    }
  }

  /** The work elsewhere that is due first. */
  async findNext() {
    const others = (await request("GET", "api/me/assignments")).filter((one) => one.done_at === null);
    this.workspace.store.set({ nextWork: others[0] ?? null });
  }

  /** This person's part of the video on this page. @returns {Assignment[]} */
  get mine() {
    const { work, me } = this.state;
    return (work?.assignments ?? []).filter((one) => one.person_id === me.id && one.task === this.task);
  }

  /** What of it is not done. */
  get open() {
    return this.mine.filter((one) => one.done_at === null);
  }

  /** The part that the frame is in, else the first that is not done. @returns {Assignment|null} */
  get current() {
    return this.open.find((one) => holds(one, this.state.frame)) ?? this.open[0] ?? null;
  }

  /** Whose the frame is, where it is somebody else's and not this person's. @returns {Assignment|null} */
  get elsewhose() {
    const { work, frame, me } = this.state;
    const here = (work?.assignments ?? []).filter((one) => one.task === "annotate" && holds(one, frame));
    return here.some((one) => one.person_id === me.id) ? null : here[0] ?? null;
  }

  /** The reviewer's change of an object on a frame. @returns {Correction|undefined} */
  correctionAt(objectId, frame) {
    return this.state.work?.corrections.find((one) => one.object_id === objectId && holds(one, frame));
  }

  /** Say that the part in hand is done. */
  async finish() {
    const part = this.current;
    if (!part) return this.workspace.toast.say(t`No open work of yours is here.`);
    await this.workspace.edits.idle(); // what is done is saved
    return this.set(part, true, t`Done: ${rangeText(part)}`);
  }

  /** @param {Assignment} part @param {boolean} done @param {string} news */
  async set(part, done, news) {
    try {
      await request("PATCH", `api/assignments/${part.id}`, { done });
      this.workspace.toast.say(news);
      await this.load();
    } catch (error) {
      this.workspace.toast.error(error);
    }
  }
}

/** @param {{start: number, stop: number}} part @param {number} frame */
const holds = (part, frame) => frame >= part.start && frame < part.stop;
