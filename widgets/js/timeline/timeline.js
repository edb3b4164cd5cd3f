// The timeline: a ruler and a lane for each object. What hands do with it is in hand.js.

import { h } from "../dom.js";
import { number, t } from "../i18n.js";
import { maskWords } from "../shell/words.js";
import { Curve, CURVE } from "./curve.js";
import { paintEdited } from "./edited.js";
import { paintFindings } from "./findings.js";
import { Hand } from "./hand.js";
import { head } from "./head.js";
import { lanesOf } from "./lanes.js";
import { names } from "./names.js";
import { inksOf, paintCursor, paintLane, paintRuler } from "./paint.js";
import { rail } from "./rail.js";
import { rangeBar } from "./range-bar.js";
import { LANE, RULER, Scale } from "./scale.js";
import { inside } from "./search.js";
import { segmentAt } from "./segments.js";
import { paintCuts, paintSpans } from "./spans.js";
import { THUMB, Thumbs } from "./thumbs.js";

const NONE = Object.freeze([]);
/** What the lanes are drawn from, beside their own order. */
const DRAWN = ["timeline", "inPoint", "outPoint", "hidden", "selected", "looked", "lookedBy", "findings", "finding", "video",
  "search"];

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
    this.cursor = h("canvas", { class: "tw-lanes tw-cursor", "aria-hidden": "true" });
    this.tip = h("div", { class: "tw-tip", hidden: true });
    this.body = h("div", { class: "tw-lanes-box" }, this.canvas, this.cursor, this.tip);
    this.thumbs = new Thumbs(workspace, this.scale);
    this.bar = rangeBar(workspace, this.scale);
    this.names = names(workspace, () => this.redraw());
    this.head = head(workspace, () => this.names.rows.ids.length);
    this.curve = new Curve(workspace, () => this.redraw());
    this.element = h("div", { class: "tw-timeline" },
      h("div", { class: "tw-names-box" }, this.head.element, this.names.list),
      h("div", { class: "tw-lanes-side" }, this.thumbs.element, this.body, this.bar.element), rail(workspace));
    this.asked = 0;
    this.height = 0;
    this.inks = null;
    this.hand = new Hand(this);
    this.listen();
  }

  get state() {
    return this.workspace.store.state;
  }

  listen() {
    const { store } = this.workspace;
    new ResizeObserver(() => this.resize()).observe(this.body);
    window.addEventListener("tl-theme", () => { this.inks = null; this.redraw(); });
    store.on(["objects", "laneView", "timeline", "selected", "openLane"], () => this.arrange());
    store.on(["selected", "openLane"], ({ selected }) => this.names.reveal(selected));
    store.on(["hidden", "chosen"], () => this.names.update());
    store.on(DRAWN, () => this.redraw());
    store.on(["thumbnails"], ({ thumbnails }) => {
      this.element.style.setProperty("--tw-thumbs", thumbnails ? `${THUMB}px` : "0px");
      this.thumbs.element.hidden = !thumbnails;
      this.resize();
    });
    store.on(["frame"], ({ frame }) => {
      const moved = !this.hand.drag && this.scale.reveal(frame);
      this.canvas.setAttribute("aria-valuenow", frame);
      this.canvas.setAttribute("aria-valuetext", t`frame ${frame} of ${this.scale.frameCount}`);
      if (moved) this.redraw();
      else this.paintCursor();
    });
  }

  /** Which lanes there are may hang on anything that is known of the objects. */
  arrange() {
    const { selected, openLane } = this.state;
    this.names.show(lanesOf(this.state), openLane ? selected : null, CURVE);
    this.head.say();
    this.redraw();
  }

  /** Show these frames, start <= f < stop. */
  show(start, stop) {
    this.scale.show(start, stop);
    this.redraw();
  }

  /** Draw all at the next frame of the screen. */
  redraw() {
    if (!this.asked) this.asked = requestAnimationFrame(() => this.paint());
  }

  resize() {
    const { clientWidth: width, clientHeight: height } = this.body;
    if (!width || !height) return;
    this.ratio = window.devicePixelRatio || 1;
    this.inks = null; // patterns are made for a ratio
    for (const canvas of [this.canvas, this.cursor]) {
      canvas.width = Math.round(width * this.ratio);
      canvas.height = Math.round(height * this.ratio);
    }
    this.height = height;
    this.scale.resize(width);
    this.thumbs.resize(this.ratio);
    this.paint();
  }

  /** @param {HTMLCanvasElement} canvas @returns {import("./paint.js").Paint} the canvas, empty */
  cleared(canvas) {
    const { scale, height } = this;
    this.inks ||= inksOf(this.element, this.ratio);
    const context = canvas.getContext("2d");
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.clearRect(0, 0, scale.width, height);
    return { context, scale, inks: this.inks, height };
  }

  /** Only lanes and runs in sight are drawn. */
  paint() {
    this.asked = 0;
    if (!this.height) return;
    const began = performance.now();
    const paint = this.cleared(this.canvas);
    const { rows, list } = this.names;
    const [first, stop] = rows.between(list.scrollTop, list.scrollTop + this.height - RULER);
    for (let n = first; n < stop; n++) this.paintLane(paint, n, RULER + rows.topOf(n) - list.scrollTop);
    paintRuler(paint, this.state);
    const { context, scale, inks } = paint;
    paintCuts(context, scale, inks, RULER, this.height, this.state.video.cuts);
    paintFindings(context, scale, inks, { left: this.workspace.findings.left, chosen: this.state.finding });
    this.paintCursor();
    this.thumbs.paint();
    this.bar.place();
    this.workspace.measure.timelinePainted(began);
  }

  paintCursor() {
    if (this.height) paintCursor(this.cleared(this.cursor), this.state.frame);
  }

  /** The n-th lane, its top at a height of the canvas. */
  paintLane(paint, n, top) {
    const { objects, timeline, selected, hidden } = this.state;
    const { rows } = this.names;
    const { context, scale, inks } = paint;
    const object = objects.get(rows.ids[n]);
    if (object.id === selected) {
      context.fillStyle = inks.soft;
      context.fillRect(0, top, scale.width, rows.heightOf(n));
    }
    /** @type {import("./paint.js").Lane} */
    const lane = {
      object, top, segments: timeline.objects[object.id] || NONE, low: timeline.low[object.id] || NONE,
      prompts: timeline.prompts[object.id] || NONE, dim: hidden.has(object.id),
    };
    paintLane(paint, lane);
    if (object.id === selected) paintSpans(context, scale, inks, top, LANE, object.spans);
    paintEdited(context, scale, inks, top, timeline.edited[object.id] || NONE);
    if (n === rows.openAt) this.curve.paint(paint, lane);
  }

  /** The object of the lane at a height, null on the ruler or below the last. */
  objectAt(y) {
    if (y < RULER) return null;
    const { rows, list } = this.names;
    return this.state.objects.get(rows.ids[rows.at(y - RULER + list.scrollTop)]) || null;
  }

  /** Say in words what the lane shows under the pointer. */
  explain(frame, object, x) {
    const { timeline, video } = this.state;
    const segment = object && segmentAt(timeline.objects[object.id], frame);
    const mask = segment ? maskWords(segment[2], segment[3]) : t`no mask`;
    const what = object && `${object.name}: ${mask}`;
    const low = object && inside(timeline.low[object.id] || NONE, frame) && t`low score`;
    const when = t`${number(video.times[frame] - video.times[0], 2)} s`;
    const edited = object && inside(timeline.edited[object.id] || NONE, frame) && t`made in review`;
    this.tip.textContent = [t`Frame ${frame}, ${when}`, what, edited, low].filter(Boolean).join(" · ");
    this.tip.hidden = false;
    const left = Math.min(x + 12, this.scale.width - this.tip.offsetWidth - 4);
    this.tip.style.transform = `translate(${left}px, ${RULER + 4}px)`;
  }
}
