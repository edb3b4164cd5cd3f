// Across the top of the picture: why nothing can be done here now, and what can be done about it.

import { fill, h } from "../dom.js";
import { heard, t } from "../i18n.js";
import { chosenModel, trackers, whyNot } from "../models.js";

/** @param {import("../workspace.js").Workspace} workspace */
export function banner({ store }) {
  const element = h("div", { class: "tw-banner", role: "alert" });
  store.on(["connection", "video", "model", "pending"], (state) => {
    const [title, text, ...more] = said(store, state);
    element.hidden = !title;
    element.classList.toggle("tw-trouble", state.connection === "offline" || !chosenModel(state).ready);
    fill(element, h("strong", {}, title), text, ...more);
  });
  return element;
}

/** @returns {any[]} title, text, buttons; nothing where all is well */
function said(store, state) {
  if (state.connection === "offline") {
    const waits = state.pending > 0 && t`What you did last is kept here and sent then: leave this page open.`;
    return [t`Not connected.`, t`You can look around; nothing can be changed until the server answers again.`, " ", waits];
  }
  if (state.video.stage === "accepted") {
    return [t`This video is accepted.`, t`It is read-only until an owner reopens it on the Review page.`];
  }
  const model = chosenModel(state);
  if (model.ready) return [];
  const others = trackers(state).filter((one) => one.ready).map(({ name, title }) => (
    h("button", { type: "button", class: "tw-button", title, onclick: () => store.set({ model: name }) }, t`Use ${name}`)));
  return [whyNot(model), `${heard(model.missing)} ${t`Then load the page again, or go on with another model.`}`, ...others];
}
