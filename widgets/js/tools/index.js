// The tools, in the order of the tool bar. A tool may have: begin(id of the tool before), when it is taken in the hand, down, move,
// up, click, double, leave, cancel, finish, back, wheel, paint(context, view), cursor, and `pans` where the left button moves
// the picture; modifier(event) hears of Shift and Ctrl; `grips` says whether a press is held, where not every one is. `putAway`
// is for those that keep what is begun when another tool is taken, as `cancel` gives it up.

import { t } from "../i18n.js";
import { chosenModel, finders } from "../models.js";
import { BoxTool } from "./box.js";
import { BrushTool } from "./brush.js";
import { CommentTool } from "./comment.js";
import { FindTool } from "./find.js";
import { LassoTool } from "./lasso.js";
import { OutlineTool } from "./outline.js";
import { PointTool } from "./point.js";
import { PolygonTool } from "./polygon.js";
import { ScribbleTool } from "./scribble.js";
import { SelectTool } from "./select.js";

/** `gives`: the kind of prompt that the chosen model must take, or the tool is hidden. `inMenu`: it stands there and not in the bar.
 * @typedef {{id: string, title: string, key: string, hint: string|((state: any) => string), make: (workspace: any) => any, gives?: string,
 *   offered?: (state: import("../types.js").State) => boolean, inMenu?: boolean}} ToolKind */

/** @param {import("../types.js").State} state */
function pointHint({ batch, swapped }) {
  const n = batch?.points.length;
  if (n) return t`${n} point gathered: let go of Ctrl to send it, Esc drops it.|${n} points gathered: let go of Ctrl to send them, Esc drops them.`;
  const buttons = swapped ? t`Click: not part of it; right click: part of it.` : t`Click: part of it; right click: not.`;
  return t`${buttons} Shift: see the mask before. Ctrl: gather points. Drag a point: move it.`;
}

/** @type {ToolKind[]} */
const TOOLS = [
  { id: "select", title: t`Select and move`, key: "v", hint: t`Click an object to select it; drag to move the picture.`,
    make: (workspace) => new SelectTool(workspace) },
  { id: "point", title: t`Points`, key: "p", gives: "point",
    hint: pointHint,
    make: (workspace) => new PointTool(workspace) },
  { id: "box", title: t`Box`, key: "r", gives: "box",
    hint: ({ eachBox }) => (eachBox ? t`Drag a box around each object: every box makes one.` : t`Drag a box around the object.`),
    make: (workspace) => new BoxTool(workspace) },
  { id: "scribble", title: t`Scribble`, key: "s", gives: "scribble",
    hint: ({ swapped }) => (swapped ? t`Draw over what is not part of the object; with the right button, over what is.`
      : t`Draw over the object; with the right button, over what is not part of it.`),
    make: (workspace) => new ScribbleTool(workspace) },
  { id: "brush", title: t`Brush`, key: "b", hint: t`Paint the mask; Ctrl paints it away. Shift+wheel: size.`,
    make: (workspace) => new BrushTool(workspace, true) },
  { id: "eraser", title: t`Eraser`, key: "e", hint: t`Paint the mask away; Ctrl paints it. Shift+wheel: size.`,
    make: (workspace) => new BrushTool(workspace, false) },
  { id: "polygon", title: t`Polygon`, key: "g",
    hint: t`Click vertices; Enter or a double click closes. Drag vertices and edges. Begin with Ctrl to cut away.`,
    make: (workspace) => new PolygonTool(workspace) },
  { id: "outline", title: t`Edit outline`, key: "shift+v", inMenu: true,
    hint: t`Drag vertices and edges; Alt click takes a vertex away. Enter: done. Esc: as it was.`,
    make: (workspace) => new OutlineTool(workspace) },
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

/** Whether the chosen model takes what a tool gives. @param {import("../types.js").State} state @param {ToolKind} kind */
export const suits = (state, { gives }) => !gives || chosenModel(state).prompts.includes(gives);
