// The list of what is probably wrong: ' goes to the next, " says that it is right.

import { fill, h, reveal } from "../dom.js";
import { number, t } from "../i18n.js";
import { commandButton } from "../panels/button.js";
import { meter } from "../shell/elements.js";
import { fixesOf } from "./fixes.js";

/** @typedef {import("./findings.js").Finding} Finding */

const KINDS = {
  flicker: t`Flickers`, jump: t`Jumps`, hole: t`Holes`, fragment: t`Stray parts`, overlap: t`Overlap`,
  swap: t`Identities swapped`, end: t`Ends too early`, edge: t`Stops short of the edge`,
  doubt: t`Doubtful`,
};

/** @param {import("../workspace.js").Workspace} workspace */
export function checksPanel(workspace) {
  const { store, findings } = workspace;
  const title = h("h2", {});
  const list = h("ul", { class: "tr-list tr-findings", "aria-label": t`Findings` });
  let drawn = "";
  let shown = null;
  store.on(["findings", "timeline", "finding", "findingKind", "objects", "check"], (state) => {
    const { left } = findings;
    const wanted = [state.findings === null, Boolean(state.check), state.finding, state.findingKind,
      ...left.map(({ key, score }) => `${key}:${score}`)].join();
    if (wanted === drawn) return; // a row replaced between press and release would swallow the click
    drawn = wanted;
    title.textContent = left.length ? t`Checks · ${left.length}` : t`Checks`;
    fill(list, left.map((one) => row(workspace, one, one.key === state.finding)), !left.length && empty(findings, state));
    reveal(list, list.querySelector(".tr-on"));
    if (state.finding !== shown && state.finding !== null) panel.scrollIntoView({ block: "nearest" });
    shown = state.finding;
  });
  const panel = h("section", { class: "tw-panel tr-findings-panel", "aria-label": t`Checks` },
    h("div", { class: "tw-panel-head" }, title, h("span", { class: "tw-gap" }), kindChoice(workspace), checkButton(workspace)),
    list);
  return panel;
}

/** The Review page: doubtful masks among the findings. @param {import("../workspace.js").Workspace} workspace */
export function reviewChecksPanel(workspace) {
  workspace.findings.withDoubts();
  const panel = checksPanel(workspace);
  panel.classList.add("tr-grow");
  return panel;
}

function kindChoice({ store }) {
  const select = h("select", { class: "tw-field", "aria-label": t`Kind of finding`,
    onchange: () => store.set({ findingKind: select.value }) });
  store.on(["findings"], ({ findings, findingKind }) => {
    const there = Object.keys(KINDS).filter((kind) => kind === findingKind || findings?.some((one) => one.kind === kind));
    fill(select, h("option", { value: "" }, t`All kinds`), ...there.map((kind) => h("option", { value: kind }, KINDS[kind])));
    select.value = findingKind;
    select.hidden = there.length < 2 && !findingKind;
  });
  return select;
}

function checkButton(workspace) {
  const { store, findings } = workspace;
  const begin = commandButton(workspace, "check.start", { text: t`Check`, class: "tw-quiet tw-dim" });
  const stop = h("button", { type: "button", class: "tw-button tw-quiet tw-dim", title: t`Stop checking`,
    onclick: () => findings.cancel() });
  store.on(["check"], ({ check }) => {
    begin.hidden = Boolean(check);
    stop.hidden = !check;
    if (check) stop.textContent = t`${Math.round(100 * check.progress)} % · stop`;
  });
  return h("span", { class: "tw-row" }, begin, stop);
}

function empty(findings, { findings: all, check }) {
  const words = check ? t`Looking at every mask` : all === null ? t`Loading`
    : findings.checked || all.length ? [h("strong", {}, t`Nothing is left to look at`), t`Check again after larger changes.`]
      : [h("strong", {}, t`Not checked yet`), t`Check looks at every mask for flicker, jumps, holes, overlap and swapped identities.`];
  return h("li", { class: "tw-empty" }, words);
}

function row(workspace, one, isOn) {
  const { objects } = workspace.store.state;
  const [object, other] = [objects.get(one.object_id), objects.get(one.other_id)];
  const names = other ? `${object.name}, ${other.name}` : object?.name ?? "";
  return h("li", { class: isOn ? "tr-finding tr-on" : "tr-finding" },
    h("button", { type: "button", class: `tr-doubt${isOn ? " tr-on" : ""}`, "aria-current": isOn && "true",
      onclick: () => workspace.findings.show(one) },
    h("span", { class: "tr-where" }, [object, other].filter(Boolean).map(({ colour }) => (
      h("span", { class: "tw-dot", style: { background: colour } }))),
    h("span", {}, t`Frame ${one.frame}`), h("span", { class: "tw-clip tw-dim" }, names), h("span", { class: "tw-gap" }),
    meter(one.score, t`How sure`, number(one.score, 2))),
    h("span", {}, h("strong", {}, KINDS[one.kind]), one.words && one.kind !== "doubt" ? ` · ${one.words}` : ` ${one.words}`)),
    isOn && h("div", { class: "tr-fixes" },
      fixesOf(workspace, one).map((fix) => h("button", { type: "button", class: "tw-button", onclick: fix.run }, fix.title)),
      commandButton(workspace, "check.dismiss", { text: t`It is right` })));
}
