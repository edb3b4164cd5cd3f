// Box: drag from one corner of the object to the opposite one. It is for the selected object, or each for one of its own.

const SMALLEST = 3; // CSS pixels: less is a slip of the hand

export class BoxTool {
  /** @param {import("../workspace.js").Workspace} workspace */
  constructor(workspace) {
    this.workspace = workspace;
    this.cursor = "crosshair";
    /** @type {{x: number, y: number}|null} */
    this.from = null;
    this.to = { x: 0, y: 0 };
  }

  down({ x, y }) {
    this.from = this.to = { x, y };
  }

  move({ x, y }) {
    if (!this.from) return;
    this.to = { x, y };
    this.workspace.stage.redraw();
  }

  /** @param {import("../canvas/stage.js").Press} press */
  up(press) {
    if (!this.from) return;
    const { stage, edits, measure, objects, store } = this.workspace;
    const { width, height } = stage.view.picture;
    const clip = (value, limit) => Math.max(0, Math.min(limit, value));
    const [x0, x1] = [this.from.x, press.x].sort((a, b) => a - b).map((x) => clip(x, width));
    const [y0, y1] = [this.from.y, press.y].sort((a, b) => a - b).map((y) => clip(y, height));
    this.cancel();
    if (Math.min(x1 - x0, y1 - y0) * stage.view.scale < SMALLEST || Math.min(x1 - x0, y1 - y0) < 1) return;
    measure.clicked(press.event);
    if (store.state.eachBox) objects.next();
    edits.prompt([{ kind: "box", x0, y0, x1, y1 }], press.frame);
  }

  cancel() {
    this.from = null;
    this.workspace.stage.redraw();
  }

  /** @param {CanvasRenderingContext2D} context @param {import("../canvas/view.js").View} view */
  paint(context, view) {
    if (!this.from) return;
    const box = [this.from.x, this.from.y, this.to.x - this.from.x, this.to.y - this.from.y];
    context.lineWidth = 1.5 / view.scale;
    context.strokeStyle = "rgb(0 0 0 / 70%)";
    context.strokeRect(...box);
    context.setLineDash([6 / view.scale, 4 / view.scale]);
    context.strokeStyle = "#ffffff";
    context.strokeRect(...box);
    context.setLineDash([]);
  }
}
