// Edit outline: the mask that is there as rings of vertices. Enter stores it as one change by hand; Esc leaves it as it was.

import { ringsOf } from "../canvas/art.js";
import { HandEdit } from "./bitmap.js";
import { paintVertices, strokeRing } from "./rings.js";
import { simplified, Vertices } from "./vertices.js";

const ID = "outline";
const TOLERANCE = 1.5; // CSS pixels between the outline and the edges that stand for it

export class OutlineTool {
  /** @param {import("../workspace.js").Workspace} workspace */
  constructor(workspace) {
    this.workspace = workspace;
    this.cursor = "default";
    this.vertices = new Vertices([], true);
    /** @type {HandEdit|null} */
    this.edit = null;
    /** @type {import("./vertices.js").Spot|null} the vertex that is dragged */
    this.held = null;
    this.pressed = false;
    this.to = { x: -1, y: -1 };
    this.before = "point"; // the tool that comes back
    workspace.store.on(["frame", "selected"], ({ frame, selected }) => {
      if (this.edit && (this.edit.frame !== frame || this.edit.objectId !== selected)) this.finish();
    });
  }

  /** Taken in the hand. @param {string} tool the one before */
  begin(tool) {
    if (tool === ID) return;
    const { workspace } = this;
    const { shown } = workspace.store.state;
    const shape = workspace.maskActions.selectedShape(shown);
    this.before = tool === "find" ? "point" : tool; // taken again, that one would look for objects anew
    if (!shape) {
      workspace.useTool(this.before);
      return;
    }
    this.edit = new HandEdit(workspace, shown);
    this.edit.lift();
    this.vertices = new Vertices(ringsOf(shape).map((ring) => simplified(ring, TOLERANCE / workspace.stage.view.scale)), true);
    workspace.stage.element.focus({ preventScroll: true });
  }

  /** @param {import("../canvas/stage.js").Press} press */
  down(press) {
    this.pressed = true;
    const spot = this.vertices.under(press, this.workspace.stage.view.scale);
    if (!this.edit || !spot) return;
    this.vertices.remember();
    if (spot.on === "edge") this.held = this.vertices.insert(spot, press);
    else if (!press.alt) this.held = spot;
    else {
      this.vertices.remove(spot);
      this.rasterise();
    }
    this.to = press;
  }

  /** @param {import("../canvas/stage.js").Press} press @param {boolean} pressed */
  move(press, pressed) {
    if (!this.edit) return;
    if (pressed && this.held && !(press.x === this.to.x && press.y === this.to.y)) {
      this.vertices.move(this.held, press);
      this.rasterise();
    }
    this.to = press;
    this.workspace.stage.redraw();
  }

  up() {
    this.pressed = false;
    this.held = null;
  }

  /** Enter: store it. */
  finish() {
    this.putAway();
    if (this.workspace.store.state.tool === ID) this.workspace.useTool(this.before);
  }

  /** Another tool, frame or object: what was edited is kept. */
  putAway() {
    const { edit } = this;
    this.edit = null;
    this.held = null;
    if (!edit) return;
    const isThere = this.workspace.store.state.objects.has(edit.objectId);
    if (isThere && this.vertices.past.length) edit.send();
    else edit.drop();
  }

  /** Backspace: take back the last step. */
  back() {
    if (this.edit && this.vertices.back()) this.rasterise();
  }

  /** While a vertex is dragged that is taken back, else all of it. */
  cancel() {
    const wasPressed = this.pressed;
    this.up();
    if (wasPressed) {
      this.back();
      return;
    }
    this.edit?.drop();
    this.edit = null;
    if (this.workspace.store.state.tool === ID) this.workspace.useTool(this.before);
  }

  /** What is seen is what will be stored. */
  rasterise() {
    const { bitmap } = this.edit;
    bitmap.empty();
    bitmap.fill(this.vertices.outline, 1);
    this.workspace.stage.redraw();
  }

  /** @param {CanvasRenderingContext2D} context @param {import("../canvas/view.js").View} view */
  paint(context, view) {
    if (!this.edit || this.edit.frame !== this.workspace.store.state.shown) return;
    for (const ring of this.vertices.outline) strokeRing(context, view, ring, { closed: true });
    paintVertices(context, view, this.vertices, this.held ?? this.vertices.under(this.to, view.scale));
  }
}
