// Compare the masks with another version of them: what is now on the left, the other on the right of a line that can be moved,
// or both over each other with their differences.

import { request } from "../api.js";
import { artOf } from "../canvas/art.js";
import { t } from "../i18n.js";
import { MaskCache } from "../masks.js";
import { paintDifference } from "./difference.js";

/**
 * What a video can be compared with, docs/http.md.
 * @typedef {{id: string, kind: "before"|"run"|"person"|"copy", of: number, name: string, at: string|null}} Version
 * @typedef {{versions: Version[], version: Version|null, mode: "split"|"difference", at: number}} Comparison
 *   `at`: where the line is, as a share of the width of the canvas
 * @typedef {Object<number, [number, number, number|null][]>} Agreement object -> [frame, IoU, F]
 */

const NEITHER = "#b0b0ba"; // an object that only the other version has
const LONGEST = 2000; // frames of the curve
const QUIET = 600; // ms after a change until agreement is asked for

export class Compare {
  /** @param {import("../workspace.js").Workspace} workspace */
  constructor(workspace) {
    this.workspace = workspace;
    /** @type {MaskCache|null} */
    this.masks = null;
    this.timer = 0;
    workspace.store.set({ compare: null, curve: {}, here: {} });
    workspace.store.on(["shown"], () => this.look());
    workspace.store.on(["masksVersion", "inPoint", "outPoint"], () => this.measureSoon());
  }

  get state() {
    return this.workspace.store.state;
  }

  /** Begin, or end. */
  async toggle() {
    if (this.state.compare) return this.close();
    return this.open(null);
  }

  close() {
    this.masks = null;
    this.workspace.store.set({ compare: null, curve: {}, here: {} });
    this.workspace.stage.element.focus();
  }

  /** @param {string|null} wanted id of a version; null: what was there before the latest run, or the first there is */
  async open(wanted) {
    const { store, toast } = this.workspace;
    try {
      const versions = await request("GET", `api/videos/${this.state.video.id}/versions`);
      if (!versions.length) {
        toast.warn(t`There is nothing to compare with yet.`, t`Track, or let somebody else draw: then there are two results.`);
        return;
      }
      const version = versions.find(({ id }) => id === wanted) ?? versions[0];
      store.set({ compare: { mode: "split", at: 0.5, ...this.state.compare, versions, version: null } });
      this.choose(version.id);
    } catch (error) {
      toast.error(error);
    }
  }

  /** @param {string} id of a version */
  choose(id) {
    const { store, stage } = this.workspace;
    const { video, compare } = this.state;
    const path = `api/videos/${video.id}/versions/${id}`;
    this.masks = new MaskCache(video.id, video.frame_count, () => stage.redraw("masks"), `${path}/masks`);
    store.set({ compare: { ...compare, version: compare.versions.find((one) => one.id === id) }, curve: {}, here: {} });
    this.look();
    this.measureSoon();
  }

  /** @param {Partial<Comparison>} changes of the way it is shown */
  set(changes) {
    this.workspace.store.set({ compare: { ...this.state.compare, ...changes } });
  }

  /** Read the other version's masks of the shown frame, and how they agree with ours. */
  look() {
    const { shown, compare } = this.state;
    if (!this.masks || shown < 0) return;
    this.masks.ensure(shown).catch((error) => this.workspace.toast.error(error));
    if (compare.version) this.ask("here", shown, shown + 1, true);
  }

  measureSoon() {
    clearTimeout(this.timer);
    if (this.state.compare?.version) this.timer = window.setTimeout(() => this.measure(), QUIET);
  }

  measure() {
    if (!this.state.compare?.version) return;
    const { start, stop } = this.range;
    this.look();
    this.ask("curve", start, stop, false);
  }

  /** The frames of the curve: the range, or as much of the video around this frame as one reply may hold. */
  get range() {
    const { shown, video } = this.state;
    const chosen = this.workspace.frameActions.range ?? { start: 0, stop: video.frame_count };
    if (chosen.stop - chosen.start <= LONGEST) return chosen;
    const start = Math.max(chosen.start, Math.min(chosen.stop - LONGEST, shown - LONGEST / 2));
    return { start, stop: start + LONGEST };
  }

  async ask(key, start, stop, contour) {
    const { store, toast } = this.workspace;
    const { version } = this.state.compare;
    const path = `api/videos/${this.state.video.id}/versions/${version.id}/agreement`;
    try {
      const { objects } = await request("GET", `${path}?start=${start}&stop=${stop}&contour=${contour}`);
      const late = this.state.compare?.version !== version || (contour && this.state.shown !== start);
      if (!late) store.set({ [key]: objects });
    } catch (error) {
      if (error.code !== "not_connected") toast.error(error);
    }
  }

  /**
   * Paint the masks of the shown frame, compared.
   * @param {CanvasRenderingContext2D} context @param {import("../canvas/view.js").View} view
   * @param {(masks: any[], objects: Map<number, any>) => void} paint what masks are painted with
   */
  paint(context, view, paint) {
    const { shown, objects, hidden, selected } = this.state;
    const now = this.workspace.masks.on(shown).filter(({ id }) => objects.has(id));
    const other = this.masks.on(shown);
    const known = new Map([...objects, ...other.filter(({ id }) => !objects.has(id)).map(({ id }) => [id, { id, colour: NEITHER, spans: [] }])]);
    if (this.state.compare.mode === "difference") {
      const ids = selected === null ? new Set([...now, ...other].map(({ id }) => id)) : [selected];
      for (const id of ids) {
        const [a, b] = [now, other].map((list) => traced(list.find((one) => one.id === id)));
        if ((a || b) && !hidden.has(id)) paintDifference(context, 1 / view.scale, a, b);
      }
      return;
    }
    const line = view.toPicture(this.state.compare.at * view.size.width, 0).x;
    const left = view.toPicture(0, 0);
    const right = view.toPicture(view.size.width, view.size.height);
    for (const [from, to, masks] of [[left.x, line, now], [line, right.x, other]]) {
      context.save();
      context.beginPath();
      context.rect(from, left.y, to - from, right.y - left.y);
      context.clip();
      paint(masks, known);
      context.restore();
    }
  }
}

const traced = (found) => found && { shape: found.shape, outline: artOf(found.entry, found.shape, found.entry.art?.colour ?? NEITHER).outline };
