// The tools, in the order of the tool bar. A tool may have: begin(id of the tool before), when it is taken in the hand, down, move,
// up, click, double, leave, cancel, finish, back, wheel, paint(context, view), cursor, and `pans` where the left button moves
// the picture.

import { t } from "../i18n.js";
import { finders } from "../models.js";
import { BoxTool } from "./box.js";
import { BrushTool } from "./brush.js";
import { CommentTool } from "./comment.js";
import { FindTool } from "./find.js";
import { LassoTool } from "./lasso.js";
import { PointTool } from "./point.js";
import { PolygonTool } from "./polygon.js";
import { SelectTool } from "./select.js";

/** @typedef {{id: string, title: string, key: string, hint: string, make: (workspace: any) => any,
 *   offered?: (state: import("../types.js").State) => boolean}} ToolKind */

/** @type {ToolKind[]} */
const TOOLS = [
  { id: "select", title: t`Select and move`, key: "v", hint: t`Click an object to select it; drag to move the picture.`,
    make: (workspace) => new SelectTool(workspace) },
  { id: "point", title: t`Points`, key: "p",
    hint: t`Click: part of the object. Right or Ctrl click: not part of it. Click a point to take it back.`,
    make: (workspace) => new PointTool(workspace) },
  { id: "box", title: t`Box`, key: "r", hint: t`Drag a box around the object.`,
    make: (workspace) => new BoxTool(workspace) },
  { id: "brush", title: t`Brush`, key: "b", hint: t`Paint the mask; Ctrl paints it away. Shift+wheel: size.`,
    make: (workspace) => new BrushTool(workspace, true) },
  { id: "eraser", title: t`Eraser`, key: "e", hint: t`Paint the mask away; Ctrl paints it. Shift+wheel: size.`,
    make: (workspace) => new BrushTool(workspace, false) },
  { id: "polygon", title: t`Polygon`, key: "g",
    hint: t`Click vertices; Enter or a double click closes. Begin with Ctrl to cut away.`,
    make: (workspace) => new PolygonTool(workspace) },
  { id: "lasso", title: t`Lasso`, key: "shift+g", hint: t`Draw around what belongs to the mask. Begin with Ctrl to cut away.`,
    make: (workspace) => new LassoTool(workspace) },
  { id: "find", title: t`Find objects; next candidate`, key: "i",
    hint: t`Click a candidate to accept it; right or Ctrl click rejects it.`, make: (workspace) => new FindTool(workspace),
    offered: (state) => finders(state).length > 0 },
  { id: "comment", title: t`Comment`, key: "q", hint: t`Click the place a comment is about.`,
    make: (workspace) => new CommentTool(workspace) },
];

/**
 * The tools there are, which depends on the models.
 * @param {import("../types.js").State} state @returns {ToolKind[]}
 */
export const toolsFor = (state) => TOOLS.filter(({ offered }) => !offered || offered(state));
