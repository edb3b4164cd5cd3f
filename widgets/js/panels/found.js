// The list of what searches over the video found: colour, category, score, when it is there; filters, and what is made of it.

import { fill, h } from "../dom.js";
import { heard, number, t } from "../i18n.js";
import { icon } from "../icons.js";
import { VirtualList } from "../virtual.js";
import { commandButton } from "./button.js";

/** @typedef {import("../types.js").Track} Track */

const ROW = 28; // CSS pixels, as .tw-object has them

/** @param {import("../workspace.js").Workspace} workspace */
export function foundPanel(workspace) {
  const { store, searches } = workspace;
  searches.listen();
  const title = h("h2", {});
  const list = h("ul", {
    class: "tw-objects tw-found", role: "grid", "aria-label": t`Found over the video`, "aria-multiselectable": "true", tabindex: 0,
    onkeydown: (event) => keys(event, workspace),
  });
  const rows = new VirtualList(list, { height: ROW, make: (id) => row(workspace, id) });
  const body = h("div", {}, filters(workspace), actions(workspace), list);
  const panel = h("section", { class: "tw-panel tw-found-panel", "aria-label": t`Found` },
    h("div", { class: "tw-panel-head" }, title, h("span", { class: "tw-gap" }),
      commandButton(workspace, "found.start", { text: t`Find over the video`, class: "tw-quiet" })),
    progressLine(workspace), stoppedLine(workspace), body);
  let before = 0;
  store.on(["found", "foundCategory", "foundScore"], ({ found }) => {
    const { listed } = searches;
    title.textContent = !found.length ? t`Found` : listed.length < found.length ? t`Found · ${listed.length} of ${found.length}` : t`Found · ${found.length}`;
    body.hidden = !found.length;
    list.setAttribute("aria-rowcount", String(listed.length));
    list.style.height = `${Math.min(6, Math.max(1, listed.length)) * ROW}px`;
    rows.show(listed.map(({ id }) => id));
    if (found.length && !before) panel.scrollIntoView({ block: "nearest" });
    before = found.length;
  });
  store.on(["foundChosen", "foundAt", "foundHovered", "frame"], () => rows.update());
  store.on(["foundAt"], ({ foundAt }) => rows.reveal(foundAt));
  return panel;
}

/** How far the search is that goes on. */
function progressLine({ store, searches }) {
  const bar = h("progress", { max: 1, "aria-label": t`Looking over the video` });
  const words = h("span", { class: "tw-digits tw-clip", role: "status" });
  const line = h("div", { class: "tw-row" }, bar, words, h("span", { class: "tw-gap" }),
    h("button", { type: "button", class: "tw-button tw-small tw-found-stop", onclick: () => searches.cancel() }, t`Stop`));
  store.on(["searching", "found"], ({ searching, found }) => {
    line.hidden = !searching;
    if (!searching) return;
    bar.value = searching.done / searching.total;
    const n = found.filter((one) => one.search_id === searching.id).length;
    words.textContent = searching.status === "queued" ? t`waits for another search` : t`${n} found · frame ${searching.start + searching.done}`;
    words.title = searching.model;
  });
  return line;
}

/** One that stopped before its end can go on there. */
function stoppedLine({ store, searches }) {
  const words = h("span", { class: "tw-clip tw-dim" });
  const line = h("div", { class: "tw-row" }, words, h("span", { class: "tw-gap" }),
    h("button", { type: "button", class: "tw-button tw-small tw-found-stop", onclick: () => searches.goOn(store.state.unfinished) }, t`Go on`),
    h("button", { type: "button", class: "tw-button tw-icon tw-small", title: t`Do not offer it again`, "aria-label": t`Do not offer it again`,
      onclick: () => searches.dismiss(store.state.unfinished) }, icon("close")));
  store.on(["unfinished", "searching"], ({ unfinished, searching }) => {
    line.hidden = !unfinished || searching !== null;
    if (!unfinished) return;
    words.textContent = t`Stopped at frame ${unfinished.start + unfinished.done}`;
    words.title = unfinished.message ? heard(unfinished.message) : "";
  });
  return line;
}

function filters({ store }) {
  const category = h("select", { class: "tw-field", "aria-label": t`Category`, onchange: () => store.set({ foundCategory: category.value }) });
  const score = h("input", { class: "tw-field tw-number-field", type: "number", min: 0, max: 1, step: 0.05, value: 0,
    oninput: () => store.set({ foundScore: Number(score.value) || 0 }) });
  store.on(["found", "foundCategory"], ({ found, foundCategory }) => {
    const names = [...new Set([...found.map((one) => one.category), foundCategory])].filter(Boolean).sort();
    fill(category, h("option", { value: "" }, t`All categories`), names.map((name) => h("option", { value: name }, name)));
    category.value = foundCategory;
    category.hidden = names.length < 2 && !foundCategory;
  });
  return h("div", { class: "tw-row tw-found-filters" }, category, h("span", { class: "tw-gap" }),
    h("label", { class: "tw-row tw-dim" }, t`score from`, score));
}

