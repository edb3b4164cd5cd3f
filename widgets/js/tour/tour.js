// The tour: a strip under the picture that says what to do next and waits until it is done. It takes nothing away from the
// workspace: every key and button does what it always does, but for Esc, which also ends the tour.

import { request } from "../api.js";
import { fill, h } from "../dom.js";
import { t } from "../i18n.js";
import { stepsOf } from "./steps.js";

export class Tour {
  /** @param {import("../workspace.js").Workspace} workspace */
  constructor(workspace) {
    this.workspace = workspace;
    /** @type {HTMLElement|null} while the tour is on */
    this.strip = null;
    this.onKey = (event) => {
      if (event.key === "Escape" && !document.querySelector("dialog[open]")) this.end("left");
    };
  }

  /** Begin it for somebody who has not met it, on the demo. */
  offer() {
    const { me, video } = this.workspace.store.state;
    if (video.demo && !me.preferences.tour) this.start();
  }

  /** From the first step, on whatever video is open. */
  start() {
    this.close();
    this.steps = stepsOf(this.workspace.store.state);
    this.said = h("div", { role: "status" }); // it is there before its words are, so that they are read out
    this.actions = h("div", { class: "tw-row" });
    this.strip = h("section", { class: "tw-tour", "aria-label": t`Tour` }, this.said, this.actions);
    this.workspace.element.querySelector(".tw-middle").append(this.strip);
    document.addEventListener("keydown", this.onKey, { capture: true });
    this.go(0);
    this.stop = this.workspace.store.on(["timeline", "runs", "objects"], () => this.look());
  }

  /** @param {number} n of the step */
  go(n) {
    const { store } = this.workspace;
    const { title, text, link, facts, isDone } = this.steps[n];
    if (!facts && isDone?.(0, store.state)) return void this.go(n + 1); // there is nothing to do
    this.at = n;
    this.before = facts?.(store.state) ?? 0;
    this.point(this.steps[n].target);
    fill(this.said, h("span", { class: "tw-count" }, t`Tour · ${n + 1} of ${this.steps.length}`), h("h2", {}, title),
      h("p", {}, text));
    const button = (words, run, style = "") => h("button", { type: "button", class: `tw-button ${style}`, onclick: run }, words);
    const isLast = n === this.steps.length - 1;
    fill(this.actions,
      link && h("a", { class: "tw-button tw-primary", href: link.href, onclick: () => this.end("done") }, link.text),
      isLast ? button(t`Finish`, () => this.end("done")) : button(t`Skip`, () => this.go(n + 1)),
      !isLast && button(t`Leave the tour`, () => this.end("left"), "tw-quiet"));
  }

  /** Go on where the step is done. */
  look() {
    const { isDone } = this.steps[this.at];
    if (isDone?.(this.before, this.workspace.store.state)) this.go(this.at + 1);
  }

  /** Mark what is to be used. @param {string} [selector] */
  point(selector) {
    const { element } = this.workspace;
    element.querySelector(".tw-tour-target")?.classList.remove("tw-tour-target");
    if (selector) element.querySelector(selector)?.classList.add("tw-tour-target");
  }

  /** End it, and remember that the person has met it. @param {"done"|"left"} how */
  async end(how) {
    this.close();
    try {
      await request("PATCH", "api/me/preferences", { tour: how }, { keepalive: true });
    } catch (error) {
      this.workspace.toast.error(error);
    }
  }

  close() {
    if (!this.strip) return;
    this.stop();
    this.point();
    document.removeEventListener("keydown", this.onKey, { capture: true });
    this.strip.remove();
    this.strip = null;
    this.workspace.stage.element.focus({ preventScroll: true });
  }
}
