// Above the picture, where a model that is ready finds objects by words: category names, or an expression.

import { fill, h } from "../dom.js";
import { heard, t } from "../i18n.js";
import { wordKinds, wordModel, wordModels } from "../models.js";

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
    h("button", { type: "button", class: "tw-button", onclick: find }, t`Find`), model);
  store.on(["model", "wordsModel", "video"], (state) => {
    const able = wordModels(state);
    bar.hidden = !able.length;
    if (bar.hidden) return;
    const chosen = wordModel(state);
    fill(model, able.map(({ name }) => h("option", { value: name }, name)));
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

/** What was typed, as the server takes it; null where that is nothing. @param {string} kind @param {string} text */
export function queryOf(kind, text) {
  const names = [...new Set(text.split(",").map((name) => name.trim()).filter(Boolean))];
  if (!names.length) return null;
  return kind === "categories" ? { kind, names } : { kind, text: text.trim() };
}
