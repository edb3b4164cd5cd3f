// Buttons of commands: icon, tooltip with the key, and disabled while the command is.

import { h } from "../dom.js";
import { icon } from "../icons.js";

/**
 * @param {import("../workspace.js").Workspace} workspace @param {string} id of the command
 * @param {{text?: string, class?: string, icon?: string}} [options] `icon` "": none
 * @returns {HTMLButtonElement}
 */
export function commandButton(workspace, id, options = {}) {
  const command = workspace.commands.get(id);
  const tip = workspace.commands.tip(id);
  const picture = options.icon ?? command.icon;
  const button = h("button", {
    type: "button", class: `tw-button${options.text ? "" : " tw-icon"} ${options.class || ""}`, title: tip,
    "aria-label": tip,
    "data-command": id, onclick: () => { if (!command.enabled || command.enabled()) command.run(); },
  }, picture && icon(picture), options.text);
  return button;
}

/** Bring `disabled` of every command's button up to date. @param {import("../workspace.js").Workspace} workspace */
export function refreshButtons(workspace) {
  for (const button of workspace.element.querySelectorAll("button[data-command]")) {
    const { enabled } = workspace.commands.get(button.dataset.command);
    const disabled = enabled ? !enabled() : false;
    // Not the attribute: a disabled button loses the focus, and with it the keyboard's place.
    button.setAttribute("aria-disabled", String(disabled));
  }
}

/** A person chose other keys: the tooltips name them. @param {import("../workspace.js").Workspace} workspace */
export function refreshTips(workspace) {
  for (const button of workspace.element.querySelectorAll("button[data-command]")) {
    const tip = workspace.commands.tip(button.dataset.command);
    button.title = tip;
    button.setAttribute("aria-label", tip);
  }
}
