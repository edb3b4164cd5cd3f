// Above the picture, where a model that is ready finds objects by words: category names, or an expression.

import { fill, h } from "../dom.js";
import { heard, t } from "../i18n.js";
import { modelOptions, searchKinds, wordKinds, wordModel, wordModels } from "../models.js";

const ABOUT = {
  categories: { name: t`Categories`, example: t`dog, ball, person` },
  expression: { name: t`Expression`, example: t`the dog that jumps` },
};
const KINDS = { vis: t`objects`, vps: t`objects and regions`, vss: t`regions` };

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
    if (!query) field.focus();
    else if (onFrame.hidden) workspace.searches.start(query, wordModel(store.state));
    else workspace.tools.find.ask(query);
  };
  const onFrame = h("button", { type: "button", class: "tw-button", onclick: () => find() }, t`Find`);
  const model = h("select", { class: "tw-field tw-model", "aria-label": t`Model that finds by words`,
    onchange: () => store.set({ wordsModel: model.value }) });
  const bar = h("div", { class: "tw-words-bar", role: "search" }, kind, field,
    onFrame, overVideo(workspace, () => queryOf(kind.value, field.value) ?? field.focus()), model);
  store.on(["model", "wordsModel", "video"], (state) => {
    const able = wordModels(state);
    bar.hidden = !able.length;
    if (bar.hidden) return;
    const chosen = wordModel(state);
    fill(model, modelOptions(state.video.models.filter((one) => wordKinds(one).length)));
    model.value = chosen.name;
    model.title = heard(chosen.title);
    onFrame.hidden = !chosen.tasks.includes("discover");
    const kinds = wordKinds(chosen);
    const before = kind.value;
    fill(kind, kinds.map((one) => h("option", { value: one }, ABOUT[one].name)));
    kind.value = kinds.includes(before) ? before : kinds[0];
    explain();
  });
  return bar;
}

/** The same over the video. @param {() => any} query null where nothing is typed */
function overVideo({ store, searches }, query) {
  const every = h("input", { class: "tw-field tw-number-field", type: "number", min: 1, value: 30, "aria-label": t`Frames from look to look` });
  const pace = h("label", { class: "tw-row tw-dim" }, t`every`, every);
  const what = h("select", { class: "tw-field", "aria-label": t`What is looked for over the video`, onchange: () => store.set({ searchKind: what.value }) });
  const begin = () => {
    const wanted = query();
    if (wanted) searches.start(wanted, wordModel(store.state), Math.max(1, Math.round(Number(every.value)) || 1));
  };
  const button = h("button", { type: "button", class: "tw-button", onclick: begin,
    title: t`Over the range; without one, over the video. What is found waits in a list, with its masks on every frame` }, t`Find over the video`);
  store.on(["model", "wordsModel", "video", "searching", "searchKind"], (state) => {
    const chosen = wordModel(state);
    if (!chosen) return;
    pace.hidden = chosen.own_searches.length > 0;
    const kinds = searchKinds(chosen);
    fill(what, kinds.map((kind) => h("option", { value: kind }, KINDS[kind])));
    what.value = kinds.includes(state.searchKind) ? state.searchKind : kinds[0];
    what.hidden = kinds.length < 2;
    button.setAttribute("aria-disabled", String(state.searching !== null));
  });
  return h("span", { class: "tw-row tw-over" }, button, pace, what);
}

/** What was typed, as the server takes it; null where that is nothing. @param {string} kind @param {string} text */
export function queryOf(kind, text) {
  const names = [...new Set(text.split(",").map((name) => name.trim()).filter(Boolean))];
  if (!names.length) return null;
  return kind === "categories" ? { kind, names } : { kind, text: text.trim() };
}
