// The label schema of a project. Every change is saved when it is made.

import { request } from "../api.js";
import { fill, h } from "../dom.js";
import { emptyState } from "../shell/elements.js";
import { attempt } from "../shell/page.js";

/** Colours that stay apart on video, for labels in the order they are made. */
export const LABEL_COLOURS = ["#3b82f6", "#f59e0b", "#14b8a6", "#ef4444", "#a855f7", "#84cc16", "#ec4899", "#06b6d4", "#f97316",
  "#6366f1"];

/**
 * The table of labels, with a row to add one.
 * @param {any} project with `labels` and `role`
 * @returns {HTMLElement}
 */
export function labelEditor(project) {
  const place = h("section", { "aria-label": "Labels" });
  const mayEdit = project.role === "owner";
  const draw = () => fill(place, table(), !project.labels.length && !mayEdit
    && emptyState("No labels yet", "The owner of the project adds them."));
  const replace = (label) => {
    project.labels = project.labels.map((known) => (known.id === label.id ? label : known));
  };
  const save = (label, change) => attempt(async () => replace(await request("PATCH", `api/labels/${label.id}`, change)))
    .then(draw);
  const remove = (label) => attempt(async () => {
    await request("DELETE", `api/labels/${label.id}`);
    project.labels = project.labels.filter((known) => known.id !== label.id);
  }).then(draw);
  const add = (label) => attempt(async () => {
    project.labels = [...project.labels, await request("POST", `api/projects/${project.id}/labels`, label)];
    draw();
    place.querySelector("tr.tl-new input[name=name]").focus();
  });

  const table = () => h("table", { class: "tl-table" },
    h("thead", {}, h("tr", {}, ...["Colour", "Name", "Kind", "Hotkey", "Attributes", ""].map((title) => h("th", {}, title)))),
    h("tbody", {}, ...project.labels.map((label) => row(label, mayEdit, save, remove)),
      mayEdit && newRow(project.labels.length, add)));
  draw();
  return place;
}

function row(label, mayEdit, save, remove) {
  const saved = (name, read) => (event) => save(label, { [name]: read(event.target) });
  const inputs = labelInputs(label, {
    colour: saved("colour", (input) => input.value),
    name: saved("name", (input) => input.value.trim()),
    is_thing: saved("is_thing", (input) => input.value === "thing"),
    hotkey: saved("hotkey", (input) => input.value || null),
    attributes: saved("attributes", (input) => parseAttributes(input.value)),
  }, !mayEdit);
  return h("tr", {}, ...inputs.map((input) => h("td", {}, input)), h("td", { class: "tl-actions" }, mayEdit
    && h("button", { class: "tl-button tl-quiet", onclick: () => remove(label), "aria-label": `Delete ${label.name}` }, "Delete")));
}

function newRow(index, add) {
  const fresh = { colour: LABEL_COLOURS[index % LABEL_COLOURS.length], name: "", is_thing: true, hotkey: null, attributes: [] };
  const inputs = labelInputs(fresh, {}, false);
  const [colour, name, kind, hotkey, attributes] = inputs;
  const submit = () => name.value.trim() && add({ name: name.value.trim(), colour: colour.value, is_thing: kind.value === "thing",
    hotkey: hotkey.value || null, attributes: parseAttributes(attributes.value) });
  name.placeholder = "New label";
  name.addEventListener("keydown", (event) => event.key === "Enter" && submit());
  return h("tr", { class: "tl-new" }, ...inputs.map((input) => h("td", {}, input)),
    h("td", { class: "tl-actions" }, h("button", { class: "tl-button tl-primary", onclick: submit }, "Add")));
}

/** The five inputs of a label, in the order of the columns. */
function labelInputs(label, changed, disabled) {
  const kind = h("select", { "aria-label": "Kind", onchange: changed.is_thing, disabled },
    h("option", { value: "thing" }, "thing"), h("option", { value: "stuff" }, "stuff"));
  kind.value = label.is_thing ? "thing" : "stuff";
  return [
    h("input", { type: "color", "aria-label": "Colour", value: label.colour, onchange: changed.colour, disabled }),
    h("input", { name: "name", "aria-label": "Name", value: label.name, maxlength: 100, onchange: changed.name, disabled }),
    kind,
    h("input", { "aria-label": "Hotkey", value: label.hotkey || "", maxlength: 1, onchange: changed.hotkey, disabled,
      style: { width: "48px" } }),
    h("input", { "aria-label": "Attributes", value: formatAttributes(label.attributes), onchange: changed.attributes, disabled,
      placeholder: "occluded: no, partly, mostly" }),
  ];
}

/** "occluded: no, partly; moving: yes, no" as [{name, values}]. @param {string} text */
export function parseAttributes(text) {
  return text.split(";").map((part) => part.split(":")).filter(([name]) => name.trim()).map(([name, values = ""]) => ({
    name: name.trim(), values: values.split(",").map((value) => value.trim()).filter(Boolean),
  }));
}

/** What `parseAttributes` reads. @param {{name: string, values: string[]}[]} attributes */
export const formatAttributes = (attributes) => attributes.map(({ name, values }) => `${name}: ${values.join(", ")}`).join("; ");
