// What a person does with the work they were given.

import { t } from "../i18n.js";

/** @param {import("../workspace.js").Workspace} workspace @returns {import("../shortcuts.js").Command[]} */
export const workCommands = (workspace) => [
  { id: "work.done", title: t`My work on these frames is done`, group: t`Review`, keys: ["ctrl+Enter"],
    run: () => workspace.work.finish(), enabled: () => workspace.work.current !== null },
];
