// Review: the queue of a project, or one video of it where the address names one.

import { reviewChecksPanel } from "../checks/panel.js";
import { framePanel } from "../panels/frame.js";
import { objectsPanel } from "../panels/objects.js";
import { propertiesPanel } from "../panels/properties.js";
import { mountPage, queryNumber } from "../shell/page.js";
import { openVideo } from "../workspace.js";
import { goldPanel } from "./gold-panel.js";
import { drawQueue } from "./queue.js";
import { stagePanel } from "./stage-panel.js";
import { threadsPanel } from "./threads-panel.js";

const PANELS = [stagePanel, reviewChecksPanel, threadsPanel, framePanel, goldPanel, objectsPanel, propertiesPanel];

/** @param {HTMLElement} element */
export async function mount(element) {
  if (queryNumber("video") === null) return void await mountPage(element, "review", drawQueue);
  const workspace = await openVideo(element, { mode: "review", panels: PANELS });
  workspace?.useTool("select"); // a reviewer looks first: a click must not make an object
}
