// Everything a person can do on the Annotate page, once: bindings, buttons, tooltips and the help sheet all read this list.

import { checkCommands } from "./commands/checks.js";
import { compareCommands } from "./commands/compare.js";
import { crosshairCommands } from "./commands/crosshair.js";
import { drawingCommands } from "./commands/drawing.js";
import { foundCommands } from "./commands/found.js";
import { identityCommands } from "./commands/identities.js";
import { hotkeyCommands, labelCommands } from "./commands/labels.js";
import { promptingCommands } from "./commands/prompting.js";
import { nextFrameCommands } from "./commands/next-frame.js";
import { workCommands } from "./commands/work.js";
import { timelineCommands } from "./commands/timeline.js";
import { t } from "./i18n.js";
import { chosenModel } from "./models.js";
import { Shortcuts } from "./shortcuts.js";
import { nextBarrier, nextUnverified } from "./timeline/segments.js";
import { toggleTheme } from "./theme.js";
import { suits, toolsFor } from "./tools/index.js";

/** @typedef {import("./shortcuts.js").Command} Command */

/** @param {import("./workspace.js").Workspace} workspace @returns {Command[]} */
export function commandsOf(workspace) {
  return [
    ...toolCommands(workspace), ...frameCommands(workspace), ...objectCommands(workspace), ...maskCommands(workspace),
    ...drawingCommands(workspace),
    ...runCommands(workspace), ...viewCommands(workspace), ...labelCommands(workspace), ...promptingCommands(workspace),
    ...foundCommands(workspace), ...crosshairCommands(workspace), ...checkCommands(workspace), ...compareCommands(workspace),
    ...identityCommands(workspace), ...nextFrameCommands(workspace), ...workCommands(workspace),
    ...timelineCommands(workspace), ...hotkeyCommands(workspace),
  ];
}

/**
 * What every key does, on whatever video: for pages that hand out keys.
 * @param {Record<string, string[]>} [chosen] the keys a person chose, by command @returns {Map<string, Command>}
 */
export function commandKeys(chosen = {}) {
  const labels = Array.from({ length: 9 }, () => ({}));
  const model = { tasks: ["segment", "track", "discover"], prompts: [] };
  const shortcuts = new Shortcuts();
  // Making the list only reads what the video offers; everything else is read when a command runs.
  shortcuts.add(commandsOf({ store: { state: { video: { labels, models: [model] } } }, tools: { find: {} } }));
  shortcuts.rebind(chosen);
  return shortcuts.bound;
}

function toolCommands(workspace) {
  const { store } = workspace;
  return [
    ...toolsFor(store.state).map((kind) => ({
      id: `tool.${kind.id}`, title: kind.title, group: t`Tools`, keys: [kind.key], icon: kind.id,
      run: () => takeTool(workspace, kind),
    })),
    { id: "tool.finish", title: t`Close polygon; accept candidate; send points`, group: t`Tools`, keys: ["Enter"],
      run: () => workspace.tool.finish?.() },
    { id: "tool.back", title: t`Undo vertex; reject candidate`, group: t`Tools`, keys: ["Backspace"],
      run: () => workspace.tool.back?.() },
    { id: "tool.cancel", title: t`Cancel drawing; leave candidates; drop points`, group: t`Tools`,
      keys: ["Escape", "ctrl+Escape", "shift+Escape"], fixed: true, // these are held while points are gathered and previewed
      run: () => { workspace.stage.cancel(); workspace.stage.element.focus(); } },
    ...candidateCommands(workspace),
  ];
}

/** Take a tool in the hand, unless the chosen model does not take what it gives. */
function takeTool(workspace, kind) {
  const { state } = workspace.store;
  if (suits(state, kind)) workspace.useTool(kind.id);
  else workspace.toast.warn(t`The model ${chosenModel(state).name} does not take that.`, t`Choose another one above the timeline.`);
}

