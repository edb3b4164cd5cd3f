// What runs replaced, and what a person makes of it: accept, compare, roll back. For the latest run a line under the picture,
// for all of them a list.

import { request } from "../api.js";
import { fill, h } from "../dom.js";
import { icon } from "../icons.js";
import { moment, number, t } from "../i18n.js";

/** @typedef {import("../types.js").Run} Run */
/** @typedef {{masks: number, new: number, iou: number|null}} Replaced */

const GOING = ["queued", "running"];
const VERDICTS = { accepted: t`accepted`, "rolled back": t`rolled back` };

export class Verdicts {
  /** @param {import("../workspace.js").Workspace} workspace */
  constructor(workspace) {
    this.workspace = workspace;
    /** @type {Map<string, Replaced>} a run as it ended -> what it replaced */
    this.known = new Map();
    /** @type {Set<number>} runs of which a person does not want to hear */
    this.dismissed = new Set();
    workspace.store.set({ verdict: null });
    workspace.store.on(["runs"], () => this.look());
  }

  /** Whether the latest run waits for a verdict. */
  async look() {
    const { store } = this.workspace;
    const run = [...store.state.runs.values()].sort((a, b) => b.id - a.id)[0];
    const waits = run && run.done > 0 && !GOING.includes(run.status) && !run.verdict && !this.dismissed.has(run.id);
    if (!waits) return store.set({ verdict: null });
    const replaced = await this.replaced(run);
    const isLatest = store.state.runs.get(run.id) === run;
    if (isLatest) store.set({ verdict: replaced?.masks ? { run, replaced } : null });
    return undefined;
  }

  /** @param {Run} run @returns {Promise<Replaced|null>} null where it cannot be known now */
  async replaced(run) {
    const key = `${run.id} ${run.finished_at}`;
    try {
      if (!this.known.has(key)) this.known.set(key, await request("GET", `api/runs/${run.id}/replaced`));
      return this.known.get(key);
    } catch (error) {
      if (error.code !== "not_connected") this.workspace.toast.error(error);
      return null;
    }
  }

  /** @param {Run} run */
  async accept(run) {
    if (this.workspace.edits.allowed()) await this.workspace.runs.ask(`api/runs/${run.id}/accept`, {});
  }

  /** @param {Run} run @returns {Promise<any>} the reply, null where it was refused */
  async rollBack(run) {
    const { edits, toast } = this.workspace;
    if (!edits.allowed()) return null;
    const reply = await edits.ask(`api/runs/${run.id}/roll-back`, {});
    if (reply) toast.say(t`The run was rolled back.`, t`Undo (Ctrl+Z) brings its masks back.`);
    return reply;
  }

  /** @param {Run} run */
  dismiss(run) {
    this.dismissed.add(run.id);
    this.workspace.store.set({ verdict: null });
  }
}

/** The line of the latest run. @param {import("../workspace.js").Workspace} workspace */
export function verdictLine(workspace) {
  const { store, verdicts, compare } = workspace;
  const words = h("span", { class: "tw-digits" });
  const now = () => store.state.verdict.run;
  const button = (text, run, kind = "") => h("button", { type: "button", class: `tw-button ${kind}`, onclick: run }, text);
  const element = h("div", { class: "tw-run" }, words, button(t`Accept`, () => verdicts.accept(now()), "tw-primary"),
    button(t`Compare`, () => compare.open(`before-${now().id}`)), button(t`Roll back`, () => verdicts.rollBack(now())),
    h("button", { type: "button", class: "tw-button tw-icon", title: t`Decide later`, "aria-label": t`Decide later`,
      onclick: () => verdicts.dismiss(now()) }, icon("close")));
  store.on(["verdict", "runs"], ({ verdict }) => {
    element.hidden = !verdict || Boolean(workspace.runs.current || workspace.runs.unfinished);
    if (!verdict) return;
    const { masks, iou } = verdict.replaced;
    words.textContent = t`Run replaced ${masks} mask · IoU ${number(iou, 2)}|Run replaced ${masks} masks · IoU ${number(iou, 2)}`;
    words.title = t`Mean intersection over union of what was there before and what is there now`;
  });
  return element;
}

/** All runs of the video with what can be done about each. @param {import("../workspace.js").Workspace} workspace */
export function showRuns(workspace) {
  const { store } = workspace;
  const body = h("tbody", {});
  const dialog = h("dialog", { class: "tl-dialog tc-runs", "aria-label": t`Runs of this video`, onclose: () => {
    stop();
    dialog.remove();
  } }, h("div", { class: "tw-panel-head" }, h("h2", {}, t`Runs of this video`), h("span", { class: "tw-gap" }),
    h("button", { class: "tw-button", onclick: () => dialog.close() }, t`Close`)),
  h("p", { class: "tw-dim" }, t`What a run made is stored and exported at once. Rolling it back brings back what it replaced, but for what was verified, drawn or tracked since.`),
  h("table", { class: "tl-table" }, h("thead", {}, h("tr", {}, [t`Run`, t`Begun`, t`Model`, t`Masks`, t`Replaced`, t`IoU with before`,
    t`Verdict`, ""].map((title) => h("th", {}, title)))), body));
  const stop = store.on(["runs"], ({ runs }) => {
    const ended = [...runs.values()].filter((run) => !GOING.includes(run.status)).sort((a, b) => b.id - a.id);
    fill(body, ended.length ? ended.map((run) => row(workspace, run, dialog))
      : h("tr", {}, h("td", { colspan: 8, class: "tw-dim" }, t`No run has ended yet.`)));
  });
  document.body.append(dialog);
  dialog.showModal();
}

function row(workspace, run, dialog) {
  const { verdicts, compare } = workspace;
  const [masks, iou] = [h("td", {}, "…"), h("td", {}, "…")];
  verdicts.replaced(run).then((replaced) => {
    masks.textContent = replaced ? number(replaced.masks) : "";
    iou.textContent = replaced?.iou == null ? "–" : number(replaced.iou, 2);
  });
  const button = (text, act) => h("button", { type: "button", class: "tw-button", onclick: act }, text);
  return h("tr", {}, h("td", {}, run.id), h("td", {}, moment(run.created_at)), h("td", {}, run.model), h("td", {}, number(run.done)), masks, iou,
    h("td", {}, VERDICTS[run.verdict] ?? t`open`),
    h("td", { class: "tl-actions" }, button(t`Compare`, () => { dialog.close(); compare.open(`before-${run.id}`); }),
      !run.verdict && button(t`Accept`, () => verdicts.accept(run)),
      run.verdict !== "rolled back" && button(t`Roll back`, () => verdicts.rollBack(run))));
}
