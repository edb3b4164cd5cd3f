// The canvas itself: three layers, the pointer, the wheel. It turns pointer events into picture coordinates for the tool.

import { h } from "../dom.js";
import { t } from "../i18n.js";
import { covers } from "../rle.js";
import { Carry } from "./carry.js";
import { Crosshair } from "./crosshair.js";
import { Draft } from "./draft.js";
import { inked } from "./ink.js";
import { clear, paintDraft, paintHand, paintMasks, paintPicture } from "./painter.js";
import { Touch } from "./touch.js";
import { View } from "./view.js";

const RIGHT_OR_ERASER = 2 | 32; // bits of `buttons`; 32 is the other end of a pen
const CLICK_SLACK = 4; // CSS pixels a pointer may move and still have clicked
/** The layers from the top. What changes one leaves those above it to be drawn again as well, never those below. */
const LAYERS = ["hand", "masks", "picture"];

/**
 * What a tool is told. x, y: continuous picture pixels. `negative`: right button, or ctrl with the left one, which is what
 * tools that draw take away with. `positive`: what the button gives as a prompt; right buttons, and swapped left ones, do not.
 * @typedef {{x: number, y: number, screenX: number, screenY: number, frame: number, negative: boolean, positive: boolean,
 *   ctrl: boolean, shift: boolean, alt: boolean, event: PointerEvent}} Press
 */

export class Stage {
  /** @param {import("../workspace.js").Workspace} workspace */
  constructor(workspace) {
    this.workspace = workspace;
    const { video } = workspace.store.state;
    this.view = new View(video.width, video.height);
    this.layers = Object.fromEntries(LAYERS.map((name) => [name, h("canvas", { class: "tw-layer" })]));
    this.moving = h("div", { class: "tw-layers" }, this.layers.picture, this.layers.masks, this.layers.hand);
    this.carry = new Carry(this.moving, () => this.redraw("picture"));
    this.draft = new Draft(video.width, video.height);
    this.tip = h("div", { class: "tw-tip", hidden: true });
    this.element = h("div", {
      class: "tw-stage", tabindex: 0, role: "application", "aria-label": t`Picture of ${video.name} with its masks`,
      "aria-describedby": "tw-spoken",
    }, this.moving, this.tip);
    this.contexts = Object.fromEntries(LAYERS.map((name) => [name, inked(this.layers[name].getContext("2d"))]));
    /** @type {ImageBitmap|null} */
    this.bitmap = null;
    this.dirty = LAYERS.length; // how many layers, from the top, are out of date
    this.carried = false; // the view has moved, and its layers only need to be carried there
    this.masks = 0; // how many were painted
    this.sketched = false; // lightly, as frames were following each other
    this.asked = 0;
    /** @type {"idle"|"pan"|"tool"} */
    this.grip = "idle";
    this.panKey = false;
    this.travelled = 0;
    this.panned = false; // since the pan key went down
    this.last = { x: 0, y: 0 };
    this.touch = new Touch(this);
    this.crosshair = new Crosshair(this);
    this.listen();
  }

  listen() {
    const { store } = this.workspace;
    new ResizeObserver(() => this.resize()).observe(this.element);
    store.on(["objects", "selected", "hovered", "hidden", "opacity", "outlines", "masksVersion", "onion", "compare"],
      () => this.redraw("masks"));
    store.on(["prompts", "tool", "brush", "tip", "search", "batch", "found", "foundChosen",
      "foundHovered", "foundCategory", "foundScore"], () => this.redraw());
    store.on(["tool", "shown", "connection", "search"], () => this.showCursor());
    window.addEventListener("tl-theme", () => this.redraw("masks"));
    const on = (name, handler, options) => this.element.addEventListener(name, handler, options);
    on("pointerdown", (event) => this.down(event));
    on("pointermove", (event) => this.move(event));
    on("pointerup", (event) => this.up(event));
    on("pointercancel", () => { this.touch.forget(); this.cancel(); });
    on("pointerleave", () => this.leave());
    on("dblclick", (event) => this.workspace.tool.double?.(this.press(event)));
    on("contextmenu", (event) => event.preventDefault()); // the right button is the negative point
    on("wheel", (event) => this.wheel(event), { passive: false });
  }

  /** Put a picture up. @param {ImageBitmap} bitmap */
  show(bitmap) {
    this.bitmap = bitmap;
    this.redraw("picture");
  }

