// The timeline: a ruler and a lane for each object. Click to seek, drag to scrub, wheel to zoom.

import { fill, h } from "../dom.js";
import { number, t } from "../i18n.js";
import { maskWords } from "../shell/words.js";
import { paintEdited } from "./edited.js";
import { inksOf, LANE, paintCursor, paintLane, paintRuler, RULER } from "./paint.js";
import { paintFindings } from "./findings.js";
import { Scale } from "./scale.js";
import { paintCuts, paintSpans } from "./spans.js";
import { segmentAt } from "./segments.js";

export class Timeline {
  /** @param {import("../workspace.js").Workspace} workspace */
  constructor(workspace) {
    this.workspace = workspace;
    const { video } = workspace.store.state;
    this.scale = new Scale(video.frame_count);
    this.canvas = h("canvas", {
      class: "tw-lanes", tabindex: 0, role: "slider", "aria-label": t`Frame`, "aria-valuemin": 0,
      "aria-valuemax": video.frame_count - 1,
    });
    this.names = h("div", { class: "tw-names", "aria-hidden": "true" });
    this.tip = h("div", { class: "tw-tip", hidden: true });
    this.body = h("div", { class: "tw-lanes-box" }, this.canvas, this.tip);
    this.element = h("div", { class: "tw-timeline" }, this.names, this.body);
    this.top = 0; // pixels the lanes are scrolled by
    this.asked = 0;
    this.dragging = false;
    this.inks = null;
    this.listen();
  }

  get state() {
    return this.workspace.store.state;
  }

  listen() {
    const { store } = this.workspace;
    new ResizeObserver(() => this.resize()).observe(this.body);
    window.addEventListener("tl-theme", () => { this.inks = null; this.redraw(); });
    store.on(["timeline", "inPoint", "outPoint", "hidden", "selected", "objects", "video", "findings", "finding"], () => this.redraw());
    store.on(["frame"], ({ frame }) => {
      if (!this.dragging) this.scale.reveal(frame);
      this.canvas.setAttribute("aria-valuenow", frame);
      this.canvas.setAttribute("aria-valuetext", t`frame ${frame} of ${this.scale.frameCount}`);
      this.redraw();
    });
    store.on(["objects", "selected", "hidden"], () => this.drawNames());
    this.canvas.addEventListener("pointerdown", (event) => this.down(event));
    this.canvas.addEventListener("pointermove", (event) => this.move(event));
    this.canvas.addEventListener("pointerup", () => this.up());
    this.canvas.addEventListener("pointercancel", () => this.up());
    this.canvas.addEventListener("pointerleave", () => { this.tip.hidden = true; });
    this.element.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
  }

  drawNames() {
    const { objects, selected, hidden } = this.state;
    fill(this.names, h("div", { class: "tw-names-list", style: { transform: `translateY(${-this.top}px)` } },
      ...[...objects.values()].map((object) => h("div", {
        class: `tw-name${object.id === selected ? " tw-on" : ""}${hidden.has(object.id) ? " tw-off" : ""}`,
        onclick: (event) => this.workspace.objects.pick(object.id, event),
      }, h("span", { class: "tw-dot", style: { background: object.colour } }),
      h("span", { class: "tw-clip" }, object.name)))));
    this.scrollTo(this.top);
  }

  redraw() {
    if (!this.asked) this.asked = requestAnimationFrame(() => this.paint());
  }

  resize() {
    const { clientWidth: width, clientHeight: height } = this.body;
    if (!width || !height) return;
    this.ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(width * this.ratio);
    this.canvas.height = Math.round(height * this.ratio);
    this.height = height;
    this.scale.resize(width);
    this.scrollTo(this.top);
    this.paint();
  }

