// Pages about one project: which one, and the way to another.

import { request } from "../api.js";
import { h } from "../dom.js";
import { t } from "../i18n.js";
import { emptyState } from "./elements.js";
import { pageAddress, queryNumber } from "./page.js";

/**
 * The project of the page's query, or the first one; null where this person has none.
 * @returns {Promise<{projects: any[], project: any} | null>}
 */
export async function chosenProject() {
  const projects = await request("GET", "api/projects");
  const id = queryNumber("project") ?? projects[0]?.id;
  return id === undefined ? null : { projects, project: await request("GET", `api/projects/${id}`) };
}

/**
 * A list to choose another project for the same page.
 * @param {string} page
 * @param {any[]} projects
 * @param {any} current
 */
export function projectPicker(page, projects, current) {
  const picker = h("select", { "aria-label": t`Project`, style: { width: "auto", maxWidth: "320px" },
    onchange: () => location.assign(pageAddress(page, { project: picker.value })) },
  ...projects.map((project) => h("option", { value: project.id }, project.name)));
  picker.value = String(current.id);
  return picker;
}

/** What a page says where there is no project. */
export const noProject = () => h("div", { class: "tl-main" }, emptyState(t`No project yet`,
  t`Make one on the projects page, or ask an owner to add you to one.`,
  h("a", { class: "tl-button", href: pageAddress("") }, t`Projects`)));
