// Checks: look for what is wrong, go to it, say that it is right.

import { t } from "../i18n.js";

/** @param {import("../workspace.js").Workspace} workspace @returns {import("../shortcuts.js").Command[]} */
export function checkCommands({ findings, store }) {
  const group = t`Checks`;
  return [
    { id: "check.next", title: t`Next finding`, group, keys: ["'"], run: () => findings.step() },
    { id: "check.dismiss", title: t`It is right: dismiss the finding, verify what is doubted`, group, keys: ["\""],
      run: () => findings.dismiss() },
    { id: "check.start", title: t`Check every mask of the video`, group, keys: [], run: () => findings.check(),
      enabled: () => !store.state.check },
  ];
}
