// What holds of the selected object on the current frame, and where a range is set on all of it.

import { fill, h } from "../dom.js";
import { t } from "../i18n.js";
import { FLAGS, valueAt, YES } from "../spans.js";

const WORDS = { occluded: t`Occluded`, truncated: t`Truncated` };

/** @param {import("../workspace.js").Workspace} workspace */
export function spanFields(workspace) {
  const { store } = workspace;
  const element = h("div", { class: "tw-form tw-spans" });
  /** @type {((object: any, frame: number) => void)[]} */
  let updates = [];
  let drawn = "";
  store.on(["objects", "selected", "frame", "inPoint", "outPoint"], ({ objects, selected, frame, video }) => {
    const object = objects.get(selected);
    const label = object && video.labels.find((one) => one.id === object.label_id);
    const wanted = object ? `${selected} ${label?.id}` : "";
    if (wanted !== drawn) {
      drawn = wanted;
      const rows = object ? [flags(workspace), ...(label?.attributes || []).filter((one) => one.over_time)
        .map((attribute) => choice(workspace, attribute))] : [];
      updates = rows.map((row) => row.update);
      fill(element, rows.map((row) => row.element));
    }
    if (object) for (const update of updates) update(object, frame);
  });
  return element;
}

function flags({ identities, commands }) {
  const boxes = FLAGS.map((name) => {
    const box = h("input", { type: "checkbox", onchange: () => identities.toggleFlag(name) });
    return { name, box, label: h("label", { class: "tw-check", title: commands.tip(`identity.${name}`) }, box, WORDS[name]) };
  });
  const update = ({ spans }, frame) => {
    for (const { name, box } of boxes) box.checked = valueAt(spans, name, frame) === YES;
  };
  return { element: h("div", { class: "tw-row" }, boxes.map((one) => one.label)), update };
}

function choice({ identities }, { name, values }) {
  const select = h("select", {
    class: "tw-field", onchange: () => identities.setSpan(name, select.value || null),
  }, h("option", { value: "" }, t`not set`), ...values.map((value) => h("option", { value }, value)));
  const update = ({ spans }, frame) => { select.value = valueAt(spans, name, frame); };
  const title = t`On this frame, or on the range where one is set`;
  return { element: h("label", { class: "tw-labelled", title }, h("span", {}, name), select), update };
}
