// Which model answers, and what to say where it cannot. None takes the place of another by itself: a person chooses.

import { h } from "./dom.js";
import { heard, t } from "./i18n.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Model} Model */

/** The model that is to answer. @param {State} state @returns {Model} */
export function chosenModel({ video, model }) {
  return video.models.find((one) => one.name === model);
}

/** Models that make masks and carry them on, the default first. @param {State} state @returns {Model[]} */
export function trackers({ video }) {
  return video.models.filter((model) => model.tasks.includes("track"));
}

/** Models that find objects by themselves. @param {State} state @returns {Model[]} */
export function finders({ video }) {
  return video.models.filter((model) => model.tasks.includes("discover"));
}

/** The one that finds over the video without words: the chosen one where it can. @param {State} state @returns {Model|undefined} */
export function searcher(state) {
  const able = state.video.models.filter(({ ready, searches }) => ready && searches.includes("vis"));
  return able.find((model) => model === chosenModel(state)) ?? able[0];
}

/** What there is to choose of what it finds over the video: objects, objects and regions, regions. @param {Model} model @returns {string[]} */
export const searchKinds = ({ searches }) => ["vis", "vps", "vss"].filter((kind) => searches.includes(kind));

/** The kinds of words that a model finds objects by, on a frame or over the video. @param {Model} model @returns {string[]} */
export function wordKinds({ prompts, tasks, searches }) {
  return tasks.includes("discover") || searches.length ? ["categories", "expression"].filter((kind) => prompts.includes(kind)) : [];
}

/** Models that are ready and find objects by words, the chosen one first. @param {State} state @returns {Model[]} */
export function wordModels(state) {
  const able = state.video.models.filter((model) => model.ready && wordKinds(model).length);
  const chosen = chosenModel(state);
  return able.includes(chosen) ? [chosen, ...able.filter((model) => model !== chosen)] : able;
}

/** The one that words go to; the chosen one where it takes any. @param {State} state @returns {Model|undefined} */
export function wordModel(state) {
  const able = wordModels(state);
  return able.find(({ name }) => name === state.wordsModel) ?? able[0];
}

/** The one that talks about objects. @param {State} state @returns {Model|undefined} */
export function answerModel(state) {
  const talks = (model) => model?.ready && model.tasks.includes("answer");
  return [wordModel(state), chosenModel(state), ...state.video.models].find(talks);
}

/** Options of a choice of models: those that are not ready stand below the others, say why, and cannot be chosen. @param {Model[]} models */
export function modelOptions(models) {
  const option = ({ name, title, ready, missing }) => (
    h("option", { value: name, title: heard(missing || title), disabled: !ready }, name));
  const absent = models.filter(({ ready }) => !ready);
  return [...models.filter(({ ready }) => ready).map(option),
    absent.length > 0 && h("optgroup", { label: t`Not ready`, title: t`What is missing: python3 launch.py models` }, absent.map(option))];
}

/** What is the matter with a model that is not ready. @param {Model} model */
export function whyNot({ name }) {
  return t`The model ${name} cannot be used.`;
}
