// Datasets: masks out to other people's formats, and in from them.

import { request } from "../api.js";
import { fill, h } from "../dom.js";
import { t } from "../i18n.js";
import { mountPage } from "../shell/page.js";
import { chosenProject, noProject, projectPicker } from "../shell/project.js";
import { exportPanel } from "./export.js";
import { annotationPanel } from "./annotations.js";

/** @param {HTMLElement} element */
export const mount = (element) => mountPage(element, "datasets", async (main) => {
  const chosen = await chosenProject();
  if (!chosen) return void fill(main, noProject());
  const { projects, project } = chosen;
  const [formats, videos] = await Promise.all([
    request("GET", "api/formats"), request("GET", `api/projects/${project.id}/videos`),
  ]);
  fill(main, h("div", { class: "tl-main" },
    h("div", { class: "tl-head" }, h("h1", {}, t`Datasets`), projectPicker("datasets", projects, project)),
    h("div", { class: "tl-columns" }, exportPanel(project, videos, formats.filter((format) => format.writes)),
      project.role === "owner" && annotationPanel(project, videos, formats.filter((format) => format.reads)))));
});
