// Runs: start, cancel, resume, and what is known of those that go on.

import { request } from "./api.js";
import { heard, t } from "./i18n.js";

/** @typedef {import("./types.js").Run} Run */

const GOING = ["queued", "running"];

export class Runs {
  /** @param {import("./workspace.js").Workspace} workspace */
  constructor(workspace) {
    this.workspace = workspace;
    /** @type {Set<number>} interrupted runs a person does not want offered again */
    this.dismissed = new Set();
  }

  get state() {
    return this.workspace.store.state;
  }

  /** The run that goes on or waits, the oldest first. @returns {Run|null} */
  get current() {
    return [...this.state.runs.values()].find((run) => GOING.includes(run.status)) || null;
  }

  /** The latest run if it stopped before its end. @returns {Run|null} */
  get unfinished() {
    const latest = [...this.state.runs.values()].sort((a, b) => b.id - a.id)[0];
    if (!latest || this.dismissed.has(latest.id)) return null;
    return ["interrupted", "failed", "cancelled"].includes(latest.status) && latest.done < latest.total ? latest : null;
  }

  /** @param {Run} run what the server says of it */
  take(run) {
    const known = this.state.runs.get(run.id);
    this.state.runs.set(run.id, run);
    this.workspace.store.touch("runs");
    if (known && GOING.includes(known.status) && !GOING.includes(run.status)) this.ended(run);
  }

  ended(run) {
    const { live, toast, edits } = this.workspace;
    live.timelineSoon();
    if (run.status === "failed") toast.warn(heard(run.message) || t`The run failed.`, t`What it had finished is kept.`);
    if (run.status === "done") toast.say(t`Tracked ${run.done} mask with ${run.model}.|Tracked ${run.done} masks with ${run.model}.`);
    edits.workspace.store.set({ undo: true });
  }

  /** @param {string} scope of docs/http.md; the range, where one is set, bounds it */
  async start(scope) {
    const { edits, objects, store, toast } = this.workspace;
    if (!edits.allowed() || !edits.modelAnswers()) return;
    if (!this.state.objects.size) {
      toast.warn(t`There is nothing to track yet.`, t`Click an object on the picture first.`);
      return;
    }
    await edits.idle(); // a run must see every prompt given before it
    const { video, frame, inPoint, outPoint, model, acrossCuts } = this.state;
    const body = { video_id: video.id, objects: objects.inScope(), scope, frame, model, across_cuts: acrossCuts };
    if (inPoint !== null) body.start = inPoint;
    if (outPoint !== null) body.stop = outPoint + 1;
    const run = await this.ask("api/runs", body);
    if (run?.notes.length) toast.say(t`The run has begun.`, heard(run.notes.join(" ")));
    store.touch("runs");
  }

  /** @param {Run} run */
  cancel(run) {
    return this.ask(`api/runs/${run.id}/cancel`, {});
  }

  /** @param {Run} run */
  resume(run) {
    return this.workspace.edits.allowed() ? this.ask(`api/runs/${run.id}/resume`, {}) : null;
  }

  /** @param {Run} run */
  dismiss(run) {
    this.dismissed.add(run.id);
    this.workspace.store.touch("runs");
  }

  async ask(path, body) {
    try {
      const run = await request("POST", path, body);
      if (run?.id) this.take(run);
      return run;
    } catch (error) {
      this.workspace.toast.error(error);
    }
  }
}
