// The selected object: name, label, colour, attributes, and what its mask on this frame is.

import { fill, h } from "../dom.js";
import { number, t } from "../i18n.js";
import { maskWords } from "../shell/words.js";
import { commandButton } from "./button.js";
import { spanFields } from "./spans.js";

/** @param {import("../workspace.js").Workspace} workspace */
export function propertiesPanel(workspace) {
  const { store } = workspace;
  const form = h("div", { class: "tw-form" });
  const facts = h("p", { class: "tw-facts" });
  let drawn = null;
  store.on(["objects", "selected"], ({ objects, selected, video }) => {
    const object = objects.get(selected);
    if (form.contains(document.activeElement) && drawn === selected) return; // not under the hand that types
    drawn = selected;
    const nothing = h("p", { class: "tw-dim" }, t`Select an object to see and change its properties.`);
    fill(form, object ? fields(workspace, object, video) : nothing);
  });
  store.on(["masksVersion", "selected", "shown", "objects", "prompts", "work"], (state) => {
    facts.textContent = factsOf(workspace, state);
  });
  return h("section", { class: "tw-panel", "aria-label": t`Properties` },
    h("div", { class: "tw-panel-head" }, h("h2", {}, t`Properties`), h("span", { class: "tw-gap" }),
      ...["merge", "link", "split", "swap"].map((id) => commandButton(workspace, `identity.${id}`, { class: "tw-small" })),
      commandButton(workspace, "object.delete", { class: "tw-small" })),
    form, spanFields(workspace), facts);
}

function fields(workspace, object, video) {
  const change = (changes) => workspace.objects.change(object.id, changes);
  const label = h("select", { class: "tw-field", "aria-label": t`Label`, title: t`Label`, onchange: () => change({ label_id: Number(label.value) }) },
    ...video.labels.map((one) => h("option", { value: String(one.id) }, one.name)));
  label.value = String(object.label_id);
  const name = h("input", {
    class: "tw-field", type: "text", value: object.name, maxlength: 200, "aria-label": t`Name`, title: t`Name`,
    onchange: () => change({ name: name.value.trim() || object.name }),
    onkeydown: (event) => { if (["Enter", "Escape"].includes(event.key)) workspace.stage.element.focus(); },
  });
  const colour = h("input", { class: "tw-colour", type: "color", value: object.colour, "aria-label": t`Colour`,
    onchange: () => change({ colour: colour.value }) });
  const attributes = video.labels.find((one) => one.id === object.label_id)?.attributes || [];
  return [
    h("div", { class: "tw-who" }, name, label, colour),
    ...attributes.filter((attribute) => !attribute.over_time).map((attribute) => field(attribute.name, choice(object, attribute, change))),
  ];
}

function choice(object, { name, values }, change) {
  const select = h("select", {
    class: "tw-field", onchange: () => {
      const { [name]: _, ...others } = object.attributes;
      change({ attributes: select.value ? { ...others, [name]: select.value } : others });
    },
  }, h("option", { value: "" }, t`not set`), ...values.map((value) => h("option", { value }, value)));
  select.value = object.attributes[name] ?? "";
  return select;
}

const field = (title, control) => h("label", { class: "tw-labelled" }, h("span", {}, title), control);

/** Who made the mask while the video was in review, where that is known. */
function inReview({ work }, objectId, frame) {
  const correction = work.correctionAt(objectId, frame);
  return correction ? t`corrected by ${correction.person} in review` : t`made in review`;
}

function factsOf(workspace, { selected, shown, prompts }) {
  if (selected === null || shown < 0) return "";
  const item = workspace.masks.item(shown, selected);
  if (!item) return t`No mask on this frame.`;
  const given = prompts.filter((prompt) => prompt.object_id === selected).length;
  return [
    maskWords(item.state, item.source), t`${number(item.area)} px`,
    item.score !== null && t`score ${number(item.score, 2)}`,
    given > 0 && t`${given} prompt|${given} prompts`, item.edited_in === "review" && inReview(workspace, selected, shown),
  ].filter(Boolean).join(" · ");
}
