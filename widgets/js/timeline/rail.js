// Right of the lanes: zoom in and out, all of the video, the frames of the object.

import { h } from "../dom.js";
import { t } from "../i18n.js";
import { commandButton } from "../panels/button.js";

/** @param {import("../workspace.js").Workspace} workspace */
export const rail = (workspace) => h("div", { class: "tw-rail", role: "toolbar", "aria-label": t`Zoom of the timeline` },
  ...["timeline.in", "timeline.out", "timeline.fit", "timeline.object"].map((id) => commandButton(workspace, id, { class: "tw-small" })));
