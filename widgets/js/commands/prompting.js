// Commands beside the tools that give prompts.

import { t } from "../i18n.js";
import { wordModels } from "../models.js";

/** @param {import("../workspace.js").Workspace} workspace @returns {import("../shortcuts.js").Command[]} */
export function promptingCommands(workspace) {
  const { store } = workspace;
  const flip = (key) => () => store.set({ [key]: !store.state[key] });
  return [
    { id: "prompt.swap", title: t`Swap what the left and right buttons give`, group: t`Tools`, keys: ["shift+p"],
      icon: "plusMinus", run: flip("swapped") },
    { id: "box.each", title: t`Every box makes an object of its own`, group: t`Tools`, keys: [], icon: "boxes",
      run: flip("eachBox") },
    { id: "words.focus", title: t`Find objects by words`, group: t`Tools`, keys: ["/"],
      enabled: () => wordModels(store.state).length > 0,
      run: () => workspace.element.querySelector(".tw-query").select() },
  ];
}
