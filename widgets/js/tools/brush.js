// Brush and eraser: the same hand, the other value.

import { t } from "../i18n.js";
import { HandEdit } from "./bitmap.js";

/** Diameters in picture pixels. */
export const BRUSH = { least: 1, most: 400 };

export class BrushTool {
  /** @param {import("../workspace.js").Workspace} workspace @param {boolean} adds */
  constructor(workspace, adds) {
    this.workspace = workspace;
    this.adds = adds;
    this.cursor = "none"; // the ring shows where it is
    /** @type {HandEdit|null} */
    this.edit = null;
    /** @type {{x: number, y: number}|null} where the pointer is */
    this.at = null;
  }

  get radius() {
    return this.workspace.store.state.brush / 2;
  }

  /** @param {import("../canvas/stage.js").Press} press */
  down(press) {
    const { edits, objects, toast } = this.workspace;
    if (!edits.drawable(press.frame)) return;
    this.value = this.adds !== press.negative ? 1 : 0;
    if (!this.value && !objects.selected) {
      toast.warn(t`There is nothing to erase from.`, t`Select an object first.`);
      return;
    }
    this.edit = new HandEdit(this.workspace, press.frame);
    this.edit.lift();
    this.at = press;
    this.draw(press);
  }

  /** @param {import("../canvas/stage.js").Press} press */
  move(press) {
    if (this.edit) for (const each of this.workspace.stage.presses(press)) this.draw(each);
    this.at = press;
    this.workspace.stage.redraw();
  }

  draw(press) {
    const { stage, store } = this.workspace;
    const radius = this.radius * pressureOf(press.event);
    this.edit.bitmap.stroke(this.at, press, { radius, tip: store.state.tip, value: this.value });
    this.at = press;
    stage.redraw();
  }

  async up() {
    const { edit } = this;
    if (!edit) return;
    this.edit = null;
    await edit.send();
  }

  cancel() {
    this.edit?.drop();
    this.edit = null;
  }

  leave() {
    if (this.edit) return;
    this.at = null;
    this.workspace.stage.redraw();
  }

  /** @param {number} direction of the wheel */
  wheel(direction) {
    this.workspace.commands.get(direction < 0 ? "brush.larger" : "brush.smaller").run();
  }

  /** @param {CanvasRenderingContext2D} context @param {import("../canvas/view.js").View} view */
  paint(context, view) {
    if (!this.at) return;
    const { x, y } = this.at;
    const radius = Math.max(this.radius, 0.5);
    context.beginPath();
    if (this.workspace.store.state.tip === "square") context.rect(x - radius, y - radius, 2 * radius, 2 * radius);
    else context.arc(x, y, radius, 0, 2 * Math.PI);
    for (const [width, colour] of [[3, "rgb(0 0 0 / 60%)"], [1.25, this.adds ? "#ffffff" : "#ffb4b4"]]) {
      context.lineWidth = width / view.scale;
      context.strokeStyle = colour;
      context.stroke();
    }
    if (!this.adds) cross(context, view, this.at); // said without colour as well
  }
}

/** The share of the brush's size that a pen asks for. A pen without pressure says one half, which is all of it. */
const pressureOf = ({ pointerType, pressure }) => (pointerType === "pen" ? Math.min(1, 2 * pressure) : 1);

function cross(context, view, { x, y }) {
  const arm = 4 / view.scale;
  context.beginPath();
  context.moveTo(x - arm, y);
  context.lineTo(x + arm, y);
  for (const [width, colour] of [[3, "rgb(0 0 0 / 60%)"], [1.25, "#ffb4b4"]]) {
    context.lineWidth = width / view.scale;
    context.strokeStyle = colour;
    context.stroke();
  }
}
