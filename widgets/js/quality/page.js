// Quality: how well the people of a project agree, as charts with the numbers beside them. Annotators see their own.

import { address, request } from "../api.js";
import { fill, h } from "../dom.js";
import { heard, moment, number, t } from "../i18n.js";
import { emptyState, progress, table } from "../shell/elements.js";
import { attempt, mountPage, pageAddress, problemLine } from "../shell/page.js";
import { chosenProject, noProject, projectPicker } from "../shell/project.js";
import { watchWork, workProblem } from "../shell/watch.js";
import { ROLES } from "../shell/words.js";
import { histogram, pairedBars } from "./charts.js";

const BASES = {
  gold: [t`Against hidden ground truth`, t`Masks as they were handed in, on frames that a reviewer kept as ground truth.`],
  copies: [t`Blind copies against the original`, t`Two people's masks of one video, made without seeing each other's.`],
  accepted: [t`Handed in against accepted`, t`Masks as they were handed in first, and what they were when the video was accepted.`],
};
const COUNTS = {
  instances: t`Instances`, J: "J", F: "F", missing: t`Missing`, extra: t`Extra`, wrong_labels: t`Wrong labels`,
  identity_errors: t`Identity errors`,
};
/** The tables of a basis: field and heading of the first column, what stands where it is empty, and the title. */
const FIRST = {
  people: ["person", t`Person`, t`nobody`, t`Numbers by person`], labels: ["label", t`Label`, t`no label`, t`Numbers by label`],
  videos: ["video", t`Video`, "", t`Numbers by video`],
};
const DEFINITIONS = [t`J: intersection over union. F: how well the outlines lie on each other.`,
  t`Instances are matched so that the sum of their J is the greatest; one that is missing or extra counts 0.`,
  t`An identity error: an object that goes on as another one.`].join(" ");

/** @param {HTMLElement} element */
export const mount = (element) => mountPage(element, "quality", async (main) => {
  const chosen = await chosenProject();
  if (!chosen) return void fill(main, noProject());
  const { projects, project } = chosen;
  const isReviewer = ROLES.indexOf(project.role) >= ROLES.indexOf("reviewer");
  const body = h("div", {});
  const state = h("div", { class: "tl-row", "aria-live": "polite" });
  const measure = isReviewer && h("button", { class: "tl-button tl-primary",
    onclick: () => attempt(() => measureAnew(project, measure, state, redraw)) }, t`Measure now`);
  const redraw = async () => {
    const report = await request("GET", `api/projects/${project.id}/agreement`);
    fill(state, report.at && h("span", { class: "tl-dim" }, t`Measured ${moment(report.at)}`));
    fill(body, report.bases.length ? reportOf(project, report) : nothing(report, isReviewer, project));
  };
  fill(main, h("div", { class: "tl-main" },
    h("div", { class: "tl-head" }, h("h1", {}, t`Quality`), projectPicker("quality", projects, project),
      h("span", { class: "tl-gap" }), state, measure), body));
  await redraw();
});

async function measureAnew(project, button, state, redraw) {
  button.disabled = true;
  try {
    const { agreement } = await request("POST", `api/projects/${project.id}/agreement`);
    const done = await watchWork(`api/agreements/${agreement}`, (now) => fill(state, progress(now.progress, t`Measuring`),
      h("span", { class: "tl-dim" }, heard(now.message))));
    if (done.status === "failed") fill(state, problemLine({ message: workProblem(done) }));
    else await redraw();
  } finally {
    button.disabled = false;
  }
}

function nothing(report, isReviewer, project) {
  if (!isReviewer) return emptyState(t`No score yet`, t`Your scores appear here once work of yours was handed in and compared.`);
  const see = h("a", { class: "tl-button", href: pageAddress("review", { project: project.id, stage: "all" }) }, t`Give work`);
  return h("div", { class: "tl-stack" }, emptyState(report.at ? t`Nothing can be compared yet` : t`Nothing was measured yet`,
    t`What was handed in is compared: with hidden ground truth, between blind copies, and with what was accepted.`, see), notesOf(report));
}

const notesOf = (report) => report.notes.length > 0
  && h("ul", { class: "tl-notes tl-dim" }, report.notes.map((note) => h("li", {}, heard(note))));

function reportOf(project, report) {
  return h("div", { class: "tl-stack", style: { gap: "24px" } },
    report.own && h("p", { class: "tl-dim" }, t`These are the scores of your own masks.`),
    report.bases.map((basis) => section(project, report, basis)),
    report.gold.length > 0 && goldSection(project, report.gold),
    h("p", { class: "tl-help" }, DEFINITIONS), notesOf(report));
}

function section(project, report, basis) {
  const [title, about] = BASES[basis.basis];
  const { total } = basis;
  const frames = basis.frames !== null && (basis.frames < basis.of_frames
    ? t`${basis.frames} of ${basis.of_frames} frames compared` : t`${basis.frames} frame compared|${basis.frames} frames compared`);
  const bars = (name, key) => chart(name, basis[key], ...FIRST[key]);
  return h("section", { class: "tl-panel tl-quality", "aria-label": title },
    h("div", { class: "tl-head" }, h("h2", {}, title), h("span", { class: "tl-dim" }, frames), h("span", { class: "tl-gap" }),
      h("span", { class: "tl-number" }, `J ${number(total.J, 3)} · F ${number(total.F, 3)}`)),
    h("p", { class: "tl-dim" }, about),
    h("div", { class: "tl-charts" }, !report.own && bars(t`By person`, "people"), bars(t`By label`, "labels"),
      histogram(t`How many instances have which J`, basis.histogram)),
    ["people", "labels", "videos"].filter((key) => basis[key].length).map((key) => numbers(project, basis, key)));
}

function chart(title, rows, key, _, unnamed) {
  const shown = rows.filter((row) => row.instances).slice(0, 12);
  return shown.length > 0 && pairedBars(title, shown.map((row) => ({ name: row[key] ?? unnamed, j: row.J, f: row.F })));
}

function numbers(project, basis, key) {
  const [field, name, unnamed, title] = FIRST[key];
  return h("details", { class: "tl-numbers" }, h("summary", {}, title),
    h("div", { class: "tl-scroll" }, countTable([[name, (row) => row[field] ?? unnamed]], basis[key])),
    csvLink(project, key));
}

function goldSection(project, rows) {
  return h("details", { class: "tl-numbers tl-panel" }, h("summary", {}, t`Ground truth, frame by frame`),
    h("div", { class: "tl-scroll" }, countTable([[t`Video`, (row) => row.video], [t`Frame`, (row) => h("a", {
      href: pageAddress("review", { project: project.id, video: row.video_id, frame: row.frame }) }, row.frame)],
    [t`Person`, (row) => row.person ?? t`nobody`]], rows)),
    csvLink(project, "gold"));
}

const csvLink = (project, name) => h("a", { class: "tl-button", download: true,
  href: address(`api/projects/${project.id}/agreement?format=csv&table=${name}`) }, t`CSV`);

function countTable(columns, rows) {
  const cell = (value, key) => (value === null ? "–" : ["J", "F"].includes(key) ? number(value, 3) : number(value));
  return table([...columns.map(([name]) => name), ...Object.values(COUNTS)], rows.map((row) => h("tr", {},
    columns.map(([, of]) => h("td", {}, of(row))),
    Object.keys(COUNTS).map((key) => h("td", { class: "tl-number" }, cell(row[key], key))))));
}
