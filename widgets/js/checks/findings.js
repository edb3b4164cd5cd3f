// What is probably wrong, surest first: what checks found, and on the Review page the doubtful masks among it.

import { request } from "../api.js";
import { heard, t } from "../i18n.js";
import { isBarrier, segmentAt } from "../timeline/segments.js";

/**
 * One thing to look at. `id` null: a doubt, which is no stored finding.
 * @typedef {{key: string, id: number|null, kind: string, object_id: number, other_id: number|null, frame: number,
 *   start: number, stop: number, score: number, words: string}} Finding
 * @typedef {{progress: number, id: string}} Check one that goes on
 */

const LIMIT = 200; // doubts
const ASK_AGAIN = 500; // ms

export class Findings {
  /** @param {import("../workspace.js").Workspace} workspace */
  constructor(workspace) {
    this.workspace = workspace;
    this.doubts = false;
    workspace.store.set({ findings: null, finding: null, findingKind: "", check: null }); // null: not known yet
    this.loaded = Promise.resolve();
    workspace.store.on(["connection"], ({ connection }) => {
      if (connection === "online") this.refresh();
    });
  }

  get state() {
    return this.workspace.store.state;
  }

  /** List doubtful masks too, and again after each run: a run has other doubts than the masks it replaced. */
  withDoubts() {
    this.doubts = true;
    let going = false;
    this.workspace.store.on(["runs"], () => {
      const ended = going && !this.workspace.runs.current;
      going = Boolean(this.workspace.runs.current);
      if (ended) this.refresh();
    });
    this.refresh();
  }

  /** Read all of them. */
  refresh() {
    this.loaded = this.load();
    return this.loaded;
  }

  async load() {
    const { store, toast } = this.workspace;
    const video = `api/videos/${this.state.video.id}`;
    try {
      const [found, doubts] = await Promise.all([request("GET", `${video}/findings`),
        this.doubts ? request("GET", `${video}/doubts?limit=${LIMIT}`) : []]);
      this.checked = found.length > 0; // once, by somebody
      const open = found.filter((one) => one.status === "open")
        .map(({ sentence, ...one }) => ({ ...one, key: `${one.id}`, words: heard(sentence) }));
      store.set({ findings: [...open, ...doubts.map(asFinding)].sort((a, b) => b.score - a.score) });
    } catch (error) {
      if (error.code !== "not_connected") toast.error(error);
    }
  }

  /** Those that nobody has settled since, of the chosen kind. @returns {Finding[]} */
  get left() {
    const { findings, findingKind } = this.state;
    return (findings ?? []).filter((one) => (!findingKind || one.kind === findingKind) && this.stands(one));
  }

  /** A mask that was verified since is right; one that is gone or drawn by hand is no doubt any more. */
  stands({ id, object_id: thing, frame }) {
    const { timeline, objects } = this.state;
    if (!objects.has(thing)) return false;
    const segment = segmentAt(timeline.objects[thing], frame);
    return id === null ? segment !== null && !isBarrier(segment) : segment?.[2] !== "verified";
  }

  /** The one that is looked at. @returns {Finding|null} */
  get current() {
    return this.left.find(({ key }) => key === this.state.finding) ?? null;
  }

  /** Go to its frame, with its object selected and near. @param {Finding} one */
  async show(one) {
    const { store, objects, viewer, masks, stage } = this.workspace;
    store.set({ finding: one.key });
    objects.select(one.object_id);
    await Promise.all([viewer.step(one.frame - store.state.frame), masks.ensure(one.frame).catch(() => undefined)]);
    const near = [one.frame, one.start - 1, one.stop].map((frame) => masks.shape(frame, one.object_id));
    const shape = near.find((found) => found?.area);
    if (shape && this.state.finding === one.key) stage.look((view) => view.show(widened(shape), 4));
  }

  /** Go to the next one. Where the last one was settled meanwhile, its place in the list counts. */
  async step() {
    await this.loaded;
    const { left } = this;
    const { toast } = this.workspace;
    if (!left.length) return toast.say(t`Nothing is left to look at.`);
    const all = this.state.findings;
    const rank = all.findIndex((one) => one.key === this.state.finding);
    const next = left.find((one) => all.indexOf(one) > rank);
    if (!next) {
      this.workspace.store.set({ finding: null }); // and from the start again
      return toast.say(t`That was the last one.`);
    }
    return this.show(next);
  }

  /** It is right after all, and on to the next: a doubtful mask is verified, a finding dismissed. */
  async dismiss() {
    const one = this.current;
    if (!one) return this.step();
    const done = one.id === null ? await this.workspace.edits.post("verify", {
      objects: [one.object_id], start: one.frame, stop: one.frame + 1, verified: true,
    }) : await this.decide(one.id, "dismissed");
    if (!done) return null;
    const next = this.after(one);
    if (one.id !== null) this.workspace.store.set({ findings: this.state.findings.filter(({ key }) => key !== one.key) });
    return next ? this.show(next) : this.step();
  }

  after(one) {
    const { left } = this;
    return left[left.indexOf(one) + 1] ?? this.state.findings.slice(this.state.findings.indexOf(one) + 1)
      .find((later) => left.includes(later));
  }

  /** @param {number} id @param {"open"|"dismissed"} status @returns {Promise<any>} null where it was refused */
  async decide(id, status) {
    try {
      return await request("PATCH", `api/findings/${id}`, { status });
    } catch (error) {
      this.workspace.toast.error(error);
      return null;
    }
  }

  /** Check every mask of the video. What is on its way to the server is checked too. */
  async check() {
    const { store, edits, toast } = this.workspace;
    if (this.state.check) return;
    await edits.idle();
    try {
      const { check } = await request("POST", `api/videos/${this.state.video.id}/checks`, {});
      const job = await this.follow(check);
      if (job.status === "failed") toast.warn(heard(job.error.message), heard(job.error.remedy));
      await this.refresh();
      this.checked = true;
      if (job.status === "done") toast.say(t`${this.left.length} thing to look at.|${this.left.length} things to look at.`);
    } catch (error) {
      toast.error(error);
    } finally {
      store.set({ check: null });
    }
  }

  async follow(id) {
    for (;;) {
      const job = await request("GET", `api/checks/${id}`);
      if (job.status !== "running") return job;
      this.workspace.store.set({ check: { id, progress: job.progress } });
      await new Promise((again) => setTimeout(again, ASK_AGAIN));
    }
  }

  /** Give a check up; what was found before stays. */
  async cancel() {
    const { check } = this.state;
    if (check) await request("POST", `api/checks/${check.id}/cancel`, {}).catch((error) => this.workspace.toast.error(error));
  }
}

const asFinding = ({ frame, object_id: thing, doubt, reasons }) => ({
  key: `${frame}/${thing}`, id: null, kind: "doubt", object_id: thing, other_id: null, frame, start: frame, stop: frame + 1,
  score: doubt, words: reasons.map(heard).join(", "),
});

/** The object with some of what is around it. */
function widened({ x, y, width, height }) {
  const by = Math.max(width, height) * 0.4;
  return { x: x - by, y: y - by, width: width + 2 * by, height: height + 2 * by };
}
