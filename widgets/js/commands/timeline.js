// Commands of the timeline: jump, zoom, and what is done with a range.

import { t } from "../i18n.js";
import { JUMPS } from "../timeline/jump-kinds.js";

/** @param {import("../workspace.js").Workspace} workspace @returns {import("../shortcuts.js").Command[]} */
export function timelineCommands(workspace) {
  const { store, viewer, objects, frameActions } = workspace;
  const jump = (direction) => () => {
    const kind = JUMPS.find(({ id }) => id === store.state.jumpTo) ?? JUMPS[0];
    const state = { ...store.state, findings: workspace.findings.left };
    const frame = kind.find(state, objects.inScope(), store.state.frame, direction);
    if (frame === null) workspace.toast.say(t`${kind.name}: there is none further on.`);
    else viewer.step(frame - store.state.frame);
  };
  const command = (id, title, icon, run, more = {}) => ({ id, title, group: t`Timeline`, keys: [], icon, run, ...more });
  const hasRange = () => frameActions.range !== null;
  return [
    command("jump.next", t`Jump to the next (see the list)`, "barrierNext", jump(1), { group: t`Frames`, keys: ["j"] }),
    command("jump.previous", t`Jump to the one before`, "barrierPrevious", jump(-1), { group: t`Frames`, keys: ["ctrl+j"] }),
    command("timeline.in", t`Zoom in on the timeline`, "plus", () => workspace.timeline.hand.zoom(2)),
    command("timeline.out", t`Zoom out`, "minus", () => workspace.timeline.hand.zoom(0.5)),
    command("timeline.fit", t`Show the whole video`, "fit", () => workspace.timeline.show(0, store.state.video.frame_count)),
    command("timeline.object", t`Zoom to the frames of the object`, "object", () => {
      const lane = store.state.timeline.objects[objects.selected.id] || [];
      if (lane.length) workspace.timeline.show(lane[0][0], lane[lane.length - 1][1]);
    }, { enabled: () => objects.selected !== null }),
    command("range.zoom", t`Zoom to the range`, "zoomRange",
      () => workspace.timeline.show(frameActions.range.start, frameActions.range.stop), { enabled: hasRange }),
  ];
}