  /**
   * Draw again with the next frame of the screen.
   * @param {"hand"|"masks"|"picture"} [layer] what changed: the tool and the prompts, the masks, or where the picture lies
   */
  redraw(layer = "hand") {
    this.dirty = Math.max(this.dirty, LAYERS.indexOf(layer) + 1);
    if (!this.asked) this.asked = requestAnimationFrame(() => this.paint());
  }

  paint() {
    this.asked = 0;
    const moved = this.carried || this.dirty === LAYERS.length;
    if (this.carried && this.dirty < LAYERS.length && !this.carry.to(this.view)) this.dirty = LAYERS.length;
    this.carried = false;
    this.sketch();
    if (this.dirty === LAYERS.length) this.carry.painted(this.view);
    this.paintLayers(new Set(LAYERS.slice(0, this.dirty)));
    this.dirty = 0;
    if (moved) this.element.dispatchEvent(new Event("tl-view")); // what lies over the layers follows
    this.workspace.measure.painted();
  }

  /** Decide whether the masks are sketched. Then they are on the picture's layer, and neither is drawn without the other. */
  sketch() {
    const { viewer, compare, store } = this.workspace;
    const before = this.sketched;
    this.sketched = viewer.moving && !compare.masks && !store.state.onion;
    const shared = this.sketched && this.dirty > LAYERS.indexOf("masks");
    if (shared || this.sketched !== before) this.dirty = LAYERS.length;
  }

  /** Those that are carried are painted where they were before that. @param {Set<string>} stale */
  paintLayers(stale) {
    const { contexts, ratio, workspace, carry: { laid } } = this;
    const { state } = workspace.store;
    if (stale.has("picture")) this.paintPicture(laid);
    if (stale.has("masks")) this.paintMasks(laid);
    if (!stale.has("hand")) return;
    paintHand(contexts.hand, laid, ratio, { strokes: workspace.edits.open, state, tool: workspace.tool });
    workspace.searches.paint(contexts.hand, laid);
    this.crosshair.paint(contexts.hand, laid);
    for (const name of LAYERS) this.layers[name].style.visibility = contexts[name].hasInk ? "" : "hidden";
  }

  /** A small picture in motion is not worth a canvas as fine as the screen. @param {View} laid */
  paintPicture(laid) {
    const isSmall = this.sketched && this.bitmap?.width < laid.picture.width;
    const ratio = isSmall ? this.ratio / 2 : this.ratio;
    this.fit(this.layers.picture, ratio);
    paintPicture(this.contexts.picture, laid, ratio, this.bitmap);
  }

  /** Have a canvas so many pixels a CSS pixel. */
  fit(canvas, ratio) {
    const [width, height] = [this.view.size.width, this.view.size.height].map((size) => Math.round(size * ratio));
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  }

  /** @param {View} laid */
  paintMasks(laid) {
    const { contexts, ratio, draft, workspace: { masks, compare, onion, store: { state } } } = this;
    const known = state.shown < 0 ? [] : masks.known(state.shown);
    this.masks = known.length;
    if (this.sketched) {
      clear(contexts.masks);
      paintDraft(contexts.picture, { draft, known, state });
    } else {
      const found = state.shown < 0 ? [] : masks.on(state.shown);
      paintMasks(contexts.masks, laid, ratio, { masks: found, objects: state.objects, state, compare, onion });
    }
  }

  resize() {
    const { clientWidth: width, clientHeight: height } = this.element;
    if (!width || !height) return;
    this.ratio = window.devicePixelRatio || 1;
    this.view.resize(width, height);
    for (const layer of Object.values(this.layers)) this.fit(layer, this.ratio);
    this.dirty = LAYERS.length;
    this.paint(); // at once: a resized canvas is empty and would flash
  }

  /** Change the view and draw. @param {(view: View) => void} change */
  look(change) {
    change(this.view);
    this.redraw("picture");
  }

  /** Change the view by one of the many small moves of a hand. @param {(view: View) => void} change */
  drift(change) {
    change(this.view);
    if (this.workspace.compare.masks) return this.redraw("picture"); // what divides the masks stays where it is
    this.carried = true;
    if (!this.asked) this.asked = requestAnimationFrame(() => this.paint());
  }

