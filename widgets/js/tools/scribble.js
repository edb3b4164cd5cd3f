// Scribble: a stroke over what is part of the object, or over what is not.

import { paintScribble } from "../canvas/prompts.js";

const WIDTH = 5; // CSS pixels
const WIDEST = 50; // picture pixels, however far it is zoomed out
const STEP = 2; // CSS pixels between places that are kept
const MOST = 5000; // places in one stroke, which is what the server takes

export class ScribbleTool {
  /** @param {import("../workspace.js").Workspace} workspace */
  constructor(workspace) {
    this.workspace = workspace;
    this.cursor = "crosshair";
    /** The stroke in the hand, and its frame. @type {{frame: number, data: any}|null} */
    this.stroke = null;
  }

  /** @param {import("../canvas/stage.js").Press} press */
  down({ x, y, frame, positive }) {
    const { stage } = this.workspace;
    if (!stage.view.inside(x, y)) return;
    const width = Math.max(1, Math.min(WIDEST, WIDTH / stage.view.scale));
    this.stroke = { frame, data: { kind: "scribble", points: [[x, y]], width, positive } };
    stage.redraw();
  }

  /** @param {import("../canvas/stage.js").Press} press */
  move(press) {
    if (!this.stroke) return;
    const { stage } = this.workspace;
    for (const event of press.event.getCoalescedEvents?.() || []) this.extend(stage.press(event));
    this.extend(press);
    stage.redraw();
  }

  extend({ x, y }) {
    const { points } = this.stroke.data;
    const [lastX, lastY] = points[points.length - 1];
    const far = Math.hypot(x - lastX, y - lastY) * this.workspace.stage.view.scale >= STEP;
    if (far && points.length < MOST) points.push([x, y]);
  }

  /** @param {import("../canvas/stage.js").Press} press */
  up(press) {
    const { stroke } = this;
    if (!stroke) return;
    this.cancel();
    this.workspace.measure.clicked(press.event);
    this.workspace.edits.prompt([stroke.data], stroke.frame);
  }

  cancel() {
    this.stroke = null;
    this.workspace.stage.redraw();
  }

  /** @param {CanvasRenderingContext2D} context @param {import("../canvas/view.js").View} view */
  paint(context, view) {
    if (this.stroke?.frame === this.workspace.store.state.shown) paintScribble(context, view, this.stroke.data);
  }
}
