// What was found over the video: look for it, go through it, judge it.

import { t } from "../i18n.js";
import { searcher } from "../models.js";

/** @param {import("../workspace.js").Workspace} workspace @returns {import("../shortcuts.js").Command[]} */
export function foundCommands(workspace) {
  const { store, searches, objects } = workspace;
  const command = (id, title, icon, run, enabled, keys = []) => ({ id: `found.${id}`, title, group: t`Found over the video`, keys, icon, run, enabled });
  const some = () => store.state.found.length > 0;
  const judged = () => some() && !searches.current;
  const walk = (by) => () => {
    searches.step(by);
    workspace.element.querySelector(".tw-found").focus();
  };
  return [
    command("start", t`Find everything over the video; where there is a range, there`, "find", () => searches.start(null),
      () => !searches.current && Boolean(searcher(store.state))),
    command("cancel", t`Stop looking, keep what was found`, "close", () => searches.cancel(), () => searches.current !== null),
    command("next", t`The next of what was found`, "", walk(1), some, [";"]),
    command("previous", t`The one before`, "", walk(-1), some, [":"]),
    command("accept", t`Make objects of them (Enter in the list)`, "check", () => searches.accept(searches.concerned), judged),
    command("reject", t`Reject them (Backspace in the list)`, "close", () => searches.reject(searches.concerned), judged),
    command("merge", t`Make one object of them (M in the list)`, "merge", () => searches.accept(searches.concerned, { together: true }),
      () => judged() && searches.concerned.length > 1),
    command("add", t`Add them to the selected object`, "plus", () => searches.accept(searches.concerned, { into: objects.selected }),
      () => judged() && objects.selected !== null),
  ];
}
