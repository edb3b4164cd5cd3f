// The label schema of a project. Every change is saved when it is made.

import { request } from "../api.js";
import { commandKeys } from "../commands.js";
import { bindingOf, hotkeyId } from "../commands/labels.js";
import { h } from "../dom.js";
import { t } from "../i18n.js";
import { emptyState, table } from "../shell/elements.js";
import { attempt } from "../shell/page.js";
import { written } from "../shortcuts.js";

/** Colours that stay apart on video, for labels in the order they are made. */
export const LABEL_COLOURS = ["#3b82f6", "#f59e0b", "#14b8a6", "#ef4444", "#a855f7", "#84cc16", "#ec4899", "#06b6d4",
  "#f97316", "#6366f1"];

/** @typedef {Record<string, string[]>} Chosen the keys that the person at the page chose, by command */

/**
 * The table of labels, with a row to add one. A row stays where it is while others are saved: nothing typed is lost.
 * @param {any} project with `labels` and `role` @param {Chosen} [chosen]
 * @returns {HTMLElement}
 */
export function labelEditor(project, chosen = {}) {
  const mayEdit = project.role === "owner";
  const rows = project.labels.map((label) => row(label, mayEdit, chosen));
  if (mayEdit) {
    const last = newRow(project, chosen, (label) => last.before(row(label, mayEdit, chosen)));
    rows.push(last);
  }
  return h("section", { "aria-label": t`Labels` }, rows.length
    ? table([t`Colour`, t`Name`, t`Kind`, t`Hotkey`, t`Attributes`, ""], rows)
    : emptyState(t`No labels yet`, t`The owner of the project adds them.`));
}

/** A label's row. A refused change is said, and what is stored is shown again. */
function row(label, mayEdit, chosen) {
  const save = (name, read) => async ({ target }) => {
    const saved = await attempt(() => request("PATCH", `api/labels/${label.id}`, { [name]: read(target) }));
    if (saved) Object.assign(label, saved);
    else element.replaceWith(row(label, mayEdit, chosen));
  };
  const remove = () => attempt(async () => {
    await request("DELETE", `api/labels/${label.id}`);
    element.remove();
  });
  const inputs = labelInputs(label, {
    colour: save("colour", (input) => input.value),
    name: save("name", (input) => input.value.trim()),
    is_thing: save("is_thing", (input) => input.value === "thing"),
    hotkey: save("hotkey", (input) => input.value || null),
    attributes: save("attributes", (input) => parseAttributes(input.value)),
  }, !mayEdit);
  const element = h("tr", { "data-label": label.name }, ...cells(inputs, chosen, label.id),
    h("td", { class: "tl-actions" }, mayEdit && h("button", {
      class: "tl-button tl-quiet", onclick: remove, "aria-label": t`Delete ${label.name}`,
    }, t`Delete`)));
  return element;
}

/** The row that makes a label. @param {any} project @param {Chosen} chosen @param {(label: any) => void} onAdded */
function newRow(project, chosen, onAdded) {
  let made = project.labels.length;
  const nextColour = () => LABEL_COLOURS[made % LABEL_COLOURS.length];
  const blank = { colour: nextColour(), name: "", is_thing: true, hotkey: null, attributes: [] };
  const inputs = labelInputs(blank, {}, false);
  const [colour, name, kind, hotkey, attributes] = inputs;
  const submit = () => name.value.trim() && attempt(async () => {
    onAdded(await request("POST", `api/projects/${project.id}/labels`, {
      name: name.value.trim(), colour: colour.value, is_thing: kind.value === "thing", hotkey: hotkey.value || null,
      attributes: parseAttributes(attributes.value),
    }));
    made += 1;
    [colour.value, name.value, kind.value, hotkey.value, attributes.value] = [nextColour(), "", "thing", "", ""];
    name.focus();
  });
  name.placeholder = t`New label`;
  attributes.placeholder = t`colour: red, blue; pose*: standing, lying`;
  name.addEventListener("keydown", (event) => event.key === "Enter" && submit());
  return h("tr", { class: "tl-new" }, ...cells(inputs, chosen),
    h("td", { class: "tl-actions" }, h("button", { class: "tl-button tl-primary", onclick: submit }, t`Add`)));
}

/** The cells of a row; the hotkey's says what to press. */
const cells = (inputs, chosen, id) =>
  inputs.map((input) => h("td", {}, input.name === "hotkey" ? [input, keyNote(input, chosen, id)] : input));

/** What the person at the page presses for a hotkey. @param {HTMLInputElement} input @param {Chosen} chosen @param {number} [id] */
function keyNote(input, chosen, id) {
  const note = h("small", { class: "tl-key-note", role: "status" });
  const own = chosen[hotkeyId(id)];
  const say = () => {
    const keys = input.value && (own ?? [bindingOf(input.value)]);
    const command = keys && !own && commandKeys(chosen).get(keys[0]);
    const text = keys ? keys.map(written).join(", ") : "";
    note.classList.toggle("tl-key-taken", Boolean(command));
    note.textContent = command ? t`${text} is “${command.title}” in your keys.` : text;
  };
  input.addEventListener("input", say);
  say();
  return note;
}

/** The five inputs of a label, in the order of the columns. */
function labelInputs(label, changed, disabled) {
  const kind = h("select", { "aria-label": t`Kind`, onchange: changed.is_thing, disabled },
    h("option", { value: "thing" }, t`thing`), h("option", { value: "stuff" }, t`stuff`));
  kind.value = label.is_thing ? "thing" : "stuff";
  return [
    h("input", { type: "color", "aria-label": t`Colour`, value: label.colour, onchange: changed.colour, disabled }),
    h("input", { "aria-label": t`Name`, value: label.name, maxlength: 100, onchange: changed.name, disabled }),
    kind,
    h("input", { name: "hotkey", "aria-label": t`Hotkey`, value: label.hotkey || "", maxlength: 1,
      onchange: changed.hotkey, disabled, style: { width: "48px" } }),
    h("input", { "aria-label": t`Attributes`, value: formatAttributes(label.attributes), onchange: changed.attributes,
      disabled, title: t`For example: colour: red, blue; pose*: standing, lying. With * the value may change from frame to frame.` }),
  ];
}

/** "colour: red, blue; pose*: up, down" as [{name, values, over_time}], the last with a star only. @param {string} text */
export function parseAttributes(text) {
  return text.split(";").map((part) => part.split(":")).filter(([name]) => name.trim()).map(([name, values = ""]) => ({
    name: name.trim().replace(/\s*\*$/, ""), values: values.split(",").map((value) => value.trim()).filter(Boolean),
    ...(name.trim().endsWith("*") && { over_time: true }),
  }));
}

/** What `parseAttributes` reads. @param {{name: string, values: string[]}[]} attributes */
export const formatAttributes = (attributes) =>
  attributes.map(({ name, values, over_time: changes }) => `${name}${changes ? "*" : ""}: ${values.join(", ")}`).join("; ");
