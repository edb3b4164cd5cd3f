// The help sheet: drawn from the list of commands, and from the marks of the timeline.

import { h } from "./dom.js";
import { t } from "./i18n.js";
import { KeyEditor } from "./keys/editor.js";
import { written } from "./shortcuts.js";

const MARKS = [
  ["bar", "tracked by a model"], ["taller, underlined", "verified"], ["hatched", "stale: made before a later correction"],
  ["hollow line", "absent"], ["diamond", "made by a person"], ["dot", "has a prompt"], ["line at the foot", "low score"],
  ["triangle on top", "comment"], ["dashed outline", "stale mask, on the picture"],
  ["dotted outline", "candidate, on the picture"],
];
const POINTER = [
  ["Click", "part of the object; accept"], ["Right or Ctrl click", "not part of it; reject"], ["Click a point", "take it back"],
  ["Alt click", "select the object there"], ["Wheel", "zoom"], ["Middle, Space drag", "move the picture"],
  ["Alt wheel", "brush size"], ["Wheel on timeline", "zoom; Shift moves"],
];

export class Help {
  /** @param {import("./workspace.js").Workspace} workspace */
  constructor(workspace) {
    this.workspace = workspace;
  }

  show() {
    const groups = new Map();
    for (const command of this.workspace.commands.commands) {
      if (command.hidden || !command.keys.length) continue;
      if (!groups.has(command.group)) groups.set(command.group, []);
      groups.get(command.group).push([keysOf(command), command.title]);
    }
    groups.set("Pointer", POINTER);
    groups.set("Timeline and picture", MARKS);
    const dialog = h("dialog", {
      class: "tl-dialog tw-help", "aria-label": "Keys and marks", onclose: () => dialog.remove(),
      onclick: (event) => { if (event.target === dialog) dialog.close(); },
      onkeydown: (event) => { if (["?", "F1"].includes(event.key)) { event.preventDefault(); dialog.close(); } },
    }, h("div", { class: "tw-panel-head" }, h("h2", {}, "Keys and marks"), h("span", { class: "tw-gap" }),
      h("button", { class: "tw-button", onclick: () => { dialog.close(); new KeyEditor(this.workspace).show(); } },
        t`Choose keys`),
      h("button", { class: "tw-button", onclick: () => dialog.close() }, "Close")),
    h("div", { class: "tw-help-columns" }, ...[...groups].map(([name, rows]) => h("section", {}, h("h3", {}, name),
      h("dl", {},
      ...rows.flatMap(([keys, title]) => [h("dt", {}, keys), h("dd", {}, title)]))))));
    document.body.append(dialog);
    dialog.showModal();
  }
}

function keysOf({ id, keys }) {
  if (id === "object.1") return "1 – 9";
  if (id === "label.1") return "Shift+1 – 9";
  return keys.map(written).join(" or ");
}
