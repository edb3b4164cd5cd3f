// The help sheet: drawn from the list of commands, and from the marks of the timeline.

import { h } from "./dom.js";
import { t } from "./i18n.js";
import { KeyEditor } from "./keys/editor.js";
import { languagePicker } from "./language.js";
import { written } from "./shortcuts.js";

const MARKS = [
  [t`bar`, t`tracked by a model`], [t`taller, underlined`, t`verified`],
  [t`hatched`, t`stale: made before a later correction`], [t`hollow line`, t`absent`], [t`diamond`, t`made by a person`],
  [t`dot`, t`has a prompt`], [t`dots below`, t`low score`], [t`bracket over the lane`, t`made in review`],
  [t`triangle on top`, t`comment, hollow: resolved`], [t`cross on top`, t`finding of a check`],
  [t`dashed outline`, t`stale mask, on the picture`],
  [t`dots and dashes`, t`occluded, on the picture`], [t`double stroke on top`, t`cut`],
  [t`broken line on a lane`, t`occluded`], [t`line between stops`, t`truncated`], [t`notch at the foot`, t`another attribute value`],
  [t`dotted outline`, t`candidate`], [t`grey strip`, t`frames looked at`],
  [t`black and white dashes`, t`what a click would make, on the picture`],
];
const POINTER = [
  [t`Click`, t`part of the object; accept`], [t`Right click`, t`not part of it; reject`],
  [t`Hold Shift`, t`see the mask a click would give`], [t`Hold Ctrl`, t`gather points, sent when it is let go`],
  [t`Drag a point`, t`move it`], [t`Click a point`, t`take it back`], [t`Ctrl while drawing`, t`take away`],
  [t`Ctrl or Shift click on a name`, t`choose several`],
  [t`Alt click`, t`select the object there`], [t`Wheel`, t`zoom`], [t`Middle, Space drag`, t`move the picture`],
  [t`Shift or Alt wheel`, t`brush size`], [t`Wheel on timeline`, t`zoom; Shift moves, Alt scrolls`],
  [t`Shift drag there`, t`choose a range`],
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
    groups.set(t`Pointer`, POINTER);
    groups.set(t`Timeline and picture`, MARKS);
    const dialog = h("dialog", {
      class: "tl-dialog tw-help", "aria-label": t`Keys and marks`, onclose: () => dialog.remove(),
      onclick: (event) => { if (event.target === dialog) dialog.close(); },
      onkeydown: (event) => { if (["?", "F1"].includes(event.key)) { event.preventDefault(); dialog.close(); } },
    }, h("div", { class: "tw-panel-head" }, h("h2", {}, t`Keys and marks`), h("span", { class: "tw-gap" }),
      languagePicker({ class: "tw-field tw-language" }),
      h("button", { class: "tw-button", onclick: () => { dialog.close(); this.workspace.tour.start(); } }, t`Take the tour`),
      h("button", { class: "tw-button", onclick: () => { dialog.close(); new KeyEditor(this.workspace).show(); } },
        t`Choose keys`),
      h("button", { class: "tw-button", autofocus: true, onclick: () => dialog.close() }, t`Close`)),
    h("div", { class: "tw-help-columns" }, ...[...groups].map(([name, rows]) => h("section", {}, h("h3", {}, name),
      h("dl", {},
      ...rows.flatMap(([keys, title]) => [h("dt", {}, keys), h("dd", {}, title)]))))));
    document.body.append(dialog);
    dialog.showModal();
  }
}

function keysOf({ id, keys }) {
  if (id === "object.1") return "1 – 9";
  if (id === "label.1") return `${t`Shift`}+1 – 9`;
  return keys.map(written).join(t` or `);
}
