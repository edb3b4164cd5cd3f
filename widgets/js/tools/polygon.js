// Polygon: adds its inside to the mask, or cuts it away when begun as a negative.

import { drawRings, strokeRing } from "./rings.js";

const REACH = 9; // CSS pixels from the first vertex that close the polygon

export class PolygonTool {
  /** @param {import("../workspace.js").Workspace} workspace */
  constructor(workspace) {
    this.workspace = workspace;
    this.cursor = "crosshair";
    /** @type {{x: number, y: number}[]} */
    this.vertices = [];
    this.to = { x: 0, y: 0 };
    this.frame = -1;
    this.negative = false;
  }

  /** @param {import("../canvas/stage.js").Press} press */
  down(press) {
    const { edits, stage } = this.workspace;
    if (this.vertices.length && this.frame !== press.frame) this.vertices = [];
    if (!this.vertices.length) {
      if (!edits.drawable(press.frame)) return;
      this.frame = press.frame;
      this.negative = press.negative;
    }
    const [first] = this.vertices;
    const away = first ? Math.hypot(first.x - press.x, first.y - press.y) * stage.view.scale : Infinity;
    if (this.vertices.length > 2 && away < REACH) this.finish();
    else this.vertices.push({ x: press.x, y: press.y });
    this.to = press;
    stage.redraw();
  }

  move({ x, y }) {
    if (!this.vertices.length) return;
    this.to = { x, y };
    this.workspace.stage.redraw();
  }

  double() {
    this.vertices.pop(); // the second press of a double click set a vertex on the last one
    this.finish();
  }

  /** Close it. */
  async finish() {
    const { vertices } = this;
    this.vertices = [];
    this.workspace.stage.redraw();
    await drawRings(this.workspace, this.frame, [vertices], this.negative);
  }

  back() {
    this.vertices.pop();
    this.workspace.stage.redraw();
  }

  cancel() {
    this.vertices = [];
  }

  /** @param {CanvasRenderingContext2D} context @param {import("../canvas/view.js").View} view */
  paint(context, view) {
    if (!this.vertices.length || this.frame !== this.workspace.store.state.shown) return;
    const [first] = this.vertices;
    strokeRing(context, view, [...this.vertices, this.to], { closed: false, negative: this.negative });
    context.fillStyle = "#ffffff";
    for (const { x, y } of this.vertices) {
      context.beginPath();
      context.arc(x, y, (x === first.x && y === first.y ? 5 : 3) / view.scale, 0, 2 * Math.PI);
      context.fill();
    }
  }
}
