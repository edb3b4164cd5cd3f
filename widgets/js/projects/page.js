// Home: projects on the left, the chosen one's videos and labels beside them.

import { request } from "../api.js";
import { fill, h } from "../dom.js";
import { t } from "../i18n.js";
import { ask } from "../shell/dialog.js";
import { emptyState, field } from "../shell/elements.js";
import { attempt, mountPage, pageAddress, queryNumber } from "../shell/page.js";
import { count } from "../shell/words.js";
import { importPanel } from "../upload/importing.js";
import { myWork } from "../work/my-work.js";
import { LABEL_COLOURS, labelEditor } from "./labels.js";
import { videoTable } from "./videos.js";

/** @param {HTMLElement} element */
export const mount = (element) => mountPage(element, "", drawHome);

async function drawHome(main, me) {
  const projects = await request("GET", "api/projects");
  const wanted = queryNumber("project") ?? projects[0]?.id;
  const view = h("div", { class: "tl-main", style: { width: "100%" } });
  const mine = await myWork();
  fill(main, h("div", { class: "tl-split" }, projectList(projects, wanted, me),
    h("div", { style: { minWidth: 0 } }, mine && h("div", { class: "tl-main", style: { paddingBottom: 0 } }, mine), view)));
  if (wanted !== undefined) await drawProject(view, await request("GET", `api/projects/${wanted}`), me);
  else fill(view, emptyState(t`No project yet`, me.is_owner
    ? t`A project holds videos, the labels of their objects, and the people who work on them.`
    : t`Ask an owner of this workplace to add you to a project.`,
  me.is_owner && h("button", { class: "tl-button tl-primary", onclick: newProject }, t`New project`)));
}

const sizeOf = (videos, labels) => `${count(videos, "video")}, ${count(labels, "label")}`;

function projectList(projects, current, me) {
  return h("nav", { class: "tl-side", "aria-label": t`Projects` },
    h("div", { class: "tl-side-title" }, t`Projects`,
      me.is_owner && h("button", { class: "tl-button", onclick: newProject }, t`New project`)),
    ...projects.map((project) => h("a", { class: "tl-side-item", href: pageAddress("", { project: project.id }),
      "aria-current": project.id === current && "page" },
    project.name, h("small", {}, sizeOf(project.videos, project.labels)))));
}

async function drawProject(view, project, me) {
  const videos = h("div", {}, h("p", { class: "tl-dim" }, t`Loading`));
  const refresh = () => attempt(async () => {
    const found = await request("GET", `api/projects/${project.id}/videos`);
    fill(videos, videoTable(project, found, refresh));
    document.querySelector(".tl-side-item[aria-current] small").textContent = sizeOf(found.length, project.labels.length);
  });
  const tabs = {
    [t`Videos`]: () => [importPanel(project, me.is_owner, refresh), videos],
    [t`Labels`]: () => [labelEditor(project, me.preferences.keys)],
  };
  const body = h("div", { role: "tabpanel" });
  const buttons = Object.keys(tabs).map((name) =>
    h("button", { role: "tab", onclick: () => show(name) }, name));
  const panels = {};
  const show = (name) => {
    panels[name] ??= tabs[name]();
    fill(body, panels[name]);
    for (const button of buttons) button.setAttribute("aria-selected", button.textContent === name);
  };
  fill(view, h("div", { class: "tl-head" }, h("h1", {}, project.name),
    project.role === "owner" && h("button", { class: "tl-button tl-quiet", onclick: () => rename(project) }, t`Rename`)),
  h("div", { class: "tl-tabs", role: "tablist" }, ...buttons), body);
  show(t`Videos`);
  await refresh();
}

async function newProject() {
  const name = h("input", { required: true, maxlength: 200, autofocus: true, placeholder: t`Street scenes` });
  const labels = h("input", { placeholder: t`person, car, road` });
  let made = null;
  const confirmed = await ask({
    title: t`New project`,
    body: [field(t`Name`, name), field(t`Labels`, labels,
      t`What the objects are, separated by commas. Colours, hotkeys and kinds can be set afterwards.`)],
    action: t`Create`,
    submit: async () => {
      const names = labels.value.split(",").map((label) => label.trim()).filter(Boolean);
      made = await request("POST", "api/projects", { name: name.value.trim(),
        labels: names.map((label, i) => ({ name: label, colour: LABEL_COLOURS[i % LABEL_COLOURS.length] })) });
    },
  });
  if (confirmed) location.assign(pageAddress("", { project: made.id }));
}

async function rename(project) {
  const name = h("input", { required: true, maxlength: 200, autofocus: true, value: project.name });
  const confirmed = await ask({ title: t`Rename the project`, body: field(t`Name`, name), action: t`Rename`,
    submit: () => request("PATCH", `api/projects/${project.id}`, { name: name.value.trim() }) });
  if (confirmed) location.reload();
}