  /** @param {PointerEvent|MouseEvent} event @returns {Press} */
  press(event) {
    const box = this.element.getBoundingClientRect();
    const screenX = event.clientX - box.left;
    const screenY = event.clientY - box.top;
    const { x, y } = this.view.toPicture(screenX, screenY);
    const { shown: frame, swapped } = this.workspace.store.state;
    const right = event.button === 2 || (event.buttons & RIGHT_OR_ERASER) > 0;
    const ctrl = event.ctrlKey || event.metaKey;
    return {
      x, y, screenX, screenY, frame, negative: right || ctrl, positive: right === swapped,
      ctrl, shift: event.shiftKey, alt: event.altKey, event: /** @type {PointerEvent} */ (event),
    };
  }

  /**
   * A move with all places on its way, where the browser kept them: what is drawn by hand is as round as the hand drew it.
   * @param {Press} press of the move @returns {Press[]}
   */
  presses(press) {
    const between = press.event.getCoalescedEvents?.() || [];
    return between.length ? between.map((event) => this.press(event)) : [press];
  }

  down(event) {
    this.element.focus({ preventScroll: true });
    this.crosshair.leave();
    if (!this.touch.down(event)) this.begin(event, false);
  }

  /** @param {PointerEvent} event @param {boolean} pans whatever the tool is */
  begin(event, pans) {
    if (this.grip !== "idle" || this.workspace.store.state.shown < 0) return;
    this.element.setPointerCapture(event.pointerId);
    this.last = { x: event.clientX, y: event.clientY };
    this.travelled = 0;
    if (event.button === 1 || pans || this.panKey || this.workspace.tool.pans) {
      event.preventDefault();
      this.grip = "pan";
    } else {
      this.grip = "tool";
      this.workspace.tool.down?.(this.press(event));
    }
    this.showCursor();
  }

  move(event) {
    if (this.touch.move(event)) return;
    if (this.grip === "pan") {
      const [dx, dy] = [event.clientX - this.last.x, event.clientY - this.last.y];
      this.travelled += Math.hypot(dx, dy);
      this.last = { x: event.clientX, y: event.clientY };
      if (this.travelled > CLICK_SLACK) {
        this.panned = true;
        this.drift((view) => view.pan(dx, dy));
      }
      return;
    }
    const press = this.press(event);
    this.hover(press);
    this.workspace.tool.move?.(press, this.grip === "tool");
  }

  up(event) {
    if (this.touch.up(event)) return;
    const grip = this.grip;
    this.grip = "idle";
    if (grip === "tool") this.workspace.tool.up?.(this.press(event));
    else if (grip === "pan" && this.travelled <= CLICK_SLACK) this.workspace.tool.click?.(this.press(event));
    this.showCursor();
  }

  cancel() {
    this.grip = "idle";
    this.crosshair.leave();
    this.workspace.tool.cancel?.();
    this.redraw();
  }

  leave() {
    this.workspace.store.set({ hovered: null });
    this.tip.hidden = true;
    this.workspace.tool.leave?.();
  }

  wheel(event) {
    event.preventDefault();
    const press = this.press(event);
    const delta = event.deltaY || event.deltaX; // with alt or shift some systems turn the wheel sideways
    if ((event.altKey || event.shiftKey) && this.workspace.tool.wheel) this.workspace.tool.wheel(Math.sign(delta));
    else {
      const factor = Math.exp(-Math.max(-60, Math.min(60, delta)) * 0.004);
      this.drift((view) => view.zoom(factor, press.screenX, press.screenY));
    }
  }

  /** Space held: the pointer moves the picture. @param {boolean} held */
  holdPan(held) {
    this.panKey = held;
    this.panned = false;
    this.showCursor();
  }

  /**
   * Which object is under the pointer: the smallest one, as the larger can be reached beside it.
   * @param {Press} press
   */
  objectAt({ x, y, frame }) {
    const { hidden, objects } = this.workspace.store.state;
    const hits = this.workspace.masks.on(frame)
      .filter(({ id, shape }) => objects.has(id) && !hidden.has(id) && covers(shape, x, y));
    return hits.sort((a, b) => a.shape.area - b.shape.area)[0]?.id ?? null;
  }

  hover(press) {
    const id = this.grip === "idle" ? this.objectAt(press) : null;
    this.workspace.store.set({ hovered: id });
    const object = id !== null && this.workspace.store.state.objects.get(id);
    this.tip.hidden = !object;
    if (!object) return;
    this.tip.textContent = object.name;
    this.tip.style.transform = `translate(${press.screenX + 14}px, ${press.screenY + 16}px)`;
  }

  showCursor() {
    const { tool } = this.workspace;
    this.element.style.cursor = this.grip === "pan" ? "grabbing" : this.panKey ? "grab" : tool?.cursor || "default";
  }
}
