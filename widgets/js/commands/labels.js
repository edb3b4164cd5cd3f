// Labels by key: Shift and a digit by their place in the schema, Alt and the hotkeys that owners gave them.

import { t } from "../i18n.js";

/** @typedef {import("../shortcuts.js").Command} Command */

/** @param {import("../workspace.js").Workspace} workspace @returns {Command[]} */
export function labelCommands(workspace) {
  return workspace.store.state.video.labels.slice(0, 9).map((label, n) => ({
    id: `label.${n + 1}`, title: n ? "" : t`Label 1 to 9`, group: t`Objects`, keys: [`shift+${n + 1}`], hidden: n > 0,
    fixed: true,
    run: () => workspace.objects.setLabel(label.id),
  }));
}

/**
 * The hotkeys of labels: with Alt, as commands have the plain letters and none has one with Alt. A person who gave such a key to
 * a command of theirs keeps it (`Shortcuts.rebind`): the label editor of the project says so.
 * @param {import("../workspace.js").Workspace} workspace @returns {Command[]}
 */
export function hotkeyCommands(workspace) {
  const labels = workspace.store.state.video.labels.filter(({ hotkey }) => hotkey);
  return labels.map(({ id, name, hotkey }) => ({
    id: hotkeyId(id), title: name, group: t`Labels`, keys: [bindingOf(hotkey)], run: () => workspace.objects.setLabel(id),
  }));
}

/** The command of a label's hotkey. @param {number} label */
export const hotkeyId = (label) => `label.hotkey.${label}`;

/** A hotkey as bindings write it: the capital letter needs Shift. @param {string} hotkey */
export const bindingOf = (hotkey) => `alt+${/[A-Z]/.test(hotkey) ? "shift+" : ""}${hotkey.toLowerCase()}`;