/** What is made of the chosen ones; of all that are listed, where none is chosen. */
function actions(workspace) {
  const { store, searches, objects } = workspace;
  const button = (id, style = "") => commandButton(workspace, `found.${id}`, { text: " ", class: `tw-small ${style}`, icon: "" });
  const [accept, reject, merge, add] = [button("accept", "tw-primary"), button("reject"), button("merge"), button("add")];
  store.on(["found", "foundChosen", "foundCategory", "foundScore", "selected", "objects"], () => {
    const { length } = searches.concerned;
    const all = !searches.listed.some(({ id }) => store.state.foundChosen.has(id));
    accept.textContent = all ? t`Accept all ${length}` : t`Accept ${length}`;
    reject.textContent = all ? t`Reject all ${length}` : t`Reject ${length}`;
    merge.textContent = t`Merge`;
    merge.hidden = all || length < 2;
    add.hidden = all || !objects.selected;
    add.textContent = objects.selected ? t`Add to ${objects.selected.name}` : "";
  });
  return h("div", { class: "tw-row tw-found-actions" }, accept, reject, merge, add);
}

function row(workspace, id) {
  const { store, searches } = workspace;
  const dot = h("span", { class: "tw-dot" });
  const name = h("span", { class: "tw-clip" });
  const score = h("small", { class: "tw-digits" });
  const span = h("span", { class: "tw-found-span", role: "img" }, h("span", {}), h("span", { class: "tw-found-now" }));
  const act = (picture, tip, run) => h("button", { type: "button", class: "tw-button tw-icon tw-small", title: tip, tabindex: -1,
    onclick: (event) => { event.stopPropagation(); if (!searches.current) run(); } }, icon(picture));
  const accept = act("check", t`Make an object of it`, () => searches.accept([trackOf()]));
  const reject = act("close", t`Reject it`, () => searches.reject([trackOf()]));
  const trackOf = () => store.state.found.find((one) => one.id === id);
  const cell = (kind, ...children) => h("span", { class: `tw-cell ${kind}`, role: "gridcell" }, ...children);
  const element = h("li", {
    class: "tw-object", role: "row", "data-track": id, onclick: (event) => searches.pick(id, event),
    onpointerenter: () => store.set({ foundHovered: id }), onpointerleave: () => store.set({ foundHovered: null }),
  }, cell("tw-title", dot, name), cell("", score), cell("", span), cell("", accept, reject));

  function update(n) {
    const { state } = store;
    const track = trackOf();
    if (!track) return;
    element.classList.toggle("tw-on", id === state.foundAt);
    element.classList.toggle("tw-chosen", state.foundChosen.has(id));
    element.classList.toggle("tw-hover", id === state.foundHovered);
    element.setAttribute("aria-selected", String(state.foundChosen.has(id)));
    element.setAttribute("aria-rowindex", String(n + 1));
    dot.style.background = track.colour;
    name.textContent = nameOf(track);
    name.title = t`${nameOf(track)}, found by ${track.model}`;
    score.textContent = number(track.score, 2);
    showSpan(span, track, state);
    accept.setAttribute("aria-label", t`Make an object of ${nameOf(track)}`);
    reject.setAttribute("aria-label", t`Reject ${nameOf(track)}`);
  }
  return { element, update };
}

/** @param {Track} track */
const nameOf = ({ category, is_thing: isThing }) => category || (isThing ? t`object` : t`region`);

/** Where it is in the video, and where that is shown now. @param {Track} track */
function showSpan(span, { first, last, frames }, { frame, video }) {
  const share = (at) => `${(100 * at) / video.frame_count}%`;
  Object.assign(span.firstChild.style, { left: share(first), width: share(last + 1 - first) });
  span.lastChild.style.left = share(frame);
  span.title = t`Frames ${first} to ${last}, seen on ${frames}`;
  span.setAttribute("aria-label", span.title);
}

/** @param {KeyboardEvent} event */
function keys(event, workspace) {
  const { searches, commands, stage } = workspace;
  const press = (id) => { if (commands.get(id).enabled()) commands.get(id).run(); };
  const isChosen = workspace.store.state.foundChosen.size > 0; // a slip of the hand judges nothing that is not looked at
  const run = {
    ArrowUp: () => searches.step(-1, event.shiftKey), ArrowDown: () => searches.step(1, event.shiftKey),
    Enter: () => isChosen && press("found.accept"), Backspace: () => isChosen && press("found.reject"), m: () => isChosen && press("found.merge"),
    a: (event.ctrlKey || event.metaKey) && (() => searches.chooseAll()),
    Escape: () => (isChosen ? searches.chooseNone() : stage.element.focus()),
  }[event.key];
  if (!run || (event.target instanceof HTMLButtonElement && event.key === "Enter")) return;
  event.preventDefault();
  event.stopPropagation();
  run();
}
