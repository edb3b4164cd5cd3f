// What models with language say about objects: asked, kept with the objects, deleted.

import { request } from "./api.js";
import { t } from "./i18n.js";
import { answerModel } from "./models.js";

/** @typedef {{id: number, objects: number[], frame: number, question: string, text: string, model: string, person: string,
 *   created_at: string}} Answer */

export class Answers {
  /** @param {import("./workspace.js").Workspace} workspace */
  constructor(workspace) {
    this.workspace = workspace;
    workspace.store.set({ answers: [], asking: null });
  }

  get state() {
    return this.workspace.store.state;
  }

  get path() {
    return `api/videos/${this.state.video.id}/answers`;
  }

  /** Those about an object, newest first. @param {number} id @returns {Answer[]} */
  about(id) {
    return this.state.answers.filter(({ objects }) => objects.includes(id)).reverse();
  }

  /** Objects that a question is about: those that are chosen together, or the selected one. @returns {number[]} */
  get named() {
    const { chosen, selected } = this.state;
    return chosen.size ? [...chosen] : selected === null ? [] : [selected];
  }

  async refresh() {
    this.workspace.store.set({ answers: await request("GET", this.path) });
  }

  /** What the server tells of one. @param {Answer & {deleted?: boolean}} answer */
  take(answer) {
    const others = this.state.answers.filter(({ id }) => id !== answer.id);
    this.workspace.store.set({ answers: answer.deleted ? others : [...others, answer] });
  }

  /** A model's words are English. */
  describe() {
    return this.ask(`Describe ${this.named.map((id) => `[${id}]`).join(", ")} in detail.`);
  }

  /** Ask about the objects; masks that come with the answer are judged as candidates. @param {string} question */
  async ask(question) {
    const { store, edits, frameActions, toast, tools } = this.workspace;
    const model = answerModel(this.state);
    const objects = this.named;
    if (!model || !objects.length || this.state.asking !== null || !edits.allowed()) return;
    store.set({ asking: question });
    try {
      await edits.idle();
      const body = { question, objects, frame: this.state.frame, model: model.name, ...frameActions.within };
      const { answer, candidates } = await request("POST", this.path, body);
      this.take(answer);
      if (!answer.text) toast.say(t`The model ${model.name} gave no words.`);
      if (candidates.length && tools.find) {
        toast.say(this.withNames(answer.text), t`It points at these masks.`);
        tools.find.present(candidates, model);
      }
    } catch (error) {
      toast.error(error);
    } finally {
      store.set({ asking: null });
    }
  }

  /** @param {Answer} answer */
  async remove({ id }) {
    try {
      await request("DELETE", `${this.path}/${id}`);
      this.take(/** @type {any} */ ({ id, deleted: true }));
    } catch (error) {
      this.workspace.toast.error(error);
    }
  }

  /** Text of a model with the names of objects in place of their ids. @param {string} text */
  withNames(text) {
    return text.replace(/\[(\d+)\]/g, (whole, id) => this.state.objects.get(Number(id))?.name ?? whole);
  }
}
