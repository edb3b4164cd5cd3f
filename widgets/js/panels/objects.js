// The list of objects: colour, name, label, hide, lock. And what the next object will be.

import { fill, h } from "../dom.js";
import { icon } from "../icons.js";
import { segmentAt } from "../timeline/segments.js";
import { commandButton } from "./button.js";

const MARKS = { verified: "verify", absent: "absent", stale: "stale" };

/** @param {import("../workspace.js").Workspace} workspace */
export function objectsPanel(workspace) {
  const { store, objects } = workspace;
  const list = h("ul", { class: "tw-objects", role: "listbox", "aria-label": "Objects", tabindex: 0, onkeydown: (event) => arrows(event, workspace) });
  const label = h("select", {
    class: "tw-field", "aria-label": "Label of the next object", onchange: () => store.set({ labelId: Number(label.value) }),
  });
  fill(label, ...store.state.video.labels.map((one) => h("option", { value: String(one.id) }, one.name)));
  store.on(["labelId"], ({ labelId }) => { label.value = String(labelId ?? ""); });
  store.on(["objects", "selected", "hovered", "hidden", "frame", "timeline"], (state) => {
    fill(list, ...[...state.objects.values()].map((object, n) => row(workspace, state, object, n)));
    if (!state.objects.size) fill(list, empty(state.video.labels.length));
  });
  store.on(["selected"], () => list.querySelector(".tw-on")?.scrollIntoView({ block: "nearest" }));
  return h("section", { class: "tw-panel tw-grow", "aria-label": "Objects" },
    h("div", { class: "tw-panel-head" }, h("h2", {}, "Objects"), h("span", { class: "tw-gap" }), label,
      commandButton(workspace, "object.new", { text: "New", class: "tw-quiet" })), list);
}

function empty(hasLabels) {
  return h("li", { class: "tw-empty" }, h("strong", {}, hasLabels ? "No objects yet" : "This project has no labels"),
    hasLabels ? "Choose a label above and click an object on the picture: one click makes it." : "Add a label on the project page, then come back.");
}

function row(workspace, state, object, n) {
  const { objects } = workspace;
  const on = object.id === state.selected;
  const hidden = state.hidden.has(object.id);
  const label = state.video.labels.find((one) => one.id === object.label_id);
  const segment = segmentAt(state.timeline.objects[object.id], state.frame);
  const words = segment ? `${segment[2]}, by ${segment[3]}` : "no mask on this frame";
  const toggle = (name, tip, pressed, run) => h("button", {
    type: "button", class: "tw-button tw-icon tw-small", title: tip, "aria-label": `${tip}: ${object.name}`, "aria-pressed": String(pressed), tabindex: on ? 0 : -1,
    onclick: (event) => { event.stopPropagation(); run(); },
  }, icon(name));
  return h("li", {
    class: `tw-object${on ? " tw-on" : ""}${object.id === state.hovered ? " tw-hover" : ""}${hidden ? " tw-off" : ""}`, role: "option",
    "aria-selected": String(on), "data-object": object.id, onclick: () => objects.select(object.id),
    onpointerenter: () => workspace.store.set({ hovered: object.id }), onpointerleave: () => workspace.store.set({ hovered: null }),
  },
  h("span", { class: "tw-number" }, n < 9 ? String(n + 1) : ""), h("span", { class: "tw-dot", style: { background: object.colour } }),
  h("span", { class: "tw-clip tw-title" }, object.name, h("small", {}, label?.name || "")),
  h("span", { class: `tw-mark tw-${segment?.[2] || "none"}`, title: words, "aria-label": words },
    segment && (MARKS[segment[2]] ? icon(MARKS[segment[2]]) : segment[3] === "human" ? "◆" : "■")),
  toggle(hidden ? "eyeOff" : "eye", hidden ? "Show (H)" : "Hide (H)", hidden, () => objects.toggleHidden(object.id)),
  toggle(object.locked ? "lock" : "unlock", object.locked ? "Unlock (L)" : "Lock (L)", object.locked,
    () => objects.change(object.id, { locked: !object.locked })));
}

function arrows(event, workspace) {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!step) return;
  event.preventDefault();
  event.stopPropagation();
  const ids = [...workspace.store.state.objects.keys()];
  const at = ids.indexOf(workspace.store.state.selected);
  if (ids.length) workspace.objects.select(ids[Math.max(0, Math.min(ids.length - 1, at + step))]);
}
