// For reviewers: verified frames kept aside as hidden ground truth, which scores the people who meet them as any other frame.

import { request } from "../api.js";
import { fill, h } from "../dom.js";
import { t } from "../i18n.js";
import { ask } from "../shell/dialog.js";
import { check, field } from "../shell/elements.js";
import { ROLES } from "../shell/words.js";

const EVERY = "throughline.gold-every"; // every how many frames the last time

/** @param {import("../workspace.js").Workspace} workspace */
export function goldPanel(workspace) {
  const { store } = workspace;
  const isReviewer = ROLES.indexOf(store.state.video.role) >= ROLES.indexOf("reviewer");
  const gold = new Gold(workspace);
  const title = h("summary", {}, h("h2", {}, t`Hidden ground truth`));
  const body = h("div", { class: "tw-form" });
  const panel = h("details", { class: "tw-panel tr-gold", "aria-label": t`Hidden ground truth`, hidden: !isReviewer,
    ontoggle: async () => {
      if (!panel.open) return;
      await gold.load();
      panel.scrollIntoView({ block: "nearest" });
    } }, title, body);
  store.on(["gold", "frame"], ({ gold: frames, frame }) => {
    if (!panel.open || frames === null) return;
    title.firstChild.textContent = t`Hidden ground truth · ${frames.length} frame|Hidden ground truth · ${frames.length} frames`;
    fill(body, actions(gold, frames, frame), h("div", { class: "tr-gold-frames" }, frames.map((one) => h("button", {
      class: `tw-button${one.frame === frame ? " tr-on" : ""}`, title: t`${one.masks} mask|${one.masks} masks`,
      onclick: () => workspace.viewer.step(one.frame - store.state.frame) }, one.frame))));
  });
  return panel;
}

function actions(gold, frames, frame) {
  const isGold = frames.some((one) => one.frame === frame);
  const button = (text, run) => h("button", { class: "tw-button", onclick: run }, text);
  return h("div", { class: "tw-row" },
    isGold ? button(t`No longer this frame`, () => gold.change("DELETE", { start: frame, stop: frame + 1 }))
      : button(t`Keep this frame`, () => gold.change("POST", { start: frame, stop: frame + 1 })),
    button(t`Keep several`, () => gold.keepSeveral()));
}

class Gold {
  /** @param {import("../workspace.js").Workspace} workspace */
  constructor(workspace) {
    this.workspace = workspace;
    workspace.store.set({ gold: null });
  }

  get path() {
    return `api/videos/${this.workspace.store.state.video.id}/gold`;
  }

  load() {
    return this.change("GET");
  }

  /** @param {"GET"|"POST"|"DELETE"} method @param {any} [body] */
  async change(method, body) {
    try {
      this.workspace.store.set({ gold: (await request(method, this.path, body)).frames });
    } catch (error) {
      this.workspace.toast.error(error);
    }
  }

  /** Every k-th verified frame of the range, or of the video. */
  async keepSeveral() {
    const { inPoint, outPoint, video } = this.workspace.store.state;
    const number = (value) => h("input", { type: "number", min: 0, step: 1, required: true, value });
    const [first, last] = [number(inPoint ?? 0), number(outPoint ?? video.frame_count - 1)];
    const every = number(localStorage.getItem(EVERY) ?? 10);
    const clear = check(t`Take their masks off this video, so that annotators make them anew`, false);
    await ask({
      title: t`Keep verified frames as hidden ground truth`,
      body: [h("p", { class: "tl-dim" }, [
        t`Masks that annotators hand in on these frames, here or in blind copies, are scored against what is kept.`,
        t`Nothing shows them which frames these are.`].join(" ")),
        h("div", { class: "tl-pair" }, field(t`First frame`, first), field(t`Last frame`, last)),
        field(t`Every n-th frame`, every), clear],
      action: t`Keep`,
      submit: async () => {
        const body = { start: Number(first.value), stop: Number(last.value) + 1, every: Number(every.value),
          clear: clear.querySelector("input").checked };
        const { frames } = await request("POST", this.path, body);
        localStorage.setItem(EVERY, every.value);
        this.workspace.store.set({ gold: frames });
      },
    });
  }
}
