// Compare: neighbouring frames over the picture, another version beside it, what runs replaced.

import { showRuns } from "../compare/runs.js";
import { t } from "../i18n.js";

/** @param {import("../workspace.js").Workspace} workspace @returns {import("../shortcuts.js").Command[]} */
export function compareCommands(workspace) {
  const group = t`View`;
  return [
    { id: "view.onion", title: t`Onion skin: outlines of 1, 2, 3 frames around, off`, group, keys: ["y"], icon: "onion",
      run: () => workspace.onion.more() },
    { id: "compare", title: t`Compare with another result`, group, keys: ["shift+y"], icon: "compare",
      run: () => workspace.compare.toggle() },
    { id: "runs.list", title: t`Runs: accept or roll back`, group: t`Tracking`, keys: [], run: () => showRuns(workspace) },
  ];
}
