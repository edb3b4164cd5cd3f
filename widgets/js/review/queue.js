// The videos of a project by stage: who has them, until when, how far they are. What waits for review comes first.

import { address, request } from "../api.js";
import { fill, h } from "../dom.js";
import { number, t } from "../i18n.js";
import { stageChip, thumbnail } from "../projects/videos.js";
import { emptyState, meter } from "../shell/elements.js";
import { attempt, pageAddress, queryNumber, setQuery } from "../shell/page.js";
import { chosenProject, noProject, projectPicker } from "../shell/project.js";
import { count, ROLES } from "../shell/words.js";
import { assignWork, editWork } from "../work/assign.js";
import { dueChip } from "../work/due.js";
import { rangeText, TASK_NAMES } from "../work/words.js";

const STAGES = { all: t`All`, annotate: t`To annotate`, review: t`In review`, accepted: t`Accepted` };
const EMPTY = {
  all: [t`No video yet`, t`Import one on the projects page.`],
  annotate: [t`Nothing is to be annotated`, t`Every video was handed in.`],
  review: [t`Nothing waits for review`, t`An annotator hands a video over from its Annotate page when its objects are done.`],
  accepted: [t`Nothing is accepted yet`, t`A reviewer accepts a video on its Review page.`],
};
const open = (row) => row.assignments.filter((work) => work.done_at === null);
const firstDue = (row) => open(row).map((work) => work.due).filter(Boolean).sort()[0] ?? "9999";
const rank = (row) => ["review", "annotate", "accepted"].indexOf(row.video.stage);

/** The columns that sort: what they are called, and what they go by. */
const SORTS = {
  name: [t`Video`, (row) => row.video.name.toLowerCase()], stage: [t`Stage`, rank], due: [t`Work`, firstDue],
  verified: [t`Verified`, (row) => row.video.verified], waiting: [t`To verify`, (row) => -row.waiting],
  threads: [t`Comments`, (row) => -row.open_threads], worst: [t`Doubt`, (row) => -(row.worst ?? -1)],
};

/** @param {HTMLElement} main */
export async function drawQueue(main) {
  const chosen = await chosenProject();
  if (!chosen) return void fill(main, noProject());
  const queue = new Queue(chosen.projects, chosen.project);
  await queue.load();
  fill(main, queue.element);
}

class Queue {
  constructor(projects, project) {
    this.project = project;
    this.isReviewer = ROLES.indexOf(project.role) >= ROLES.indexOf("reviewer");
    this.rows = [];
    this.chosen = new Set(); // video ids
    const query = new URLSearchParams(location.search);
    this.stage = query.get("stage");
    this.person = queryNumber("person");
    this.sort = { key: "worst", down: false };
    this.tabs = h("div", { class: "tl-tabs", role: "tablist", "aria-label": t`Stage` });
    this.people = h("select", { "aria-label": t`Whose work`, style: { width: "auto" },
      onchange: () => this.show({ person: Number(this.people.value) || null }) });
    this.assign = this.isReviewer && h("button", { class: "tl-button", onclick: () => this.giveWork() });
    this.body = h("div", {});
    this.element = h("div", { class: "tl-main" },
      h("div", { class: "tl-head" }, h("h1", {}, t`Review`), projectPicker("review", projects, project),
        h("span", { class: "tl-gap" }), this.people, this.assign, files(project)),
      this.tabs, this.body);
  }

  async load() {
    this.rows = await request("GET", `api/projects/${this.project.id}/queue`);
    this.stage ??= this.rows.some(({ video }) => video.stage === "review") ? "review" : "all";
    this.draw();
    const waiting = this.rows.some(({ video }) => video.stage === "review");
    if (waiting) attempt(() => this.loadDoubts()); // that takes longer: it looks at every mask
  }

  async loadDoubts() {
    const worst = new Map((await request("GET", `api/projects/${this.project.id}/review`))
      .map((one) => [one.video.id, one.worst]));
    for (const row of this.rows) row.worst = worst.get(row.video.id);
    this.draw();
  }

  /** Choose what is shown; the address keeps it. */
  show(choice) {
    Object.assign(this, choice);
    setQuery({ stage: this.stage, person: this.person });
    this.draw();
  }

  /** Rows of the chosen person. */
  get ofPerson() {
    if (!this.person) return this.rows;
    return this.rows.filter((row) => row.assignments.some((work) => work.person_id === this.person));
  }

  draw() {
    const of = (stage) => this.ofPerson.filter(({ video }) => stage === "all" || video.stage === stage);
    fill(this.tabs, Object.entries(STAGES).map(([stage, name]) => h("button", { role: "tab", "data-stage": stage,
      "aria-selected": String(stage === this.stage), onclick: () => this.show({ stage }) },
    name, " ", h("span", { class: "tl-count" }, of(stage).length))));
    this.drawPeople();
    if (this.assign) {
      this.assign.disabled = !this.chosen.size;
      this.assign.textContent = this.chosen.size > 1 ? t`Assign ${this.chosen.size} video|Assign ${this.chosen.size} videos`
        : t`Assign work`;
      this.assign.title = this.chosen.size ? "" : t`Choose videos in the table first`;
    }
    const [, by] = SORTS[this.sort.key];
    const order = (a, b) => (by(a) < by(b) ? -1 : by(a) > by(b) ? 1 : 0) * (this.sort.down ? -1 : 1);
    const shown = of(this.stage).sort(order);
    fill(this.body, shown.length ? this.table(shown) : emptyState(...EMPTY[this.stage],
      h("a", { class: "tl-button", href: pageAddress("", { project: this.project.id }) }, t`See the videos`)));
  }

