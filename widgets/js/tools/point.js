// Points: what is and what is not part of the object. One that was given can be moved or taken back; with Ctrl several are
// gathered and sent together; with Shift the mask that a click would make is seen before it.

import { paintHandle, paintPoint } from "../canvas/prompts.js";
import { Preview } from "./preview.js";

const REACH = 8; // CSS pixels from a point that count as on it
const SLACK = 4; // CSS pixels that the hand may tremble without moving a point

/** @typedef {import("../canvas/stage.js").Press} Press */

export class PointTool {
  /** @param {import("../workspace.js").Workspace} workspace */
  constructor(workspace) {
    this.workspace = workspace;
    this.cursor = "crosshair";
    this.preview = new Preview(workspace);
    /** Where the pointer is on the picture. @type {Press|null} */
    this.last = null;
    /** A given point in the hand. @type {{prompt: any, from: Press, to: Press, moved: boolean}|null} */
    this.taken = null;
    this.held = false; // a button, with Shift: the point is given where it is let go
    workspace.store.on(["shown", "selected", "model"], () => this.preview.stop());
  }

  /** @returns {{frame: number, points: any[]}|null} */
  get batch() {
    return this.workspace.store.state.batch;
  }

  /** Whether the button that is down goes on with something: by keys, a press that does not needs no second one. */
  get grips() {
    return this.taken !== null || this.held;
  }

  /** @param {Press} press */
  down(press) {
    const { stage, objects } = this.workspace;
    if (!stage.view.inside(press.x, press.y)) return;
    const prompt = this.promptAt(press);
    if (press.alt) objects.select(stage.objectAt(press));
    else if (press.ctrl) this.gather(press);
    else if (prompt) this.taken = { prompt, from: press, to: press, moved: false };
    else if (press.shift) this.hold(press);
    else this.give(press);
  }

  /** @param {Press} press */
  move(press) {
    const { stage } = this.workspace;
    this.last = stage.view.inside(press.x, press.y) ? press : null;
    if (this.taken) this.drag(press);
    else if (press.shift) this.look(press);
    else this.preview.stop();
    const over = this.taken?.prompt ?? this.promptAt(press);
    if (over !== this.over) stage.redraw();
    this.over = over;
    this.cursor = this.taken?.moved ? "grabbing" : over ? "grab" : "crosshair";
    stage.showCursor();
  }

  /** @param {Press} press */
  up(press) {
    const { taken, held } = this;
    this.taken = null;
    this.held = false;
    if (taken) this.letGo(taken, press);
    else if (held && this.workspace.stage.view.inside(press.x, press.y)) this.give(press);
  }

  leave() {
    this.last = this.over = null;
    this.preview.stop();
  }

  cancel() {
    this.taken = this.over = null;
    this.held = false;
    this.preview.stop();
    this.workspace.store.set({ batch: null });
  }

  /** Shift or Ctrl was pressed or let go. @param {KeyboardEvent} event */
  modifier({ type, key }) {
    const { shown: frame } = this.workspace.store.state;
    if (key === "Shift" && type === "keydown" && this.last) this.look({ ...this.last, frame });
    else if (key === "Shift") this.preview.stop();
    else if (type === "keyup") this.finish();
  }

  /** Send what was gathered. */
  finish() {
    const { batch } = this;
    this.workspace.store.set({ batch: null });
    if (batch?.points.length) this.workspace.edits.prompt(batch.points, batch.frame);
  }

  /** A point at once, with what was gathered before. @param {Press} press */
  give(press) {
    this.preview.stop();
    this.workspace.measure.clicked(press.event);
    this.workspace.edits.prompt(this.withGathered(press), press.frame);
    this.workspace.store.set({ batch: null });
  }

  /** One more to send together, or one of them less. @param {Press} press */
  gather(press) {
    if (this.batch && this.batch.frame !== press.frame) this.finish();
    const points = this.batch?.points || [];
    const there = points.find((one) => this.near(one, press));
    const left = there ? points.filter((one) => one !== there) : this.withGathered(press);
    this.workspace.store.set({ batch: { frame: press.frame, points: left } });
  }

  /** @param {Press} press @returns {any[]} */
  withGathered({ x, y, positive, frame }) {
    const gathered = this.batch?.frame === frame ? this.batch.points : [];
    return [...gathered, { kind: "point", x, y, positive }];
  }

  hold(press) {
    this.held = true;
    this.look(press);
  }

  /** @param {Press} press */
  look(press) {
    const { stage } = this.workspace;
    if (stage.view.inside(press.x, press.y) && !this.promptAt(press)) {
      this.preview.ask(this.withGathered(press), press.frame);
    } else this.preview.stop();
  }

  drag(press) {
    const { from } = this.taken;
    const away = Math.hypot(press.screenX - from.screenX, press.screenY - from.screenY);
    this.taken.moved ||= away > SLACK;
    this.taken.to = press;
    this.workspace.stage.redraw();
  }

  /** A click on a point takes it back; dragged off the picture it stays where it was. */
  letGo({ prompt, moved }, { x, y, frame }) {
    const { edits, stage } = this.workspace;
    stage.redraw();
    if (!moved) edits.withdraw(prompt.object_id, frame, prompt.id);
    else if (stage.view.inside(x, y)) edits.movePrompt(prompt, { ...prompt.data, x, y });
  }

  near(point, { x, y }) {
    return Math.hypot(point.x - x, point.y - y) <= REACH / this.workspace.stage.view.scale;
  }

  /** A point of the selected object under the pointer. @param {Press} press */
  promptAt(press) {
    const { prompts, selected } = this.workspace.store.state;
    return prompts.find(({ id, object_id: owner, data }) => id !== null && owner === selected && data.kind === "point"
      && this.near(data, press)) || null;
  }

  /** @param {CanvasRenderingContext2D} context @param {import("../canvas/view.js").View} view */
  paint(context, view) {
    this.preview.paint(context, view);
    const { taken, over, batch } = this;
    if (over && !taken?.moved && this.workspace.store.state.prompts.includes(over)) paintHandle(context, view, over.data);
    if (taken?.moved) {
      paintHandle(context, view, taken.to);
      paintPoint(context, view, { ...taken.prompt.data, x: taken.to.x, y: taken.to.y }, { pending: true });
    }
    if (batch?.frame !== this.workspace.store.state.shown) return;
    batch.points.forEach((point, n) => paintPoint(context, view, point, { pending: true, number: n + 1 }));
  }
}
