// Onion skin: the outlines of neighbouring frames over the picture. Earlier ones are dashed, later ones dotted; the further
// away, the fainter.

import { artOf } from "../canvas/art.js";
import { t } from "../i18n.js";

const MOST = 3; // frames on each side
const LINES = { "-1": { dash: [7, 4], cap: "butt" }, 1: { dash: [0, 4.5], cap: "round" } }; // CSS pixels

export class Onion {
  /** @param {import("../workspace.js").Workspace} workspace */
  constructor(workspace) {
    this.workspace = workspace;
    workspace.store.set({ onion: 0 });
    workspace.store.on(["onion", "shown"], () => this.fetch());
  }

  get state() {
    return this.workspace.store.state;
  }

  /** One frame on each side more, and after the most none. */
  more() {
    const onion = (this.state.onion + 1) % (MOST + 1);
    this.workspace.store.set({ onion });
    this.workspace.toast.say(onion ? t`Onion skin: ${onion} frame before (dashed) and after (dotted)|Onion skin: ${onion} frames before (dashed) and after (dotted)`
      : t`Onion skin is off`);
  }

  fetch() {
    const { onion, shown } = this.state;
    for (const frame of onion && shown >= 0 ? this.frames() : []) {
      this.workspace.masks.ensure(frame).then(() => this.workspace.stage.redraw("masks"), () => undefined); // seen without, else
    }
  }

  frames() {
    const { onion, shown, video } = this.state;
    const around = Array.from({ length: onion }, (_, n) => [shown + n + 1, shown - n - 1]).flat();
    return around.filter((frame) => frame >= 0 && frame < video.frame_count);
  }

  /**
   * Of the selected object, or of all that are not hidden.
   * @param {CanvasRenderingContext2D} context @param {import("../canvas/view.js").View} view
   */
  paint(context, view) {
    const { onion, shown, selected, objects, hidden } = this.state;
    if (!onion || shown < 0) return;
    const unit = 1 / view.scale;
    for (const frame of this.frames().reverse()) {
      const away = frame - shown;
      const { dash, cap } = LINES[Math.sign(away)];
      context.globalAlpha = 1 - (0.65 * (Math.abs(away) - 1)) / Math.max(1, onion - 1);
      context.lineCap = cap;
      context.setLineDash(dash.map((length) => length * unit));
      for (const { id, shape, entry } of this.workspace.masks.on(frame)) {
        if (!objects.has(id) || hidden.has(id) || (selected !== null && id !== selected)) continue;
        const { outline, colour } = artOf(entry, shape, objects.get(id).colour);
        for (const [width, ink] of [[3.5, "rgb(0 0 0 / 60%)"], [2, colour]]) {
          context.lineWidth = width * unit;
          context.strokeStyle = ink;
          context.stroke(outline);
        }
      }
    }
    context.setLineDash([]);
    context.lineCap = "butt";
    context.globalAlpha = 1;
  }
}
