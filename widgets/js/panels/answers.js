// Beside the selected object: what models said about it, and the question that is asked next.

import { fill, h } from "../dom.js";
import { moment, t } from "../i18n.js";
import { icon } from "../icons.js";
import { answerModel } from "../models.js";

/** @param {import("../workspace.js").Workspace} workspace */
export function answersPanel(workspace) {
  const { store, answers, stage } = workspace;
  const question = h("input", {
    class: "tw-field", type: "text", maxlength: 4000, placeholder: t`Ask about it`, "aria-label": t`Question about the selected objects`,
    onkeydown: ({ key }) => {
      if (key === "Enter") ask();
      else if (key === "Escape") stage.element.focus();
    },
  });
  const ask = async () => {
    const text = question.value.trim();
    if (!text) return question.focus();
    await answers.ask(text);
    question.value = "";
    return undefined;
  };
  const describe = h("button", { type: "button", class: "tw-button", onclick: () => answers.describe() }, t`Describe`);
  const form = h("div", { class: "tw-ask" }, question,
    h("button", { type: "button", class: "tw-button", onclick: ask }, t`Ask`), describe);
  const title = h("h2", {});
  const waiting = h("p", { class: "tw-dim", role: "status" });
  const list = h("ul", { class: "tw-answers", "aria-live": "polite" });
  const panel = h("section", { class: "tw-panel", "aria-label": t`Said about it` },
    h("div", { class: "tw-panel-head" }, title), form, waiting, list);
  store.on(["answers", "asking", "selected", "chosen", "objects", "model", "wordsModel", "video"], (state) => {
    const model = answerModel(state);
    const about = state.selected === null ? [] : answers.about(state.selected);
    panel.hidden = state.selected === null || !(model || about.length);
    if (panel.hidden) return;
    const { length } = answers.named;
    title.textContent = length > 1 ? t`Said about ${length} objects` : t`Said about ${state.objects.get(state.selected)?.name ?? ""}`;
    form.hidden = !model;
    question.title = model ? t`${model.name} answers` : "";
    waiting.hidden = state.asking === null;
    waiting.textContent = model && state.asking !== null ? t`${model.name} thinks about it ...` : "";
    for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", String(state.asking !== null));
    fill(list, about.map((one) => row(workspace, one)));
  });
  return panel;
}

function row({ answers, viewer }, one) {
  return h("li", {},
    h("p", { class: "tw-said" }, answers.withNames(one.text) || t`no words`),
    h("div", { class: "tw-row tw-dim" },
      h("button", { type: "button", class: "tw-button tw-quiet tw-asked", title: t`Go to frame ${one.frame}`,
        onclick: () => viewer.seek(one.frame) }, answers.withNames(one.question)),
      h("span", { class: "tw-gap" }),
      h("button", { type: "button", class: "tw-button tw-icon tw-small", title: t`Delete the answer`, "aria-label": t`Delete the answer`,
        onclick: () => answers.remove(one) }, icon("trash"))),
    h("small", { class: "tw-dim" }, [one.model, one.person, moment(one.created_at)].join(" · ")));
}
