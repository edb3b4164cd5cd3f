// People: the accounts of this workplace, and who does what in each project. For owners.

import { request } from "../api.js";
import { fill, h } from "../dom.js";
import { t } from "../i18n.js";
import { emptyState, field, table } from "../shell/elements.js";
import { attempt, mountPage, problemLine } from "../shell/page.js";
import { ask } from "../shell/dialog.js";
import { ROLE_NAMES, ROLES } from "../shell/words.js";

/** @param {HTMLElement} element */
export const mount = (element) => mountPage(element, "people", async (main, me) => {
  const page = h("div", { class: "tl-main" });
  fill(main, page);
  if (!me.accounts) return void fill(page, heading(), alone());
  if (!me.is_owner) return void fill(page, heading(), emptyState(t`For owners`,
    t`An owner of this workplace manages its people.`));
  await drawPeople(page, me);
});

const ROLES_EXPLAINED = [t`Annotators make masks and hand videos to review.`,
  t`Reviewers accept or send back, and may fix masks.`,
  t`Owners also manage videos, labels and people; an owner of the workplace is owner everywhere.`].join(" ");

const chip = (text) => h("span", { class: "tl-chip" }, text);
const heading = (...actions) => h("div", { class: "tl-head" }, h("h1", {}, t`People`), h("span", { class: "tl-gap" }),
  ...actions);

/** A workplace without accounts: how to get them. The first is made where only its owner can be, at the terminal. */
const alone = () => emptyState(t`You work here alone`,
  t`This workplace has no accounts and answers only to this computer. To let others in, make the first account at the terminal:`,
  h("code", {}, "python3 launch.py people add NAME"));

async function drawPeople(page, me) {
  const [people, projects] = await Promise.all([request("GET", "api/people"), request("GET", "api/projects")]);
  const details = await Promise.all(projects.map((project) => request("GET", `api/projects/${project.id}`)));
  const redraw = () => attempt(() => drawPeople(page, me));
  fill(page, heading(h("button", { class: "tl-button tl-primary", onclick: () => addPerson(redraw) }, t`Add a person`)),
    table([t`Name`, ...details.map((project) => project.name), ""], people.map((person) => h("tr", {},
      h("td", {}, h("span", { class: "tl-name" }, person.name), " ", person.is_owner && chip(t`owner`),
        person.active === false && chip(t`switched off`)),
      ...details.map((project) => h("td", {}, roleSelect(person, project))),
      h("td", { class: "tl-actions" }, person.id !== me.id && accountButton(person, redraw))))),
    h("p", { class: "tl-help", style: { marginTop: "12px" } }, ROLES_EXPLAINED));
}

/** An account is never deleted: what its person made bears their name. */
function accountButton(person, redraw) {
  const set = (active) => request("PATCH", `api/people/${person.id}`, { active });
  const name = person.active ? t`Switch off` : t`Switch on`;
  return h("button", { class: "tl-button tl-quiet", "aria-label": `${name}: ${person.name}`, onclick: async () => {
    const done = person.active ? await ask({
      title: t`Switch off the account of ${person.name}?`,
      body: h("p", {}, t`They are signed out and cannot sign in again until you switch it on. Their masks, comments and work stay.`),
      action: t`Switch off`, submit: () => set(false),
    }) : await attempt(() => set(true));
    if (done) redraw();
  } }, name);
}

function roleSelect(person, project) {
  if (person.is_owner) return h("span", { class: "tl-dim" }, t`owner`);
  const member = project.members.find((one) => one.person_id === person.id);
  const select = h("select", { "aria-label": t`Role of ${person.name} in ${project.name}`, style: { width: "130px" },
    onchange: () => attempt(save, (problem) => {
      select.value = before;
      select.parentElement.append(problemLine(problem));
    }) },
  h("option", { value: "" }, t`no access`), ...ROLES.map((role) => h("option", { value: role }, ROLE_NAMES[role])));
  let before = member?.role ?? "";
  const save = async () => {
    const path = `api/projects/${project.id}/members/${person.id}`;
    if (select.value) await request("PUT", path, { role: select.value });
    else await request("DELETE", path);
    before = select.value;
  };
  select.value = before;
  return select;
}

async function addPerson(redraw) {
  const name = h("input", { required: true, maxlength: 100, autofocus: true, autocomplete: "off" });
  const password = h("input", { type: "password", required: true, minlength: 8, autocomplete: "new-password" });
  const owner = h("input", { type: "checkbox" });
  const added = await ask({
    title: t`Add a person`,
    body: [field(t`Name`, name), field(t`Password`, password,
      t`At least 8 characters. They can use it at once; tell it to them in person.`),
      h("label", { class: "tl-check" }, owner, h("span", {}, t`Owner of the whole workplace`))],
    action: t`Add`,
    submit: () => request("POST", "api/people", { name: name.value.trim(), password: password.value,
      is_owner: owner.checked }),
  });
  if (added) redraw();
}
