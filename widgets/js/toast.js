// What the page has to say: short notices, and the status line that screen readers follow.

import { h } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";

const SHOWN = { say: 5000, warn: 9000 }; // ms; an error stays until it is dismissed

export class Toast {
  constructor() {
    this.element = h("div", { class: "tw-toasts", role: "status", "aria-live": "polite" });
  }

  /** News. @param {string} message @param {string} [more] @param {string} [topic] of which only the latest is shown */
  say(message, more = "", topic = "") {
    this.put("say", message, more, topic);
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

  put(kind, message, remedy, topic = "") {
    const text = `${message} ${remedy}`;
    for (const old of [...this.element.children]) { // said again, not stacked
      if (old.dataset.text === text || (topic && old.dataset.topic === topic)) old.remove();
    }
    const toast = h("div", { class: `tw-toast tw-${kind}`, "data-text": text, "data-topic": topic },
      h("div", {}, h("strong", {}, message), remedy && h("div", {}, remedy)),
      h("button", { class: "tw-button tw-icon", title: t`Dismiss`, "aria-label": t`Dismiss`, onclick: () => toast.remove() },
        icon("close")));
    const leaveSoon = () => {
      if (SHOWN[kind]) timer = window.setTimeout(() => toast.remove(), SHOWN[kind]);
    };
    let timer = 0;
    toast.addEventListener("pointerenter", () => clearTimeout(timer)); // it is being read
    toast.addEventListener("pointerleave", leaveSoon);
    this.element.append(toast);
    while (this.element.children.length > 4) this.element.firstChild.remove();
    leaveSoon();
  }
}
