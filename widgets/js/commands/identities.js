// Objects over time: merge, split, swap, link, what holds on some frames only, cuts.

import { t } from "../i18n.js";

/** @param {import("../workspace.js").Workspace} workspace @returns {import("../shortcuts.js").Command[]} */
export function identityCommands({ identities, objects, store, frameActions }) {
  const enabled = () => objects.selected !== null;
  const command = (id, title, key, icon, run) => ({
    id: `identity.${id}`, title, group: t`Objects over time`, keys: [key], icon, run, enabled,
  });
  return [
    command("merge", t`Merge objects`, "u", "merge", () => identities.merge()),
    command("split", t`Split: from this frame on it is another object`, "shift+k", "split", () => identities.split()),
    command("swap", t`Swap two objects from this frame on, or on the range`, "shift+w", "swap", () => identities.swap()),
    command("link", t`Link with the same object before or after a cut`, "shift+n", "link", () => identities.link()),
    command("occluded", t`Occluded on this frame or the range`, "shift+o", "occluded", () => identities.toggleFlag("occluded")),
    command("truncated", t`Cut off by the edge on this frame or the range`, "shift+u", "truncated",
      () => identities.toggleFlag("truncated")),
    command("absent", t`Absent on the range; without one, on this frame`, "shift+a", "absent", () => frameActions.absentRange()),
    { id: "track.acrossCuts", title: t`Track across cuts`, group: t`Tracking`, keys: [], icon: "acrossCuts",
      run: () => store.set({ acrossCuts: !store.state.acrossCuts }) },
    { id: "cut.toggle", title: t`A cut before this frame: add or remove`, group: t`Frames`, keys: [], icon: "cut",
      run: () => identities.toggleCut(), enabled: () => store.state.frame > 0 },
  ];
}
