// Points: what is and what is not part of the object.

import { t } from "../i18n.js";

const REACH = 8; // CSS pixels from a point that count as on it

export class PointTool {
  /** @param {import("../workspace.js").Workspace} workspace */
  constructor(workspace) {
    this.workspace = workspace;
    this.cursor = "crosshair";
  }

  /** @param {import("../canvas/stage.js").Press} press */
  down(press) {
    const { stage, edits, objects, measure } = this.workspace;
    const { x, y, frame, negative, alt } = press;
    if (!stage.view.inside(x, y)) return;
    if (alt) {
      objects.select(stage.objectAt(press));
      return;
    }
    const given = this.promptAt(press);
    if (given) {
      edits.withdraw(given.object_id, frame, given.id);
      return;
    }
    if (negative && objects.selected === null) {
      this.workspace.toast.warn(t`A negative point needs an object.`, t`Select one, or click the object itself first.`);
      return;
    }
    measure.clicked(press.event);
    edits.prompt({ kind: "point", x, y, positive: !negative }, frame);
  }

  /** @param {import("../canvas/stage.js").Press} press */
  move(press) {
    this.cursor = this.promptAt(press) ? "not-allowed" : "crosshair";
    this.workspace.stage.showCursor();
  }

  /** A point of the selected object under the pointer. */
  promptAt({ x, y }) {
    const { store, stage } = this.workspace;
    const reach = REACH / stage.view.scale;
    return store.state.prompts.find(({ id, object_id: owner, data }) => id !== null && owner === store.state.selected
      && data.kind === "point" && Math.hypot(data.x - x, data.y - y) <= reach) || null;
  }
}
