// Find objects: a model proposes what has no mask on the frame, and a person accepts or rejects each candidate. Nothing is
// stored but what is accepted.

import { request } from "../api.js";
import { anchorOf, outlineOf } from "../canvas/art.js";
import { paintCandidate } from "../canvas/candidate.js";
import { t } from "../i18n.js";
import { chosenModel, finders, wordModel } from "../models.js";
import { covers, shapeOf } from "../rle.js";
import { count } from "../shell/words.js";

/** @typedef {import("../types.js").Candidate} Candidate */

const ID = "find";
/** What the next taking in the hand is for: to look for everything. */
const EVERYTHING = { query: null, found: null, model: null };

export class FindTool {
  /** @param {import("../workspace.js").Workspace} workspace */
  constructor(workspace) {
    this.workspace = workspace;
    this.cursor = "default";
    this.controller = new AbortController();
    /** What was in the hand before. @type {{tool: string, selected: number|null}} */
    this.before = { tool: "point", selected: null };
    this.wish = EVERYTHING;
    workspace.store.on(["frame"], ({ frame }) => {
      if (this.search && !this.search.spread && this.search.frame !== frame) this.cancel();
    });
  }

  /** @returns {import("../types.js").Search|null} */
  get search() {
    return this.workspace.store.state.search;
  }

  /** Look for what words say. @param {{kind: "categories", names: string[]}|{kind: "expression", text: string}} query */
  ask(query) {
    this.take({ query, found: null, model: wordModel(this.workspace.store.state) });
  }

  /**
   * Let a person judge candidates that came another way.
   * @param {any[]} found as docs/http.md has them @param {import("../types.js").Model} model
   */
  present(found, model) {
    this.take({ query: null, found, model });
  }

  take(wish) {
    this.cancel();
    this.wish = wish;
    this.workspace.useTool(ID);
  }

  /** Taken in the hand: look; taken again: the next candidate. @param {string} tool the one before */
  begin(tool) {
    const { wish } = this;
    this.wish = EVERYTHING;
    if (tool === ID) return this.step(1);
    const { store, edits, objects, viewer, stage } = this.workspace;
    const able = wish.model || (edits.modelAnswers() && this.modelFinds());
    if (!edits.allowed() || !able) return this.workspace.useTool(tool);
    this.before = { tool, selected: store.state.selected };
    objects.next(); // what is accepted is a new object, and the label that is chosen is its
    viewer.pause();
    stage.element.focus({ preventScroll: true });
    return this.look(wish);
  }

  /** Say that the chosen model does not have the task, where that is so. @returns {boolean} whether it has */
  modelFinds() {
    const { store, toast } = this.workspace;
    const able = finders(store.state);
    const model = chosenModel(store.state);
    if (able.includes(model)) return true;
    toast.warn(t`The model ${model.name} cannot find objects.`,
      t`Choose another one above the timeline: ${able.map(({ name }) => name).join(", ")}.`);
    return false;
  }

  /** @param {{query: any, found: any[]|null, model: import("../types.js").Model|null}} wish `found`: nothing is asked for */
  async look({ query, found, model: wished }) {
    const { store, edits, frameActions, toast } = this.workspace;
    const { frame, video } = store.state;
    const model = wished ?? chosenModel(store.state);
    const search = { frame, model, query, looking: true, spread: false, open: [], sent: [], current: null, accepted: 0, rejected: 0 };
    this.controller = new AbortController();
    const { signal } = this.controller;
    store.set({ search });
    try {
      await edits.idle(); // what was drawn a moment ago is not proposed
      const body = { frame, model: model.name, query, ...(query && frameActions.within) };
      const { candidates } = found ? { candidates: found }
        : await request("POST", `api/videos/${video.id}/discover`, body, { signal });
      if (signal.aborted) return;
      search.open = candidates.map(candidateOf);
      search.spread = search.open.some((one) => one.frame !== frame);
      search.looking = false;
      this.sayMissing();
      this.judged(0);
    } catch (error) {
      if (signal.aborted) return;
      this.cancel();
      toast.error(error);
    }
  }

  /** What was not found is said; that is no failure. */
  sayMissing() {
    const { toast } = this.workspace;
    const { query, open, frame } = this.search;
    if (query?.kind === "categories") {
      const found = new Set(open.map(({ category }) => category));
      const missing = query.names.filter((name) => !found.has(name));
      if (missing.length) toast.say(t`Not found on frame ${frame}: ${missing.join(", ")}.`, t`Only what has no mask yet is proposed.`);
    } else if (query && !open.length) {
      toast.say(t`Nothing was found on frame ${frame} for “${query.text}”.`, t`Only what has no mask yet is proposed.`);
    } else if (!open.length) toast.say(t`Nothing else was found on frame ${frame}.`, t`Click an object to make its mask.`);
  }

  /** Leave: by Escape, for another tool, with the frame, or because all is done. */
  cancel() {
    const { store, objects } = this.workspace;
    if (!this.search) return;
    this.controller.abort();
    store.set({ search: null });
    if (store.state.selected === null && this.before.selected !== null) objects.select(this.before.selected);
    if (store.state.tool === ID) this.workspace.useTool(this.before.tool);
  }

