// The list of objects: colour, name, label, hide, lock. And what the next object will be.

import { fill, h } from "../dom.js";
import { t } from "../i18n.js";
import { icon } from "../icons.js";
import { maskWords } from "../shell/words.js";
import { segmentAt } from "../timeline/segments.js";
import { VirtualList } from "../virtual.js";
import { commandButton } from "./button.js";

const ROW = 28; // CSS pixels, as .tw-object has them
const MARKS = { verified: "verify", absent: "absent", stale: "stale" };

/** @param {import("../workspace.js").Workspace} workspace */
export function objectsPanel(workspace) {
  const { store } = workspace;
  const list = h("ul", {
    class: "tw-objects", role: "grid", "aria-label": t`Objects`, "aria-multiselectable": "true", tabindex: 0,
    onkeydown: (event) => arrows(event, workspace),
  });
  const label = h("select", {
    class: "tw-field", "aria-label": t`Label of the next object`, title: t`Label of the next object (Shift+1 to 9)`,
    onchange: () => store.set({ labelId: Number(label.value) }),
  });
  store.on(["video", "labelId"], ({ video, labelId }) => {
    fill(label, ...video.labels.map((one) => h("option", { value: String(one.id) }, one.name)));
    label.value = String(labelId ?? "");
  });
  const rows = new VirtualList(list, {
    height: ROW, make: (id) => row(workspace, id), empty: () => empty(store.state.video.labels.length),
  });
  store.on(["objects"], ({ objects }) => {
    list.setAttribute("aria-rowcount", String(objects.size));
    rows.show([...objects.keys()]);
  });
  store.on(["selected", "chosen", "hovered", "hidden", "frame", "timeline", "video"], () => rows.update());
  store.on(["selected"], ({ selected }) => rows.reveal(selected));
  return h("section", { class: "tw-panel tw-grow", "aria-label": t`Objects` },
    h("div", { class: "tw-panel-head" }, h("h2", {}, t`Objects`), h("span", { class: "tw-gap" }), label,
      commandButton(workspace, "object.new", { text: t`New`, class: "tw-quiet" })), list);
}

function empty(hasLabels) {
  return h("li", { class: "tw-empty", role: "row" }, cell("tw-words-only", h("strong", {}, hasLabels ? t`No objects yet` : t`This project has no labels`),
    hasLabels ? t`Choose a label above and click an object on the picture: one click makes it.`
      : t`Add a label on the project page, then come back.`));
}

function row(workspace, id) {
  const { objects, store } = workspace;
  const number = h("span", { class: "tw-number" });
  const dot = h("span", { class: "tw-dot" });
  const name = h("span", { class: "tw-clip" });
  const label = h("small", {});
  const mark = h("span", { class: "tw-mark" });
  const hide = toggle(() => objects.toggleHidden(id));
  const lock = toggle(() => objects.change(id, { locked: !store.state.objects.get(id).locked }));
  const element = h("li", {
    class: "tw-object", role: "row", "data-object": id, onclick: (event) => objects.pick(id, event),
    onpointerenter: () => store.set({ hovered: id }), onpointerleave: () => store.set({ hovered: null }),
  }, cell("tw-title", number, dot, h("span", { class: "tw-words-of" }, name, label), mark), cell("", hide.button),
  cell("", lock.button));

  function update(n) {
    const { state } = store;
    const object = state.objects.get(id);
    const hidden = state.hidden.has(id);
    const on = id === state.selected;
    element.classList.toggle("tw-on", on);
    element.classList.toggle("tw-chosen", state.chosen.has(id));
    element.classList.toggle("tw-hover", id === state.hovered);
    element.classList.toggle("tw-off", hidden);
    element.setAttribute("aria-selected", String(on || state.chosen.has(id)));
    element.setAttribute("aria-rowindex", String(n + 1));
    number.textContent = n < 9 ? String(n + 1) : "";
    dot.style.background = object.colour;
    name.textContent = object.name;
    label.textContent = state.video.labels.find((one) => one.id === object.label_id)?.name || "";
    hide.show(hidden ? "eyeOff" : "eye", hidden ? t`Show (H)` : t`Hide (H)`, hidden, object.name);
    lock.show(object.locked ? "lock" : "unlock", object.locked ? t`Unlock (L)` : t`Lock (L)`, object.locked, object.name);
    showMark(mark, segmentAt(state.timeline.objects[id], state.frame));
  }
  return { element, update };
}

/** A row that holds buttons is one of a grid: a list's option may hold none. */
const cell = (kind, ...children) => h("span", { class: `tw-cell ${kind}`, role: "gridcell" }, ...children);

/** What the object has on the frame, as a sign with words behind it. */
function showMark(mark, segment) {
  const words = segment ? maskWords(segment[2], segment[3]) : t`no mask on this frame`;
  if (mark.title === words) return;
  mark.title = words;
  mark.setAttribute("aria-label", words);
  mark.className = `tw-mark tw-${segment?.[2] || "none"}`;
  fill(mark, segment && (MARKS[segment[2]] ? icon(MARKS[segment[2]]) : segment[3] === "human" ? "◆" : "■"));
}

function toggle(run) {
  const button = h("button", {
    type: "button", class: "tw-button tw-icon tw-small", onclick: (event) => { event.stopPropagation(); run(); },
  });
  let drawn = "";
  const show = (name, tip, pressed, whose) => {
    if (drawn === name + whose) return;
    drawn = name + whose;
    button.title = tip;
    button.setAttribute("aria-label", `${tip}: ${whose}`);
    button.setAttribute("aria-pressed", String(pressed));
    fill(button, icon(name));
  };
  return { button, show };
}

function arrows(event, workspace) {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!step) return;
  event.preventDefault();
  event.stopPropagation();
  const ids = [...workspace.store.state.objects.keys()];
  const at = ids.indexOf(workspace.store.state.selected);
  const to = ids[Math.max(0, Math.min(ids.length - 1, at + step))];
  if (ids.length) workspace.objects.pick(to, { ctrlKey: event.shiftKey, metaKey: false, shiftKey: false });
}
