// Which model answers, and what to say where it cannot. None takes the place of another by itself: a person chooses.

import { t } from "./i18n.js";

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

/** The kinds of words that a model finds objects by. @param {Model} model @returns {string[]} */
export function wordKinds({ prompts, tasks }) {
  return tasks.includes("discover") ? ["categories", "expression"].filter((kind) => prompts.includes(kind)) : [];
}

/** What is the matter with a model that is not ready. @param {Model} model */
export function whyNot({ name }) {
  return t`The model ${name} cannot be used.`;
}
