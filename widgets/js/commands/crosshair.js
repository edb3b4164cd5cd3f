// The crosshair by keys: Alt with the arrows, Shift for small steps; presses as the left and the right button do.

import { t } from "../i18n.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** @param {import("../workspace.js").Workspace} workspace @returns {import("../shortcuts.js").Command[]} */
export function crosshairCommands({ stage }) {
  const group = t`Crosshair`;
  const steps = Object.entries(ARROWS).map(([key, [dx, dy]], n) => ({
    id: `crosshair.${key}`, title: n ? "" : t`Move the crosshair`, group, keys: [`alt+${key}`], fixed: true, hidden: n > 0,
    run: () => stage.crosshair.move(dx, dy),
  }));
  const small = Object.entries(ARROWS).map(([key, [dx, dy]], n) => ({
    id: `crosshair.small.${key}`, title: n ? "" : t`Move it a little`, group, keys: [`alt+shift+${key}`], fixed: true,
    hidden: n > 0, run: () => stage.crosshair.move(dx, dy, true),
  }));
  return [
    ...steps, ...small,
    { id: "crosshair.press", title: t`Press there, or let go`, group, keys: ["alt+Enter"], run: () => stage.crosshair.click(false) },
    { id: "crosshair.negative", title: t`Press there as the right button does`, group, keys: ["alt+Backspace"],
      run: () => stage.crosshair.click(true) },
  ];
}
