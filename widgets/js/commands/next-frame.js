// Where to look next.

import { t } from "../i18n.js";

/** @param {import("../workspace.js").Workspace} workspace @returns {import("../shortcuts.js").Command[]} */
export const nextFrameCommands = ({ nextFrame }) => [
  { id: "frame.lookNext", title: t`Where should I look next?`, group: t`Frames`, keys: ["k"], icon: "find",
    run: () => nextFrame.go() },
];