/** Beside those of every tool: see FindTool. */
function candidateCommands({ tools: { find }, store }) {
  if (!find) return [];
  const enabled = () => Boolean(store.state.search?.open.length);
  return [
    { id: "candidate.previous", title: t`The candidate before`, group: t`Tools`, keys: ["shift+i"], enabled,
      run: () => find.step(-1) },
    { id: "candidate.all", title: t`Accept all candidates`, group: t`Tools`, keys: ["shift+Enter"], enabled,
      run: () => find.acceptAll() },
  ];
}

function frameCommands(workspace) {
  const { store, viewer, objects } = workspace;
  const go = (id, title, keys, run, icon) => ({ id, title, group: t`Frames`, keys, run, icon });
  const jump = (find, direction) => () => {
    const frame = find(store.state.timeline, objects.inScope(), store.state.frame, direction);
    if (frame === null) workspace.toast.say(t`There is none further on.`);
    else viewer.step(frame - store.state.frame);
  };
  return [
    go("frame.previous", t`Previous frame`, ["d", "ArrowLeft"], () => viewer.step(-1), "previous"),
    go("frame.next", t`Next frame`, ["f", "ArrowRight"], () => viewer.step(1), "next"),
    go("frame.back10", t`10 frames back`, ["shift+ArrowLeft"], () => viewer.step(-10)),
    go("frame.on10", t`10 frames on`, ["shift+ArrowRight"], () => viewer.step(10)),
    go("frame.first", t`First frame`, ["Home"], () => viewer.step(-Infinity), "first"),
    go("frame.last", t`Last frame`, ["End"], () => viewer.step(Infinity), "last"),
    go("frame.previousBarrier", t`Previous prompted or verified frame`, ["PageUp"], jump(nextBarrier, -1),
      "barrierPrevious"),
    go("frame.nextBarrier", t`Next prompted or verified frame`, ["PageDown"], jump(nextBarrier, 1), "barrierNext"),
    go("frame.previousUnverified", t`Previous unverified frame`, [","], jump(nextUnverified, -1)),
    go("frame.nextUnverified", t`Next unverified frame`, ["."], jump(nextUnverified, 1)),
    // Bound to the release of the key, as the held key moves the picture: see workspace.js.
    { ...go("play", t`Play or pause`, [" "], () => viewer.toggle(), "play"), fixed: true },
    go("range.in", t`Range starts here`, ["["], () => workspace.frameActions.setRange("inPoint"), "inPoint"),
    go("range.out", t`Range ends here`, ["]"], () => workspace.frameActions.setRange("outPoint"), "outPoint"),
    go("range.clear", t`No range`, ["\\"], () => store.set({ inPoint: null, outPoint: null }), "clearRange"),
  ];
}

function objectCommands(workspace) {
  const { objects, store } = workspace;
  const ofSelected = (id, title, key, icon, run) => ({
    id, title, group: t`Objects`, keys: key ? [key] : [], icon, run: () => run(objects.selected),
    enabled: () => objects.selected !== null,
  });
  return [
    { id: "object.new", title: t`New object: the next prompt makes it`, group: t`Objects`, keys: ["n"], icon: "plus",
      run: () => { objects.next(); workspace.stage.element.focus(); } },
    ofSelected("object.lock", t`Lock or unlock the object`, "l", "lock",
      (object) => objects.change(object.id, { locked: !object.locked })),
    ofSelected("object.hide", t`Hide or show the object`, "h", "eye", (object) => objects.toggleHidden(object.id)),
    ofSelected("object.delete", t`Delete the object`, "shift+Delete", "trash", (object) => objects.remove(object.id)),
    { id: "object.scope", title: t`Commands concern all objects or the selected one`, group: t`Objects`, keys: ["a"],
      run: () => store.set({ scopeAll: !store.state.scopeAll }) },
    ...Array.from({ length: 9 }, (_, n) => ({
      id: `object.${n + 1}`, title: n ? "" : t`Select object 1 to 9`, group: t`Objects`, keys: [`${n + 1}`],
      hidden: n > 0, fixed: true,
      run: () => objects.selectNth(n + 1),
    })),
  ];
}