  drawPeople() {
    const names = new Map(this.rows.flatMap((row) => row.assignments.map((work) => [work.person_id, work.person])));
    fill(this.people, h("option", { value: "" }, t`Everybody's work`),
      [...names].sort((a, b) => a[1].localeCompare(b[1])).map(([id, name]) => h("option", { value: id }, name)));
    this.people.value = this.person && names.has(this.person) ? String(this.person) : "";
    this.people.hidden = !names.size;
  }

  table(rows) {
    const heads = Object.entries(SORTS).map(([key, [name]]) => {
      const isOn = key === this.sort.key;
      return h("th", { "aria-sort": isOn && (this.sort.down ? "descending" : "ascending") },
        h("button", { class: "tl-sort", onclick: () => {
          this.sort = { key, down: isOn && !this.sort.down };
          this.draw();
          this.body.querySelector("th[aria-sort] button")?.focus();
        } }, name, isOn && (this.sort.down ? " ↓" : " ↑")));
    });
    const first = this.isReviewer && h("th", {}, this.box(t`All videos`, rows.every(({ video }) => this.chosen.has(video.id)),
      (on) => rows.forEach(({ video }) => this.choose(video.id, on))));
    return h("table", { class: "tl-table tl-queue" },
      h("thead", {}, h("tr", {}, first, h("th", {}), heads, h("th", {}))), h("tbody", {}, rows.map((row) => this.row(row))));
  }

  row(row) {
    const { video } = row;
    const href = pageAddress(video.stage === "annotate" ? "annotate" : "review", { project: this.project.id, video: video.id });
    return h("tr", {},
      this.isReviewer && h("td", {}, this.box(t`Choose ${video.name}`, this.chosen.has(video.id), (on) => this.choose(video.id, on))),
      h("td", {}, thumbnail(video)),
      h("td", {}, h("a", { class: "tl-name", href }, video.name),
        h("div", { class: "tl-dim" }, `${count(video.objects, "object")}, ${count(video.frame_count, "frame")}`)),
      h("td", {}, stageChip(video)),
      h("td", {}, this.work(row)),
      h("td", {}, meter(video.verified, t`Verified`)),
      h("td", { class: "tl-number" }, number(row.waiting)),
      h("td", { class: "tl-number", title: t`open comments` }, row.open_threads),
      h("td", {}, video.stage === "review" && row.worst !== undefined && meter(row.worst, t`Doubt`, number(row.worst, 2))),
      h("td", { class: "tl-actions" }, h("a", { class: `tl-button${video.stage === "review" ? " tl-primary" : ""}`, href },
        { annotate: t`Annotate`, review: t`Review`, accepted: t`View` }[video.stage])));
  }

  /** Who has the video; a reviewer changes it with a click. */
  work(row) {
    if (!row.assignments.length) return h("span", { class: "tl-dim" }, t`nobody`);
    return h("ul", { class: "tl-work" }, row.assignments.map((work) => {
      const whole = work.start === 0 && work.stop === row.video.frame_count;
      const text = [work.person, work.task === "review" && TASK_NAMES.review, !whole && rangeText(work)].filter(Boolean).join(", ");
      const state = work.done_at ? h("span", { class: "tl-chip tl-accepted" }, t`done`) : dueChip(work);
      return h("li", {}, this.isReviewer ? h("button", { class: "tl-link", title: work.note || t`Change this work`,
        onclick: () => this.change(work) }, text) : h("span", { title: work.note }, text), " ", state);
    }));
  }

  box(name, on, changed) {
    const box = h("input", { type: "checkbox", "aria-label": name, onchange: () => { changed(box.checked); this.draw(); } });
    box.checked = on;
    return box;
  }

  choose(id, on) {
    if (on) this.chosen.add(id);
    else this.chosen.delete(id);
  }

  async giveWork() {
    const videos = this.rows.map(({ video }) => video).filter(({ id }) => this.chosen.has(id));
    if (!await assignWork(this.project, videos)) return;
    this.chosen.clear();
    await attempt(() => this.load());
  }

  async change(work) {
    if (await editWork(this.project, work)) await attempt(() => this.load());
  }
}

/** The tables as files. */
function files(project) {
  const file = (path, name) => h("a", { class: "tl-menu-item", download: true,
    href: address(`api/projects/${project.id}/${path}?format=csv`) }, name);
  return h("details", { class: "tl-menu" }, h("summary", { class: "tl-button" }, t`CSV`),
    h("div", {}, file("queue", t`Videos`), file("assignments", t`Assignments`), file("threads", t`Comments`)));
}
