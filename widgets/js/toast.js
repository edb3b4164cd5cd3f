// What the page has to say: short notices, and the status line that screen readers follow.

import { h } from "./dom.js";
import { icon } from "./icons.js";

const SHOWN = { say: 3500, warn: 7000, error: 12000 }; // ms

export class Toast {
  constructor() {
    this.element = h("div", { class: "tw-toasts", role: "status", "aria-live": "polite" });
  }

  /** News. @param {string} message */
  say(message) {
    this.put("say", message, "");
  }

  /** Something was not done. @param {string} message @param {string} [remedy] what to do */
  warn(message, remedy = "") {
    this.put("warn", message, remedy);
  }

  /** A refusal of the server. A fault of ours is not hidden: it goes on to the window. @param {any} error */
  error(error) {
    if (error.code === undefined) throw error;
    this.put("error", error.message, error.remedy);
  }

  put(kind, message, remedy) {
    const text = `${message} ${remedy}`;
    for (const old of this.element.children) if (old.dataset.text === text) old.remove(); // said again, not stacked
    const toast = h("div", { class: `tw-toast tw-${kind}`, "data-text": text },
      h("div", {}, h("strong", {}, message), remedy && h("div", {}, remedy)),
      h("button", { class: "tw-button tw-icon", "aria-label": "Dismiss", onclick: () => toast.remove() },
        icon("close")));
    this.element.append(toast);
    while (this.element.children.length > 4) this.element.firstChild.remove();
    setTimeout(() => toast.remove(), SHOWN[kind]);
  }
}
