// Polygon: adds its inside to the mask, or cuts it away when begun as a negative. Until it is closed its vertices can be moved.

import { drawRings, paintVertices, strokeRing } from "./rings.js";
import { Vertices } from "./vertices.js";

export class PolygonTool {
  /** @param {import("../workspace.js").Workspace} workspace */
  constructor(workspace) {
    this.workspace = workspace;
    this.cursor = "crosshair";
    this.vertices = new Vertices([[]], false);
    /** @type {import("./vertices.js").Spot|null} the vertex that is dragged */
    this.held = null;
    this.closes = false; // pressed on the first vertex: let go there, it closes
    this.to = { x: 0, y: 0 };
    this.frame = -1;
    this.negative = false;
  }

  get ring() {
    return this.vertices.rings[0];
  }

  /** @param {import("../canvas/stage.js").Press} press */
  down(press) {
    const { edits, stage } = this.workspace;
    if (this.ring.length && this.frame !== press.frame) this.clear();
    if (!this.ring.length) {
      if (!edits.drawable(press.frame)) return;
      this.frame = press.frame;
      this.negative = press.negative;
    }
    const spot = this.vertices.under(press, stage.view.scale);
    this.vertices.remember();
    this.closes = spot?.on === "vertex" && spot.at === 0 && this.ring.length > 2 && !press.alt;
    if (spot?.on === "vertex" && press.alt) this.vertices.remove(spot);
    else if (spot?.on === "vertex") this.held = spot;
    else if (spot) this.held = this.vertices.insert(spot, press);
    else this.held = { ring: 0, at: this.ring.push({ x: press.x, y: press.y, after: [] }) - 1, on: "vertex" };
    this.to = press;
    stage.redraw();
  }

  /** @param {import("../canvas/stage.js").Press} press @param {boolean} pressed */
  move(press, pressed) {
    if (!this.ring.length) return;
    const { stage } = this.workspace;
    if (pressed && this.held && !(press.x === this.to.x && press.y === this.to.y)) {
      this.vertices.move(this.held, press);
      this.closes = false;
    }
    this.to = press;
    stage.redraw();
  }

  up() {
    this.held = null;
    if (this.closes) this.finish();
  }

  double() {
    this.finish();
  }

  /** Close it. */
  async finish() {
    const { outline } = this.vertices;
    this.clear();
    await drawRings(this.workspace, this.frame, outline, this.negative);
  }

  /** Backspace: the last vertex. */
  back() {
    this.ring.pop();
    this.workspace.stage.redraw();
  }

  /** While a vertex is dragged that is taken back, else the polygon given up. */
  cancel() {
    if (!this.held) return this.clear();
    this.held = null;
    this.closes = false;
    return this.vertices.back();
  }

  clear() {
    this.vertices = new Vertices([[]], false);
    this.held = null;
    this.closes = false;
    this.workspace.stage.redraw();
  }

  /** @param {CanvasRenderingContext2D} context @param {import("../canvas/view.js").View} view */
  paint(context, view) {
    if (!this.ring.length || this.frame !== this.workspace.store.state.shown) return;
    const spot = this.held ?? this.vertices.under(this.to, view.scale);
    const line = spot ? this.ring : [...this.ring, this.to];
    strokeRing(context, view, line, { closed: false, negative: this.negative });
    paintVertices(context, view, this.vertices, spot);
  }
}
