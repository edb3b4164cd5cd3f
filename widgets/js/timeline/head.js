// Above the names: find lanes by name; sort and filter them; how many are hidden.

import { h } from "../dom.js";
import { t } from "../i18n.js";
import { icon } from "../icons.js";
import { check } from "../panels/frame.js";
import { ALL_LANES } from "./lanes.js";

/** @param {import("../workspace.js").Workspace} workspace @param {() => number} shown how many lanes there are now */
export function head(workspace, shown) {
  const { store } = workspace;
  const view = (patch) => store.set({ laneView: { ...store.state.laneView, ...patch } });
  const query = h("input", {
    class: "tw-field tw-lane-query", type: "search", placeholder: t`Find lanes`, "aria-label": t`Find lanes by name`,
    oninput: () => view({ query: query.value }),
    onkeydown: (event) => {
      if (event.key === "Escape") { query.value = ""; view({ query: "" }); }
      if (["Escape", "Enter"].includes(event.key)) workspace.timeline.canvas.focus();
    },
  });
  const { element: sheet, update } = viewSheet(workspace, view);
  const count = h("span", { class: "tw-lane-count", role: "status" });
  const button = h("button", {
    type: "button", class: "tw-button tw-icon tw-small", popovertarget: sheet.id, title: t`Sort and filter the lanes`,
    "aria-label": t`Sort and filter the lanes`,
  }, icon("filter"));
  sheet.addEventListener("toggle", () => {
    const box = button.getBoundingClientRect();
    sheet.style.left = `${box.left}px`;
    sheet.style.bottom = `${innerHeight - box.top + 4}px`;
  });
  const say = () => {
    const { laneView, objects } = store.state;
    const hidden = objects.size - shown();
    count.textContent = hidden ? t`${shown()} of ${objects.size}` : "";
    count.title = hidden ? t`${hidden} lane is hidden|${hidden} lanes are hidden` : "";
    button.classList.toggle("tw-on", laneView.label !== null || laneView.only !== null);
    if (document.activeElement !== query) query.value = laneView.query;
    update();
  };
  return { element: h("div", { class: "tw-names-head" }, query, count, button, sheet), say };
}

function viewSheet(workspace, view) {
  const { store } = workspace;
  const { labels } = store.state.video;
  const sort = choice(t`Sort by`, [["made", t`Order made`], ["name", t`Name`], ["label", t`Label`], ["first", t`First frame`],
    ["doubt", t`Share of low scores`], ["state", t`Stale, then unverified`]], (value) => view({ sort: value }));
  const label = choice(t`Label`, [["", t`Every label`], ...labels.map((one) => [String(one.id), one.name])],
    (value) => view({ label: value ? Number(value) : null }));
  const only = choice(t`Only with`, [["", t`Everything`], ["stale", t`Stale masks`], ["unverified", t`Unverified masks`],
    ["low", t`Low scores`], ["comment", t`Open comments`]], (value) => view({ only: value || null }));
  const looked = choice(t`Looked at by`, [["own", t`Me`], ["all", t`Anybody`]], (value) => store.set({ lookedBy: value }));
  const element = h("div", { class: "tw-lane-sheet", id: "tw-lane-sheet", popover: true, role: "group",
    "aria-label": t`Sort and filter the lanes` }, ...[sort, label, only, looked].map(({ row }) => row),
  check(workspace, "thumbnails", t`Thumbnails above the ruler`),
  h("button", { type: "button", class: "tw-button", onclick: () => store.set({ laneView: ALL_LANES }) }, t`Show all lanes as made`));
  const update = () => {
    const { laneView, lookedBy } = store.state;
    sort.select.value = laneView.sort;
    label.select.value = String(laneView.label ?? "");
    only.select.value = laneView.only ?? "";
    looked.select.value = lookedBy;
  };
  return { element, update };
}

function choice(name, options, chosen) {
  const select = h("select", { class: "tw-field", onchange: () => chosen(select.value) },
    ...options.map(([value, text]) => h("option", { value }, text)));
  return { select, row: h("label", { class: "tw-labelled" }, name, select) };
}
