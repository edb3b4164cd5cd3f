// Finding over the video: searches that go on, the tracks that they found and that wait, and judging these.

import { request } from "./api.js";
import { artOf } from "./canvas/art.js";
import { paintCandidate } from "./canvas/candidate.js";
import { heard, t } from "./i18n.js";
import { MaskCache } from "./masks.js";
import { searcher, searchKinds } from "./models.js";

/** @typedef {import("./types.js").Track} Track */
/** @typedef {import("./types.js").VideoSearch} VideoSearch */

const GOING = ["queued", "running"];
const STOPPED = ["interrupted", "failed", "cancelled"];

export class Searches {
  /** @param {import("./workspace.js").Workspace} workspace */
  constructor(workspace) {
    this.workspace = workspace;
    const { store } = workspace;
    const { id, frame_count: frames } = store.state.video;
    this.told = 0; // id of the search whose end was said
    this.listening = false;
    /** @type {Set<number>} searches that stopped before their end, of which a person does not want to hear */
    this.dismissed = new Set();
    this.masks = new MaskCache(id, frames, () => workspace.stage.redraw(), `api/videos/${id}/tracks/masks`);
    store.set({ found: [], searching: null, unfinished: null, searchKind: null, foundChosen: new Set(), foundAt: null, foundHovered: null,
      foundCategory: "", foundScore: 0 });
    store.on(["shown", "found"], () => this.read());
  }

  get state() {
    return this.workspace.store.state;
  }

  get path() {
    return `api/videos/${this.state.video.id}`;
  }

  /** The search that goes on or waits. @returns {VideoSearch|null} */
  get current() {
    return this.state.searching;
  }

  /** The tracks that the filters let through. @returns {Track[]} */
  get listed() {
    const { found, foundCategory, foundScore } = this.state;
    return found.filter(({ category, score }) => score >= foundScore && (!foundCategory || category === foundCategory));
  }

  /** Those that a command concerns: the chosen ones, or all that are listed. @returns {Track[]} */
  get concerned() {
    const { foundChosen } = this.state;
    const chosen = this.listed.filter(({ id }) => foundChosen.has(id));
    return chosen.length ? chosen : this.listed;
  }

  /** There is a list to show them in: read what there is, from now on whenever the page connects. */
  listen() {
    this.listening = true;
  }

  /** Read what there is. What was read before may be out of date. */
  async refresh() {
    if (!this.listening) return;
    const { searches, tracks } = await request("GET", `${this.path}/searches`);
    const ids = new Set(tracks.map(({ id }) => id));
    const { foundChosen, foundAt } = this.state;
    this.masks.refresh();
    this.workspace.store.set({
      found: tracks, searching: searches.find(({ status }) => GOING.includes(status)) ?? null,
      unfinished: searches.slice(0, 1).find((one) => STOPPED.includes(one.status) && one.done < one.total && !this.dismissed.has(one.id)) ?? null,
      foundChosen: new Set([...foundChosen].filter((id) => ids.has(id))), foundAt: ids.has(foundAt) ? foundAt : null,
    });
  }

  /** The masks of the shown frame; without them it is seen without. */
  read() {
    const { found, shown } = this.state;
    if (found.length && shown >= 0) this.masks.ensure(shown).catch(() => undefined);
    this.workspace.stage?.redraw();
  }

  /** What the server says of a search: more may have been found. @param {VideoSearch} search */
  async take(search) {
    if (!this.listening) return;
    const { store, toast } = this.workspace;
    const ended = this.current?.id === search.id && !GOING.includes(search.status);
    if (GOING.includes(search.status) && (this.current?.id ?? search.id) === search.id) store.set({ searching: search });
    await this.refresh().catch((error) => error.status && toast.error(error));
    if (ended) this.ended(search);
  }

  ended(search) {
    if (this.told === search.id) return;
    this.told = search.id;
    const { toast } = this.workspace;
    const n = this.state.found.filter((one) => one.search_id === search.id).length;
    if (search.status === "failed") toast.warn(heard(search.message) || t`The search failed.`, t`What it had found is kept.`);
    else if (n) toast.say(t`${n} track was found.|${n} tracks were found.`, t`They wait in the list of what was found.`);
    else toast.say(search.known ? t`Only what has masks or waits already was found.` : t`Nothing was found.`);
  }

  /**
   * Look over the range; without one, over the video.
   * @param {any} query as `FindTool.ask` has it; null: everything
   * @param {import("./types.js").Model|undefined} [model] @param {number} [every] frames from look to look
   */
  async start(query, model = searcher(this.state), every = 30) {
    const chosen = this.state.searchKind;
    const kind = query?.kind !== "expression" && searchKinds(model ?? { searches: [] }).includes(chosen) ? chosen : null;
    if (model) await this.begin({ query, kind, model: model.name, every, ...this.workspace.frameActions.range });
  }

  /** Look on where one stopped. @param {VideoSearch} search */
  goOn({ query, kind, model, every, start, stop, done }) {
    return this.begin({ query, kind, model, every, start: start + done, stop });
  }

  /** @param {VideoSearch} search one that stopped, and is not to be offered again */
  dismiss({ id }) {
    this.dismissed.add(id);
    this.workspace.store.set({ unfinished: null });
  }