  /** Go to another candidate. @param {1|-1} by */
  step(by) {
    const { open, current } = this.search;
    if (open.length) this.point(open[(open.indexOf(current) + by + open.length) % open.length]);
  }

  /** @param {Candidate|null} candidate */
  point(candidate) {
    const { store, viewer } = this.workspace;
    if (this.search.current !== candidate) {
      this.search.current = candidate;
      store.touch("search");
    }
    if (candidate && candidate.frame !== store.state.frame) viewer.seek(candidate.frame);
  }

  /** Enter: accept the current one. */
  finish() {
    if (this.search.current) this.accept([this.search.current]);
  }

  /** Backspace: reject the current one. */
  back() {
    if (this.search.current) this.reject(this.search.current);
  }

  acceptAll() {
    if (this.search.open.length) this.accept(this.search.open);
  }

  /** @param {Candidate} candidate */
  reject(candidate) {
    const { search } = this;
    const at = search.open.indexOf(candidate);
    search.open = search.open.filter((one) => one !== candidate);
    search.rejected += 1;
    this.judged(at);
  }

  /** Store these as masks by hand, in one change. @param {Candidate[]} chosen */
  async accept(chosen) {
    const { edits, masks, objects } = this.workspace;
    const { search } = this;
    const named = chosen.map((one) => ({ ...one, label: one.objectId === null && objects.labelNamed(one.category) }));
    const label = named.some((one) => one.label === null) ? objects.nextLabel() : null;
    if (!edits.allowed() || (!label && named.some((one) => one.label === null))) return;
    const at = search.open.indexOf(chosen[0]);
    search.open = search.open.filter((one) => !chosen.includes(one));
    search.sent = [...search.sent, ...chosen];
    this.judged(at);
    for (const frame of new Set(named.map((one) => one.frame))) {
      const together = chosen.filter((one) => one.frame === frame);
      await masks.ensure(frame);
      const reply = await edits.post(`frames/${frame}/masks`, { masks: named.filter((one) => one.frame === frame)
        .map(({ rle, objectId, label: own }) => ({
          rle, ...(objectId === null ? { object: { label_id: (own || label).id }, base: 0 }
            : { object_id: objectId, base: masks.revision(frame, objectId) }),
        })) });
      search.sent = search.sent.filter((one) => !together.includes(one));
      if (reply) search.accepted += together.length;
      else search.open = [...search.open, ...together].sort((a, b) => a.number - b.number);
    }
    if (this.search === search) this.judged(search.open.indexOf(search.current));
  }

  /** One was judged: the next in its place is the current one; after the last one all is done. @param {number} at */
  judged(at) {
    const { search, workspace } = this;
    const { open, sent, accepted, rejected } = search;
    this.point(open[Math.max(0, Math.min(at, open.length - 1))] || null);
    workspace.store.touch("search");
    if (open.length || sent.length) return;
    if (accepted) workspace.toast.say(t`${accepted} mask was accepted.|${accepted} masks were accepted.`,
      t`Undo (Ctrl+Z) takes back the last step.`);
    else if (rejected) workspace.toast.say(t`No candidate was accepted.`);
    this.cancel();
  }

  /** @param {import("../canvas/stage.js").Press} press */
  down(press) {
    const candidate = this.at(press);
    if (!candidate) return;
    if (press.negative || press.shift) this.reject(candidate);
    else this.accept([candidate]);
  }

  /** @param {import("../canvas/stage.js").Press} press */
  move(press) {
    const candidate = this.at(press);
    this.cursor = candidate ? "pointer" : "default";
    this.workspace.stage.showCursor();
    if (candidate) this.point(candidate);
  }

  /** The smallest candidate under the pointer. @returns {Candidate|null} */
  at({ x, y }) {
    const { shown } = this.workspace.store.state;
    const hits = (this.search?.open || []).filter(({ shape, frame }) => frame === shown && covers(shape, x, y));
    return hits.sort((a, b) => a.shape.area - b.shape.area)[0] || null;
  }

  /** @param {CanvasRenderingContext2D} context @param {import("../canvas/view.js").View} view */
  paint(context, view) {
    const { search } = this;
    const { shown } = this.workspace.store.state;
    const paint = (one, how) => { if (one.frame === shown) paintCandidate(context, view, one, how); };
    for (const one of search?.sent ?? []) paint(one, "sent");
    for (const one of search?.open ?? []) if (one !== search.current) paint(one, "open");
    if (search?.current) paint(search.current, "current");
  }
}

/** @param {any} found as docs/http.md has it @param {number} n @returns {Candidate} */
function candidateOf({ rle, score, object_id: objectId, category, frame }, n) {
  const shape = shapeOf(rle);
  return { number: n + 1, rle, score, objectId, category, frame, shape, outline: outlineOf(shape), anchor: anchorOf(shape) };
}
