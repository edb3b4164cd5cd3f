// The mask that a click would make, seen before it: asked for again and again while the pointer moves, one request at a time.

import { request } from "../api.js";
import { outlineOf, tinted } from "../canvas/art.js";
import { paintPoint } from "../canvas/prompts.js";
import { chosenModel } from "../models.js";
import { shapeOf } from "../rle.js";

const AGAIN = 60; // ms after which a model that was at work for somebody else is asked again

export class Preview {
  /** @param {import("../workspace.js").Workspace} workspace */
  constructor(workspace) {
    this.workspace = workspace;
    /** The newest wish. @type {{frame: number, object_id: number|null, prompts: any[], model: string}|null} */
    this.wanted = null;
    /** @type {AbortController|null} while requests are made */
    this.controller = null;
    /** @type {{frame: number, point: any, shape: import("../rle.js").Shape, outline: Path2D, fill: OffscreenCanvas|null}|null} */
    this.seen = null;
  }

  /**
   * What would these make? The last of them is at the pointer. Where nothing may be changed now, nothing is shown.
   * @param {any[]} prompts @param {number} frame
   */
  ask(prompts, frame) {
    const { edits, store } = this.workspace;
    const { selected, model } = store.state;
    if (edits.refusal(selected) || !chosenModel(store.state).ready) return;
    this.wanted = { frame, object_id: selected, prompts, model };
    if (!this.controller) this.work();
  }

  async work() {
    this.controller = new AbortController();
    const { signal } = this.controller;
    while (this.wanted && !signal.aborted) {
      const body = this.wanted;
      this.wanted = null;
      await this.look(body, signal);
    }
    if (!signal.aborted) this.controller = null;
  }

  async look(body, signal) {
    const { store, toast, stage } = this.workspace;
    try {
      const { rle } = await request("POST", `api/videos/${store.state.video.id}/preview`, body, { signal });
      if (signal.aborted) return;
      const shape = shapeOf(rle);
      this.seen = { frame: body.frame, point: body.prompts.at(-1), shape, outline: outlineOf(shape),
        fill: shape.area ? tinted(shape, "#ffffff") : null };
      stage.redraw();
    } catch (error) {
      if (signal.aborted) return;
      if (error.code === "model_busy") {
        this.wanted ??= body;
        await new Promise((go) => setTimeout(go, AGAIN));
      } else {
        this.stop();
        toast.error(error);
      }
    }
  }

  /** Nobody wants to see it any more: a click comes, or the pointer left. */
  stop() {
    this.controller?.abort();
    this.controller = this.wanted = null;
    if (!this.seen) return;
    this.seen = null;
    this.workspace.stage.redraw();
  }

  /**
   * Long dashes of black on white and a pale fill: no mask that is stored looks like it.
   * @param {CanvasRenderingContext2D} context @param {import("../canvas/view.js").View} view
   */
  paint(context, view) {
    if (this.seen?.frame !== this.workspace.store.state.shown) return;
    const { shape, outline, fill, point } = this.seen;
    context.save();
    if (fill) {
      context.globalAlpha = 0.3;
      context.drawImage(fill, shape.x, shape.y);
      context.globalAlpha = 1;
      for (const [width, colour, dash] of [[3.5, "#ffffff", []], [1.75, "#000000", [9, 6]]]) {
        context.lineWidth = width / view.scale;
        context.setLineDash(dash.map((length) => length / view.scale));
        context.strokeStyle = colour;
        context.stroke(outline);
      }
    }
    context.restore();
    paintPoint(context, view, point, { pending: true });
  }
}