  async begin(body) {
    const { store, edits, toast } = this.workspace;
    if (this.current || !edits.allowed()) return;
    try {
      await edits.idle(); // what was drawn a moment ago is not proposed
      const search = await request("POST", `${this.path}/searches`, body);
      store.set({ searching: search });
      await this.refresh();
      if (this.current?.id !== search.id) this.ended(await request("GET", `api/searches/${search.id}`)); // so quickly
    } catch (error) {
      toast.error(error);
    }
  }

  /** Stop it; what was found by then waits. */
  async cancel() {
    if (!this.current) return;
    await request("POST", `api/searches/${this.current.id}/cancel`, {}).catch((error) => this.workspace.toast.error(error));
  }

  /**
   * A click on a track: it is chosen, with Ctrl beside the others or no longer, with Shift all up to it; and shown.
   * @param {number} id @param {{ctrlKey?: boolean, metaKey?: boolean, shiftKey?: boolean}} [event]
   */
  pick(id, { ctrlKey = false, metaKey = false, shiftKey = false } = {}) {
    const { foundChosen, foundAt } = this.state;
    const chosen = new Set(ctrlKey || metaKey || shiftKey ? foundChosen : []);
    if (shiftKey && foundAt !== null) {
      const ids = this.listed.map((one) => one.id);
      const [from, to] = [ids.indexOf(foundAt), ids.indexOf(id)].sort((a, b) => a - b);
      for (const one of ids.slice(Math.max(0, from), to + 1)) chosen.add(one);
    } else if (!((ctrlKey || metaKey) && chosen.delete(id))) chosen.add(id);
    this.workspace.store.set({ foundChosen: chosen, foundAt: id });
    this.show(id);
  }

  /** Go to the frame that shows a track best. @param {number} id */
  show(id) {
    const { viewer, store } = this.workspace;
    const track = this.state.found.find((one) => one.id === id);
    if (track) viewer.step(track.best - store.state.frame);
  }

  /** The next of the list, or the one before. @param {1|-1} by @param {boolean} [adds] to those that are chosen */
  step(by, adds = false) {
    const { listed } = this;
    if (!listed.length) return;
    const at = listed.findIndex(({ id }) => id === this.state.foundAt);
    const to = at < 0 ? (by > 0 ? 0 : listed.length - 1) : Math.max(0, Math.min(listed.length - 1, at + by));
    this.pick(listed[to].id, { shiftKey: adds });
  }

  chooseAll() {
    this.workspace.store.set({ foundChosen: new Set(this.listed.map(({ id }) => id)) });
  }

  chooseNone() {
    this.workspace.store.set({ foundChosen: new Set(), foundAt: null });
  }

  /**
   * Make objects of tracks: one each, one of all, or part of one that is there.
   * @param {Track[]} tracks @param {{together?: boolean, into?: import("./types.js").VideoObject|null}} [how]
   */
  async accept(tracks, { together = false, into = null } = {}) {
    const { objects, toast, live, store } = this.workspace;
    const reply = await this.judge("accept", tracks, {
      label_id: this.state.labelId, together, into: into && { id: into.id, version: into.version } });
    if (!reply) return;
    this.takeLabels(reply.labels);
    live.timelineSoon();
    const made = reply.objects.map(({ id }) => id);
    if (made.length === 1) objects.select(made[0]);
    toast.say(into ? t`Added to ${into.name}.` : t`${made.length} object was made.|${made.length} objects were made.`,
      t`Undo (Ctrl+Z) takes back the last step.`);
    store.set({ undo: true });
  }

  /** @param {Track[]} tracks */
  reject(tracks) {
    return this.judge("reject", tracks, {});
  }

  /** Send what was judged; the one after it in the list is looked at next. */
  async judge(verdict, tracks, more) {
    if (!tracks.length || this.current) return null;
    const at = this.listed.findIndex(({ id }) => id === this.state.foundAt);
    const reply = await this.workspace.edits.post(`tracks/${verdict}`, { tracks: tracks.map(({ id }) => id), ...more });
    if (!reply) return null;
    const gone = new Set(tracks.map(({ id }) => id));
    this.workspace.store.set({ found: this.state.found.filter(({ id }) => !gone.has(id)), foundChosen: new Set(), foundAt: null });
    const next = this.listed[Math.min(at, this.listed.length - 1)];
    if (at >= 0 && next) this.pick(next.id);
    return reply;
  }

  /** Labels that an acceptance has made, here or on another page. @param {import("./types.js").Label[]} labels */
  takeLabels(labels) {
    const { video } = this.state;
    const known = new Set(video.labels.map(({ id }) => id));
    const fresh = labels.filter(({ id }) => !known.has(id));
    if (fresh.length) this.workspace.store.set({ video: { ...video, labels: [...video.labels, ...fresh] } });
  }

  /** The tracks on the shown frame. @param {CanvasRenderingContext2D} context @param {import("./canvas/view.js").View} view */
  paint(context, view) {
    const { shown, foundChosen, foundHovered } = this.state;
    const colours = new Map(this.listed.map(({ id, colour }) => [id, colour]));
    if (!colours.size || shown < 0) return;
    for (const { id, shape, entry } of this.masks.on(shown)) {
      if (!colours.has(id)) continue;
      const { outline } = artOf(entry, shape, colours.get(id));
      const current = id === foundHovered || (foundHovered === null && foundChosen.has(id));
      paintCandidate(context, view, { shape, outline }, current ? "current" : "open", colours.get(id));
    }
  }
}
