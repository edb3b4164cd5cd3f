// Giving work: the dialogs that deal videos out to people, and that change one assignment.

import { request } from "../api.js";
import { h } from "../dom.js";
import { t } from "../i18n.js";
import { ask } from "../shell/dialog.js";
import { check, field } from "../shell/elements.js";
import { ROLES } from "../shell/words.js";
import { TASK_NAMES } from "./words.js";

const isOn = (label) => label.querySelector("input").checked;
const numberInput = (attributes) => h("input", { type: "number", step: 1, ...attributes });

/** Who of a project may be given a task. @param {any} project @param {string} task */
const mayDo = (project, task) => project.members.filter(({ role }) =>
  ROLES.indexOf(role) >= ROLES.indexOf(task === "review" ? "reviewer" : "annotator"));

const taskChoice = (onchange = () => undefined) => h("select", { onchange },
  ...Object.entries(TASK_NAMES).map(([value, name]) => h("option", { value }, name)));

/**
 * Deal videos out to people.
 * @param {any} project with `members` @param {any[]} videos @returns {Promise<boolean>} whether it was done
 */
export function assignWork(project, videos) {
  const people = h("div", { class: "tl-choices", role: "group", "aria-label": t`People` });
  const task = taskChoice(() => drawPeople());
  const every = numberInput({ min: 1, placeholder: t`whole videos` });
  const blind = check(t`Everybody gets a blind copy of their own, to compare them`, false);
  const due = h("input", { type: "date" });
  const note = h("input", { maxlength: 1000 });
  const drawPeople = () => people.replaceChildren(...mayDo(project, task.value).map((member) =>
    check(member.name, false, { value: member.person_id })));
  drawPeople();
  const submit = async () => {
    const chosen = [...people.querySelectorAll("input:checked")].map((box) => Number(box.value));
    const common = { task: task.value, due: due.value || null, note: note.value };
    const give = (given, to) => request("POST", `api/projects/${project.id}/assignments`,
      { ...common, videos: given, people: to, every: every.value ? Number(every.value) : null });
    if (!isOn(blind)) return void await give(videos.map(({ id }) => id), chosen);
    for (const person of chosen) {
      const copies = [];
      for (const { id } of videos) copies.push((await request("POST", `api/videos/${id}/copies`)).id);
      await give(copies, [person]);
    }
  };
  return ask({
    title: videos.length === 1 ? t`Assign ${videos[0].name}` : t`Assign ${videos.length} video|Assign ${videos.length} videos`,
    body: [field(t`Task`, task), h("div", { class: "tl-field" }, h("span", { class: "tl-field-label" }, t`People`), people),
      field(t`Frames a range`, every, t`A long video is cut into ranges of so many frames, dealt out in turn.`),
      blind, field(t`Due`, due), field(t`Note`, note)],
    action: t`Assign`, submit,
  });
}

/**
 * Change one assignment, or take it back.
 * @param {any} project @param {import("./words.js").Assignment} work @returns {Promise<boolean>} whether anything changed
 */
export async function editWork(project, work) {
  const person = h("select", {}, ...mayDo(project, work.task).map((member) =>
    h("option", { value: member.person_id }, member.name)));
  if (!mayDo(project, work.task).some((member) => member.person_id === work.person_id)) {
    person.append(h("option", { value: work.person_id }, work.person)); // who has left, or owns the workplace
  }
  person.value = String(work.person_id);
  const start = numberInput({ min: 0, value: work.start, required: true });
  const last = numberInput({ min: 0, value: work.stop - 1, required: true });
  const due = h("input", { type: "date", value: work.due ?? "" });
  const note = h("input", { maxlength: 1000, value: work.note });
  const done = check(t`Done`, work.done_at !== null);
  let gone = false;
  const remove = h("button", { type: "button", class: "tl-button tl-quiet", onclick: async ({ target }) => {
    await request("DELETE", `api/assignments/${work.id}`);
    gone = true;
    target.closest("dialog").close();
  } }, t`Take this assignment back`);
  const changed = await ask({
    title: t`Work of ${work.person}`,
    body: [h("p", { class: "tl-dim" }, `${work.video} · ${TASK_NAMES[work.task]}`), field(t`Person`, person),
      h("div", { class: "tl-pair" }, field(t`First frame`, start), field(t`Last frame`, last)), field(t`Due`, due),
      field(t`Note`, note), h("div", { class: "tl-row" }, done, h("span", { class: "tl-gap" }), remove)],
    action: t`Save`,
    submit: async () => {
      const fields = { start: Number(start.value), stop: Number(last.value) + 1, due: due.value || null, note: note.value,
        done: isOn(done) };
      if (Number(person.value) !== work.person_id) fields.person_id = Number(person.value);
      await request("PATCH", `api/assignments/${work.id}`, fields);
    },
  });
  return changed || gone;
}