  /** Only lanes and runs in sight are drawn. */
  paint() {
    this.asked = 0;
    if (!this.height) return;
    this.inks ||= inksOf(this.element);
    const { inks, scale } = this;
    const { objects, timeline, selected, hidden, frame } = this.state;
    const context = this.canvas.getContext("2d");
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.clearRect(0, 0, scale.width, this.height);
    const ids = [...objects.keys()];
    const first = Math.max(0, Math.floor(this.top / LANE));
    const stop = Math.min(ids.length, Math.ceil((this.top + this.height - RULER) / LANE));
    for (let i = first; i < stop; i++) {
      const top = RULER + i * LANE - this.top;
      const object = objects.get(ids[i]);
      if (object.id === selected) {
        context.fillStyle = inks.soft;
        context.fillRect(0, top, scale.width, LANE);
      }
      paintLane(context, scale, inks, top, {
        segments: timeline.objects[object.id] || [], low: timeline.low[object.id] || [],
        prompts: timeline.prompts[object.id] || [], colour: object.colour, dim: hidden.has(object.id),
      });
      if (object.id === selected) paintSpans(context, scale, inks, top, LANE, object.spans);
      paintEdited(context, scale, inks, top, timeline.edited[object.id] || []);
    }
    paintRuler(context, scale, inks, this.state);
    paintCuts(context, scale, inks, RULER, this.height, this.state.video.cuts);
    paintFindings(context, scale, inks, { left: this.workspace.findings.left, chosen: this.state.finding });
    paintCursor(context, scale, inks, frame, this.height);
  }

  place(event) {
    const box = this.canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  /** The object of the lane at a height, null on the ruler or below the last. */
  objectAt(y) {
    if (y < RULER) return null;
    return [...this.state.objects.values()][Math.floor((y - RULER + this.top) / LANE)] || null;
  }

  down(event) {
    if (event.button !== 0) return;
    const { x, y } = this.place(event);
    this.canvas.setPointerCapture(event.pointerId);
    this.dragging = true;
    const object = this.objectAt(y);
    if (object) this.workspace.objects.select(object.id);
    this.workspace.viewer.scrub(true);
    this.workspace.viewer.seek(this.scale.toFrame(x), { draft: true });
  }

  move(event) {
    const { x, y } = this.place(event);
    const frame = this.scale.toFrame(x);
    if (this.dragging && frame !== this.state.frame) this.workspace.viewer.seek(frame, { draft: true });
    this.explain(frame, this.objectAt(y), x);
  }

  up() {
    if (!this.dragging) return;
    this.dragging = false;
    this.workspace.viewer.scrub(false);
  }

  /** Say in words what the lane shows under the pointer. */
  explain(frame, object, x) {
    const { timeline, video } = this.state;
    const segment = object && segmentAt(timeline.objects[object.id], frame);
    const mask = segment ? maskWords(segment[2], segment[3]) : t`no mask`;
    const what = object && `${object.name}: ${mask}`;
    const low = object && (timeline.low[object.id] || []).some(([start, stop]) => frame >= start && frame < stop);
    const when = t`${number(video.times[frame] - video.times[0], 2)} s`;
    const edited = object && (timeline.edited[object.id] || []).some(([start, stop]) => frame >= start && frame < stop);
    this.tip.textContent = [t`Frame ${frame}, ${when}`, what, edited && t`made in review`, low && t`low score`]
      .filter(Boolean).join(" · ");
    this.tip.hidden = false;
    const left = Math.min(x + 12, this.scale.width - this.tip.offsetWidth - 4);
    this.tip.style.transform = `translate(${left}px, 26px)`;
  }

  wheel(event) {
    event.preventDefault();
    const inNames = event.target instanceof Node && this.names.contains(event.target);
    const sideways = event.deltaX || (event.shiftKey ? event.deltaY : 0);
    if (inNames) this.scrollTo(this.top + event.deltaY);
    else if (sideways) this.scale.pan((sideways / 400) * this.scale.span);
    else this.scale.zoomAt(Math.exp(-Math.max(-60, Math.min(60, event.deltaY)) * 0.006), this.place(event).x);
    this.redraw();
  }

  scrollTo(top) {
    const most = Math.max(0, this.state.objects.size * LANE + RULER - (this.height || 0));
    this.top = Math.max(0, Math.min(most, top));
    const list = this.names.firstElementChild;
    if (list) list.style.transform = `translateY(${-this.top}px)`;
    this.redraw();
  }
}
