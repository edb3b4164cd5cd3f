// Questions to a person, as native dialogs: focus stays inside, Escape closes, the rest of the page waits.

import { h } from "../dom.js";
import { t } from "../i18n.js";

/**
 * Show a form in a dialog.
 * @param {{title: string, body: any, action: string, danger?: boolean, submit: () => Promise<void>}} options
 *   `submit` runs on confirmation; the dialog closes when it resolves and shows the error's words when it throws.
 * @returns {Promise<boolean>} true when confirmed
 */
export function ask({ title, body, action, danger = false, submit }) {
  return new Promise((resolve) => {
    const error = h("p", { class: "tl-form-error", role: "alert" });
    const confirm = h("button", { class: danger ? "tl-button tl-danger" : "tl-button tl-primary", type: "submit" },
      action);
    let confirmed = false;
    const form = h("form", { method: "dialog", onsubmit: async (event) => {
      event.preventDefault();
      confirm.disabled = true;
      error.textContent = "";
      try {
        await submit();
        confirmed = true;
        dialog.close();
      } catch (problem) {
        error.textContent = [problem.message, problem.remedy].filter(Boolean).join(" ");
        confirm.disabled = false;
      }
    } }, h("h2", {}, title), body, error, h("div", { class: "tl-dialog-actions" },
      h("button", { class: "tl-button", type: "button", onclick: () => dialog.close() }, t`Cancel`), confirm));
    const dialog = h("dialog", { class: "tl-dialog", onclose: () => {
      dialog.remove();
      resolve(confirmed);
    } }, form);
    document.body.append(dialog);
    dialog.showModal();
  });
}
