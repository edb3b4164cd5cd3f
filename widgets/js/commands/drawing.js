// What a person can do with the brush, and to a mask that is there already.

import { t } from "../i18n.js";
import { BRUSH } from "../tools/brush.js";

/** @typedef {import("../shortcuts.js").Command} Command */

/** @param {import("../workspace.js").Workspace} workspace @returns {Command[]} */
export const drawingCommands = (workspace) => [
  ...brushCommands(workspace), ...mendCommands(workspace), ...wholeMaskCommands(workspace),
];

function brushCommands({ store }) {
  const group = t`Tools`;
  const scale = (factor) => () => {
    const wanted = Math.round(store.state.brush * factor + Math.sign(factor - 1)); // by one pixel at the least
    store.set({ brush: Math.max(BRUSH.least, Math.min(BRUSH.most, wanted)) });
  };
  return [
    { id: "brush.smaller", title: t`Smaller brush`, group, keys: ["-"], run: scale(0.8) },
    { id: "brush.larger", title: t`Larger brush`, group, keys: ["=", "+"], run: scale(1.25) },
    { id: "brush.round", title: t`Round tip`, group, keys: [], icon: "round", run: () => store.set({ tip: "round" }) },
    { id: "brush.square", title: t`Square tip`, group, keys: [], icon: "square", run: () => store.set({ tip: "square" }) },
  ];
}

/** Each for the shown frame, and for the range. */
function mendCommands({ maskActions, frameActions, objects, store }) {
  const group = t`Masks`;
  const both = (id, operation, title, keys) => [
    { id: `mask.${id}`, title, group, keys, run: () => maskActions.mend(operation), enabled: () => objects.selected !== null },
    { id: `mask.${id}Range`, title: t`${title}, whole range`, group, keys: [], run: () => maskActions.mendRange(operation),
      enabled: () => frameActions.range !== null && store.state.mending === null },
  ];
  return [
    ...both("fillHoles", "fill holes", t`Fill holes`, ["shift+h"]),
    ...both("removeSpecks", "remove specks", t`Remove specks`, ["shift+j"]),
    ...both("smooth", "smooth", t`Smooth`, ["shift+m"]),
    ...both("grow", "grow", t`Grow by a pixel`, ["shift+ArrowUp"]),
    ...both("shrink", "shrink", t`Shrink by a pixel`, ["shift+ArrowDown"]),
    ...both("keepLargest", "keep largest", t`Keep the largest part`, []),
    { id: "mask.cancelMending", title: t`Cancel: change no mask`, group, keys: [], icon: "close",
      run: () => maskActions.cancelMending(), enabled: () => store.state.mending !== null },
  ];
}

function wholeMaskCommands({ maskActions, objects }) {
  const enabled = () => objects.selected !== null;
  const group = t`Masks`;
  return [
    { id: "mask.copyNext", title: t`Copy to the next frame`, group, keys: ["ctrl+b"], run: () => maskActions.copy(1), enabled },
    { id: "mask.copyPrevious", title: t`Copy to the previous frame`, group, keys: [], run: () => maskActions.copy(-1), enabled },
    { id: "mask.cutOthers", title: t`Remove pixels under this object`, group, keys: ["shift+e"],
      run: () => maskActions.cutOthers(), enabled },
    { id: "mask.giveUp", title: t`Remove its pixels on other objects`, group, keys: [], run: () => maskActions.giveUp(), enabled },
  ];
}
