// Above the picture, where a model that is ready finds objects by words: category names, or an expression.

import { fill, h } from "../dom.js";
import { heard, t } from "../i18n.js";
import { modelOptions, wordKinds, wordModel, wordModels } from "../models.js";

const ABOUT = {
  categories: { name: t`Categories`, example: t`dog, ball, person` },
  expression: { name: t`Expression`, example: t`the dog that jumps` },
};

/** @param {import("../workspace.js").Workspace} workspace @returns {HTMLElement} */
export function wordsBar(workspace) {
  const { store, stage, commands } = workspace;
  const field = h("input", {
    class: "tw-field tw-query", type: "text", maxlength: 2000, "aria-label": commands.tip("words.focus"),
    onkeydown: ({ key }) => {
      if (key === "Enter") find();
      else if (key === "Escape") stage.element.focus();
    },
  });
  const kind = h("select", { class: "tw-field", "aria-label": t`What the words are`, onchange: () => explain() });
  const explain = () => { field.placeholder = ABOUT[kind.value].example; };
  const find = () => {
    const query = queryOf(kind.value, field.value);
    if (query) workspace.tools.find.ask(query);
    else field.focus();
  };
  const model = h("select", { class: "tw-field tw-model", "aria-label": t`Model that finds by words`,
    onchange: () => store.set({ wordsModel: model.value }) });
  const bar = h("div", { class: "tw-words-bar", role: "search" }, kind, field,
    h("button", { type: "button", class: "tw-button", onclick: find }, t`Find`),
    overVideo(workspace, () => queryOf(kind.value, field.value) ?? field.focus()), model);
  store.on(["model", "wordsModel", "video"], (state) => {
    const able = wordModels(state);
    bar.hidden = !able.length;
    if (bar.hidden) return;
    const chosen = wordModel(state);
    fill(model, modelOptions(state.video.models.filter((one) => wordKinds(one).length)));
    model.value = chosen.name;
    model.title = heard(chosen.title);
    const kinds = wordKinds(chosen);
    const before = kind.value;
    fill(kind, kinds.map((one) => h("option", { value: one }, ABOUT[one].name)));
    kind.value = kinds.includes(before) ? before : kinds[0];
    explain();
  });
  return bar;
}

/** The same on every k-th frame; while that goes on, how far it is. @param {() => any} query null where nothing is typed */
function overVideo({ store, proposals }, query) {
  const every = h("input", { class: "tw-field tw-number-field", type: "number", min: 1, value: 30, "aria-label": t`Frames from look to look` });
  const begin = () => {
    const wanted = query();
    if (wanted) proposals.start(wanted, Math.max(1, Math.round(Number(every.value)) || 1));
  };
  const ask = h("span", { class: "tw-row tw-over" }, h("button", { type: "button", class: "tw-button", onclick: begin,
    title: t`On every so many frames of the range (without one, of the video) and where shots begin; nothing is proposed twice` },
  t`Find over the video`), h("label", { class: "tw-row tw-dim" }, t`every`, every));
  const bar = h("progress", { max: 1, "aria-label": t`Looking over the video` });
  const words = h("span", { class: "tw-digits", role: "status" });
  const going = h("span", { class: "tw-row tw-over" }, bar, words,
    h("button", { type: "button", class: "tw-button", onclick: () => proposals.cancel() }, t`Cancel`));
  store.on(["proposing"], ({ proposing }) => {
    ask.hidden = proposing !== null;
    going.hidden = proposing === null;
    if (!proposing) return;
    bar.value = proposing.progress;
    words.textContent = t`${proposing.found} found`;
  });
  return h("span", { class: "tw-row" }, ask, going);
}

/** What was typed, as the server takes it; null where that is nothing. @param {string} kind @param {string} text */
export function queryOf(kind, text) {
  const names = [...new Set(text.split(",").map((name) => name.trim()).filter(Boolean))];
  if (!names.length) return null;
  return kind === "categories" ? { kind, names } : { kind, text: text.trim() };
}
