// Lasso: draw around what belongs to the mask, or cut it away when begun as a negative.

import { drawRings, strokeRing } from "./rings.js";

const STEP = 1.5; // CSS pixels between the vertices that are kept

export class LassoTool {
  /** @param {import("../workspace.js").Workspace} workspace */
  constructor(workspace) {
    this.workspace = workspace;
    this.cursor = "crosshair";
    /** @type {{x: number, y: number}[]} */
    this.ring = [];
    this.frame = -1;
    this.negative = false;
  }

  /** @param {import("../canvas/stage.js").Press} press */
  down(press) {
    if (!this.workspace.edits.drawable(press.frame)) return;
    this.frame = press.frame;
    this.negative = press.negative;
    this.ring = [{ x: press.x, y: press.y }];
  }

  /** @param {import("../canvas/stage.js").Press} press */
  move(press) {
    if (!this.ring.length) return;
    const { stage } = this.workspace;
    for (const { x, y } of stage.presses(press)) {
      const last = this.ring[this.ring.length - 1];
      if (Math.hypot(x - last.x, y - last.y) * stage.view.scale >= STEP) this.ring.push({ x, y });
    }
    stage.redraw();
  }

  async up() {
    const { ring } = this;
    this.cancel();
    await drawRings(this.workspace, this.frame, [ring], this.negative);
  }

  cancel() {
    this.ring = [];
    this.workspace.stage.redraw();
  }

  /** @param {CanvasRenderingContext2D} context @param {import("../canvas/view.js").View} view */
  paint(context, view) {
    if (this.ring.length) strokeRing(context, view, this.ring, { closed: true, negative: this.negative });
  }
}
