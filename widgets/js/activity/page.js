// Time: how long people worked on what and what came of it; everybody sees their own, owners of the workplace all.

import { address, request } from "../api.js";
import { fill, h } from "../dom.js";
import { number, t } from "../i18n.js";
import { check, emptyState, field, meter, table } from "../shell/elements.js";
import { attempt, mountPage } from "../shell/page.js";
import { durationText } from "../shell/words.js";
import { grouped, GROUPS, masksPerMinute, secondsPerMask, total } from "./report.js";

const DAY = 24 * 3600 * 1000; // ms
const EVERYTHING = "";

/** @param {HTMLElement} element */
export const mount = (element) => mountPage(element, "activity", async (main, me) => {
  const projects = await request("GET", "api/projects");
  const project = choice([[EVERYTHING, t`All projects`], ...projects.map((one) => [one.id, one.name])]);
  const by = choice(Object.entries(GROUPS).map(([key, { title }]) => [key, title]));
  const period = dates(t`From`, t`To`, 29);
  const before = dates(t`Compared with, from`, t`Compared with, to`, null);
  const outcome = h("div", { class: "tl-stack" });
  const draw = () => attempt(async () => {
    const [now, then] = await Promise.all([
      request("GET", report(period, project)), before.isGiven() && request("GET", report(before, project))]);
    fill(outcome, now.rows.length ? reportTable(now.rows, then && then.rows, by.value) : nothingLogged(),
      about(me, now.logged, draw));
    file.href = address(`${report(period, project)}&format=csv`);
  });
  const file = h("a", { class: "tl-button", download: true }, t`Download as CSV`);
  const controls = h("div", { class: "tl-row tl-report-controls", onchange: draw },
    field(t`Project`, project), field(t`Group by`, by), ...period.fields, ...before.fields);
  fill(main, h("div", { class: "tl-main" },
    h("div", { class: "tl-head" }, h("h1", {}, t`Time`), h("span", { class: "tl-gap" }), file), controls, outcome));
  await draw();
});

const choice = (options) => h("select", {}, ...options.map(([value, name]) => h("option", { value }, name)));

/** Two days, both included, as two fields. @param {number|null} back the first one is so many days ago, the other today */
function dates(from, to, back) {
  const day = (ago) => new Date(Date.now() - ago * DAY - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
  const [first, last] = [back, 0].map((ago) => h("input", { type: "date", value: back === null ? "" : day(ago) }));
  return {
    fields: [field(from, first), field(to, last)],
    isGiven: () => Boolean(first.value && last.value),
    /** From midnight to midnight where the person is. */
    query: () => ({
      ...(first.value && { since: new Date(`${first.value}T00:00`).toISOString() }),
      ...(last.value && { until: new Date(new Date(`${last.value}T00:00`).getTime() + DAY).toISOString() }),
    }),
  };
}

const report = (period, project) => `api/activity?${new URLSearchParams({
  ...period.query(), ...(project.value !== EVERYTHING && { project: project.value }) })}`;

function nothingLogged() {
  return emptyState(t`Nothing was logged in this period`, t`Work on a video, or choose other days.`);
}

/** @param {any[]} rows @param {any[]|false} then those of the period to compare with @param {string} by */
function reportTable(rows, then, by) {
  const lines = [...grouped(rows, by), total(rows)];
  const earlier = then && new Map([...grouped(then, by), total(then)].map((line) => [line.key, line]));
  const most = Math.max(...lines.map((line) => masksPerMinute(line) ?? 0), Number.EPSILON);
  return table([GROUPS[by].title, t`Time`, t`Prompts`, t`Corrections`, t`Masks`, t`Verified`, t`Time per mask`,
    t`Masks per minute`, ...(then ? [t`Before`, t`Change`] : [])],
  lines.map((line, n) => tableRow(line, most, n === lines.length - 1, earlier && (earlier.get(line.key) ?? null))));
}

/** @param {import("./report.js").Line} line @param {number} most masks per minute @param {any} earlier false: not compared */
function tableRow(line, most, isTotal, earlier) {
  const cell = (text) => h("td", { class: "tl-number" }, text);
  const [rate, took] = [masksPerMinute(line), secondsPerMask(line)];
  const before = earlier && masksPerMinute(earlier);
  return h("tr", { class: isTotal && "tl-total" }, h("td", {}, h("span", { class: "tl-name" }, line.name)),
    cell(durationText(line.seconds)), cell(number(line.clicks)), cell(number(line.corrections)), cell(number(line.masks)),
    cell(number(line.verified)), cell(took === null ? "–" : t`${number(took, 1)} s`),
    h("td", {}, rate === null ? "–" : meter(rate / most, t`Masks per minute`, number(rate, 1))),
    earlier !== false && [cell(before ? number(before, 1) : "–"), cell(changeText(before, rate))]);
}

/** "+34%". */
function changeText(before, now) {
  if (!before || now === null) return "–";
  const change = Math.round(100 * (now / before - 1));
  return t`${change > 0 ? `+${change}` : change}%`;
}

/** What is logged, whether it is, and the owner's switch. */
function about(me, logged, draw) {
  const text = [
    t`Logged for each person, object and hour: seconds with the page in front and something being done, prompts given, and corrections of masks that were there.`,
    t`Masks are counted from their history, each frame of an object once; what was undone does not count.`,
    t`Nothing else is logged, and nothing leaves this server.`,
    me.is_owner ? "" : t`You see what is logged about you; an owner of the workplace sees it for everybody and can switch it off.`,
  ];
  const box = check(t`Log the work of everybody here`, logged, { onchange: (event) => attempt(async () => {
    await request("PUT", "api/activity/logging", { logged: event.target.checked });
    draw();
  }) });
  return h("div", { class: "tl-stack" }, !logged && h("p", { role: "status" }, h("strong", {}, t`Nothing is logged now.`)),
    h("p", { class: "tl-help" }, text.filter(Boolean).join(" ")), me.is_owner && h("div", {}, box));
}