function maskCommands(workspace) {
  const { edits, objects, store, frameActions } = workspace;
  const selected = () => objects.selected !== null;
  return [
    { id: "mask.verify", title: t`Verify this frame`, group: t`Masks`, keys: ["c"], icon: "verify",
      run: () => frameActions.verifyFrame() },
    { id: "mask.verifyRange", title: t`Verify the range; without one, the whole video`, group: t`Masks`, keys: ["shift+c"],
      icon: "verify", run: () => frameActions.verifyRange() },
    { id: "mask.absent", title: t`The object is absent on this frame`, group: t`Masks`, keys: ["o"], icon: "absent",
      run: () => frameActions.absent(), enabled: selected },
    { id: "mask.delete", title: t`Remove the mask on this frame`, group: t`Masks`, keys: ["Delete"], icon: "trash",
      run: () => edits.remove(objects.selected.id, store.state.frame), enabled: selected },
    { id: "mask.clear", title: t`Remove model masks of the range`, group: t`Masks`, keys: ["shift+x"], icon: "clearRange",
      run: () => frameActions.clearRange() },
    { id: "undo", title: t`Undo`, group: t`Masks`, keys: ["ctrl+z"], icon: "undo", run: () => edits.step("undo"),
      enabled: () => store.state.undo },
    { id: "redo", title: t`Redo`, group: t`Masks`, keys: ["ctrl+shift+z", "ctrl+y"], icon: "redo",
      run: () => edits.step("redo"), enabled: () => store.state.redo },
  ];
}

function runCommands(workspace) {
  const { runs, store } = workspace;
  const track = (scope, title, keys, icon) => ({
    id: `track.${scope}`, title, group: t`Tracking`, keys, icon, run: () => runs.start(scope),
    enabled: () => !runs.current,
  });
  return [
    track("forward", t`Track forward`, ["shift+f"], "trackForward"),
    track("backward", t`Track backward`, ["shift+b"], "trackBackward"),
    track("one_forward", t`Track one frame forward`, ["shift+d"], "oneForward"),
    track("one_backward", t`Track one frame backward`, ["shift+s"], "oneBackward"),
    track("to_barrier", t`Track to the next barrier`, ["t"], "toBarrier"),
    track("both", t`Track both ways`, ["shift+t"], "trackForward"),
    track("stale", t`Track stale stretches again`, ["shift+r"], "stale"),
    { id: "track.cancel", title: t`Cancel the run, keep what is done`, group: t`Tracking`, keys: ["x"], icon: "close",
      run: () => runs.cancel(runs.current), enabled: () => runs.current !== null },
    { id: "track.follow", title: t`Show each frame as it is tracked`, group: t`Tracking`, keys: ["w"], icon: "follow",
      run: () => store.set({ follow: !store.state.follow }) },
  ];
}

function viewCommands(workspace) {
  const { stage, store, objects, masks } = workspace;
  return [
    { id: "view.fit", title: t`Show the whole picture`, group: t`View`, keys: ["0"], icon: "fit",
      run: () => stage.look((view) => view.fit()) },
    { id: "view.object", title: t`Zoom to the object`, group: t`View`, keys: ["z"],
      enabled: () => objects.selected !== null,
      run: () => {
        const shape = masks.shape(store.state.shown, objects.selected.id);
        if (shape?.area) stage.look((view) => view.show(shape));
      } },
    { id: "view.outlines", title: t`Outlines on or off`, group: t`View`, keys: ["m"],
      run: () => store.set({ outlines: !store.state.outlines }) },
    { id: "theme", title: t`Light or dark`, group: t`View`, keys: ["shift+l"], icon: "theme", run: toggleTheme },
    { id: "help", title: t`Keys and marks`, group: t`View`, keys: ["?", "F1"], icon: "help",
      run: () => workspace.help.show() },
  ];
}
