// The export form and what becomes of an export.

import { address, request } from "../api.js";
import { fill, h } from "../dom.js";
import { heard, t } from "../i18n.js";
import { check, emptyState, field, progress } from "../shell/elements.js";
import { attempt, problemLine, setQuery } from "../shell/page.js";
import { watchWork, workProblem } from "../shell/watch.js";
import { bytesText, STAGE_NAMES } from "../shell/words.js";

/** @param {any} project @param {any[]} videos @param {any[]} formats that can be written */
export function exportPanel(project, videos, formats) {
  const panel = h("section", { class: "tl-panel", "aria-label": t`Export` }, h("h2", {}, t`Export`));
  if (!videos.length) {
    panel.append(emptyState(t`Nothing to export`, t`Import a video and mask its objects first.`));
    return panel;
  }
  const format = formatChoice(formats);
  const chosenVideos = choices(videos.map((video) => ({ id: video.id, name: video.name, off: video.copy > 0 })));
  const chosenLabels = choices(project.labels);
  const stages = choices(Object.entries(STAGE_NAMES).map(([id, name]) => ({ id, name })));
  const every = h("input", { type: "number", min: 1, value: 1, style: { width: "90px" } });
  const verified = check(t`Verified masks only`, false);
  const images = check(t`Include the frames as images`, true);
  const polygons = check(t`Polygons, where they say the same as the mask`, false);
  const outcome = h("div", { "aria-live": "polite" });
  const start = h("button", { class: "tl-button tl-primary", type: "submit" }, t`Export`);
  const options = () => ({
    format: format.value(), videos: chosenVideos.value(), labels: chosenLabels.value(), stages: stages.value(),
    every: Number(every.value), verified_only: isOn(verified), images: isOn(images), polygons: isOn(polygons),
  });
  const showWhatApplies = () => {
    const known = formats.find(({ name }) => name === format.value()).options;
    polygons.hidden = !known.includes("polygons");
  };
  format.element.addEventListener("change", showWhatApplies);
  showWhatApplies();
  panel.append(h("form", { class: "tl-stack", onsubmit: (event) => {
    event.preventDefault();
    attempt(async () => {
      const made = await request("POST", `api/projects/${project.id}/exports`, options());
      setQuery({ export: made.export });
      await follow(made.export, outcome, start);
    }, (problem) => fill(outcome, problemLine(problem)));
  } }, format.element,
  field(t`Videos`, chosenVideos.element), field(t`Labels`, chosenLabels.element), field(t`Stages`, stages.element),
  field(t`Every n-th frame`, every, t`1 takes every frame.`),
  h("div", { class: "tl-stack", style: { gap: "2px" } }, verified, images, polygons),
  h("div", { class: "tl-row" }, start), outcome));
  const earlier = new URLSearchParams(location.search).get("export");
  if (earlier !== null) attempt(() => follow(earlier, outcome, start), () => setQuery({ export: null }));
  return panel;
}

const isOn = (label) => label.querySelector("input").checked && !label.hidden;

/** Cards to choose one format. */
function formatChoice(formats) {
  const element = h("div", { class: "tl-stack", role: "radiogroup", "aria-label": t`Format`, style: { gap: "8px" } },
    ...formats.map((format, i) => {
      const radio = h("input", { type: "radio", name: "export-format", value: format.name });
      radio.checked = i === 0;
      return h("label", { class: "tl-card-choice" }, radio,
        h("span", {}, h("strong", {}, format.title), h("div", { class: "tl-help" }, heard(format.about))));
    }));
  return { element, value: () => element.querySelector("input:checked").value };
}

/** Check boxes, all on but those that are `off`; `value()` is null while they are, so that what is added later counts too. */
function choices(items) {
  const boxes = items.map((item) => check(item.name, !item.off, { "data-id": item.id }));
  const value = () => {
    const isChecked = (i) => boxes[i].querySelector("input").checked;
    if (items.every((item, i) => isChecked(i) !== Boolean(item.off))) return null;
    return items.filter((_, i) => isChecked(i)).map((item) => item.id);
  };
  return { element: h("div", { class: "tl-choices", role: "group" }, ...boxes), value };
}

/** Show an export until it is over, then the link to its file. */
async function follow(id, outcome, start) {
  start.disabled = true;
  const cancel = h("button", { class: "tl-button", type: "button",
    onclick: () => attempt(() => request("POST", `api/exports/${id}/cancel`)) }, t`Cancel`);
  try {
    const state = await watchWork(`api/exports/${id}`, (now) => fill(outcome, h("div", { class: "tl-stack" },
      progress(now.progress, t`Export`),
      h("div", { class: "tl-row" }, h("span", { class: "tl-dim" }, heard(now.message) || t`Writing`), cancel))));
    if (state.status === "done") {
      fill(outcome, h("div", { class: "tl-row" },
        h("a", { class: "tl-button tl-primary", href: address(`api/exports/${id}/file`), download: true },
          state.size ? t`Download (${bytesText(state.size)})` : t`Download`),
        h("span", { class: "tl-dim" }, heard(state.message))));
    } else if (state.status === "failed") fill(outcome, problemLine({ message: workProblem(state) }));
    else fill(outcome, h("p", { class: "tl-dim" }, t`Cancelled. No file was left.`));
  } finally {
    start.disabled = false;
  }
}
