// Pointer, wheel and keys on the timeline: go and scrub, draw a range, drag its brackets, zoom and pan, choose a lane.

import { t } from "../i18n.js";
import { RULER } from "./scale.js";
import { segmentAt } from "./segments.js";

const NEAR = 6; // CSS pixels from a bracket that count as on it
const ZOOM = 1.5; // a key

export class Hand {
  /** @param {import("./timeline.js").Timeline} timeline */
  constructor(timeline) {
    this.timeline = timeline;
    this.workspace = timeline.workspace;
    /** What a move does while the button is down. @type {((frame: number) => void)|null} */
    this.drag = null;
    const { canvas, body } = timeline;
    canvas.addEventListener("pointerdown", (event) => this.down(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    canvas.addEventListener("pointerup", () => this.up());
    canvas.addEventListener("pointercancel", () => this.up());
    canvas.addEventListener("pointerleave", () => { timeline.tip.hidden = true; });
    canvas.addEventListener("dblclick", (event) => this.take(event));
    canvas.addEventListener("keydown", (event) => this.key(event));
    body.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
  }

  get state() {
    return this.workspace.store.state;
  }

  place(event) {
    const box = this.timeline.canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  down(event) {
    if (event.button !== 0) return;
    const { x, y } = this.place(event);
    const { canvas, scale } = this.timeline;
    canvas.setPointerCapture(event.pointerId);
    const frame = scale.toFrame(x);
    const end = this.bracketAt(x, y);
    const object = this.timeline.objectAt(y);
    if (object && !event.shiftKey) this.workspace.objects.select(object.id);
    if (end) this.drag = (at) => this.stretch(end, at);
    else if (event.shiftKey) this.beginRange(frame, object);
    else this.beginScrub(frame);
  }

  beginScrub(frame) {
    const { viewer } = this.workspace;
    viewer.scrub(true);
    viewer.seek(frame, { draft: true });
    this.drag = (at) => { if (at !== this.state.frame) viewer.seek(at, { draft: true }); };
    this.scrubs = true;
  }

  /** A range drawn on a lane is one of that object: what is done with it concerns no other. */
  beginRange(from, object) {
    const { store, objects } = this.workspace;
    if (object) {
      objects.select(object.id);
      store.set({ scopeAll: false });
    }
    this.drag = (at) => store.set({ inPoint: Math.min(from, at), outPoint: Math.max(from, at) });
    this.drag(from);
  }

  /** The end of the range whose bracket is at a place of the ruler. @returns {"inPoint"|"outPoint"|null} */
  bracketAt(x, y) {
    const { range } = this.workspace.frameActions;
    if (!range || y >= RULER) return null;
    const { scale } = this.timeline;
    if (Math.abs(x - scale.toX(range.stop)) <= NEAR) return "outPoint";
    return Math.abs(x - scale.toX(range.start)) <= NEAR ? "inPoint" : null;
  }

  /** Move one end of the range, up to the other one. */
  stretch(end, at) {
    const { start, stop } = this.workspace.frameActions.range;
    this.workspace.store.set({ [end]: end === "inPoint" ? Math.min(at, stop - 1) : Math.max(at, start) });
  }

  move(event) {
    const { x, y } = this.place(event);
    const { scale, canvas } = this.timeline;
    const frame = scale.toFrame(x);
    this.drag?.(frame);
    canvas.style.cursor = this.bracketAt(x, y) ? "ew-resize" : "";
    this.timeline.explain(frame, this.timeline.objectAt(y), x);
  }

  up() {
    this.drag = null;
    if (!this.scrubs) return;
    this.scrubs = false;
    this.workspace.viewer.scrub(false);
  }

  /** The whole run of equal masks under the pointer becomes the range. */
  take(event) {
    const { x, y } = this.place(event);
    const object = this.timeline.objectAt(y);
    if (object) this.takeRun(object, this.timeline.scale.toFrame(x));
  }

  /** @returns {boolean} whether there is a run */
  takeRun(object, frame) {
    const segment = segmentAt(this.state.timeline.objects[object.id], frame);
    if (!segment) this.workspace.toast.warn(t`${object.name} has no mask here.`, t`Choose a lane and a frame where it has one.`);
    if (segment) this.workspace.store.set({ inPoint: segment[0], outPoint: segment[1] - 1, scopeAll: false });
    return segment !== null;
  }

  /** Keys that mean something else elsewhere; those of the frames are the page's own. */
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const keys = {
      ArrowUp: () => this.chooseLane(-1), ArrowDown: () => this.chooseLane(1), "+": () => this.zoom(ZOOM),
      "=": () => this.zoom(ZOOM), "-": () => this.zoom(1 / ZOOM), Enter: () => this.open(),
    };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  }

  chooseLane(step) {
    const { ids } = this.timeline.names.rows;
    const at = ids.indexOf(this.state.selected);
    if (ids.length) this.workspace.objects.select(ids[Math.max(0, Math.min(ids.length - 1, at + step))]);
  }

  /** To what can be done with the range; without one, with the run of the selected object at this frame. */
  open() {
    const { frameActions, objects } = this.workspace;
    const there = frameActions.range || (objects.selected && this.takeRun(objects.selected, this.state.frame));
    if (there) requestAnimationFrame(() => this.timeline.bar.focus());
  }

  /** By a key or a button: the frame that is shown stays in its place. @param {number} factor */
  zoom(factor) {
    const { scale } = this.timeline;
    const x = scale.toX(this.state.frame + 0.5);
    scale.zoomAt(factor, x >= 0 && x <= scale.width ? x : scale.width / 2);
    this.timeline.redraw();
  }

  wheel(event) {
    event.preventDefault();
    const { scale, names } = this.timeline;
    const sideways = event.deltaX || (event.shiftKey ? event.deltaY : 0);
    if (event.altKey) names.list.scrollTop += event.deltaY;
    else if (sideways) scale.pan((sideways / 400) * scale.span);
    else scale.zoomAt(Math.exp(-Math.max(-60, Math.min(60, event.deltaY)) * 0.006), this.place(event).x);
    this.timeline.redraw();
  }
}
