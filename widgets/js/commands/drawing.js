// What a person can do with the brush, and to a mask that is there already.

import { t } from "../i18n.js";
import { BRUSH } from "../tools/brush.js";

/** @typedef {import("../shortcuts.js").Command} Command */

/** @param {import("../workspace.js").Workspace} workspace @returns {Command[]} */
export function drawingCommands(workspace) {
  const { store } = workspace;
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
