// Everything a person can do on the Annotate page, once: bindings, buttons, tooltips and the help sheet all read this list.

import { crosshairCommands } from "./commands/crosshair.js";
import { nextBarrier, nextUnverified } from "./timeline/segments.js";
import { toggleTheme } from "./theme.js";
import { toolsFor } from "./tools/index.js";

/** @typedef {import("./shortcuts.js").Command} Command */

/** @param {import("./workspace.js").Workspace} workspace @returns {Command[]} */
export function commandsOf(workspace) {
  return [
    ...toolCommands(workspace), ...frameCommands(workspace), ...objectCommands(workspace), ...maskCommands(workspace),
    ...runCommands(workspace), ...viewCommands(workspace), ...labelCommands(workspace),
    ...crosshairCommands(workspace),
  ];
}

function toolCommands(workspace) {
  const { store } = workspace;
  const grow = (factor) => () => {
    const wanted = Math.round(store.state.brush * factor + Math.sign(factor - 1)); // by one pixel at the least
    store.set({ brush: Math.max(1, Math.min(400, wanted)) });
  };
  return [
    ...toolsFor(store.state).map(({ id, title, key }) => ({
      id: `tool.${id}`, title, group: "Tools", keys: [key], icon: id, run: () => workspace.useTool(id),
    })),
    { id: "brush.smaller", title: "Smaller brush", group: "Tools", keys: ["-"], run: grow(0.8) },
    { id: "brush.larger", title: "Larger brush", group: "Tools", keys: ["=", "+"], run: grow(1.25) },
    { id: "tool.finish", title: "Close polygon; accept candidate", group: "Tools", keys: ["Enter"],
      run: () => workspace.tool.finish?.() },
    { id: "tool.back", title: "Undo vertex; reject candidate", group: "Tools", keys: ["Backspace"],
      run: () => workspace.tool.back?.() },
    { id: "tool.cancel", title: "Cancel drawing; leave candidates", group: "Tools", keys: ["Escape"], fixed: true,
      run: () => { workspace.stage.cancel(); workspace.stage.element.focus(); } },
    ...candidateCommands(workspace),
  ];
}

/** Beside those of every tool: see FindTool. */
function candidateCommands({ tools: { find }, store }) {
  if (!find) return [];
  const enabled = () => Boolean(store.state.search?.open.length);
  return [
    { id: "candidate.previous", title: "The candidate before", group: "Tools", keys: ["shift+i"], enabled,
      run: () => find.step(-1) },
    { id: "candidate.all", title: "Accept all candidates", group: "Tools", keys: ["shift+Enter"], enabled,
      run: () => find.acceptAll() },
  ];
}

function frameCommands(workspace) {
  const { store, viewer, objects } = workspace;
  const go = (id, title, keys, run, icon) => ({ id, title, group: "Frames", keys, run, icon });
  const jump = (find, direction) => () => {
    const frame = find(store.state.timeline, objects.inScope(), store.state.frame, direction);
    if (frame === null) workspace.toast.say("There is none further on.");
    else viewer.step(frame - store.state.frame);
  };
  return [
    go("frame.previous", "Previous frame", ["d", "ArrowLeft"], () => viewer.step(-1), "previous"),
    go("frame.next", "Next frame", ["f", "ArrowRight"], () => viewer.step(1), "next"),
    go("frame.back10", "10 frames back", ["shift+ArrowLeft"], () => viewer.step(-10)),
    go("frame.on10", "10 frames on", ["shift+ArrowRight"], () => viewer.step(10)),
    go("frame.first", "First frame", ["Home"], () => viewer.step(-Infinity), "first"),
    go("frame.last", "Last frame", ["End"], () => viewer.step(Infinity), "last"),
    go("frame.previousBarrier", "Previous prompted or verified frame", ["PageUp"], jump(nextBarrier, -1),
      "barrierPrevious"),
    go("frame.nextBarrier", "Next prompted or verified frame", ["PageDown"], jump(nextBarrier, 1), "barrierNext"),
    go("frame.previousUnverified", "Previous unverified frame", [","], jump(nextUnverified, -1)),
    go("frame.nextUnverified", "Next unverified frame", ["."], jump(nextUnverified, 1)),
    // Bound to the release of the key, as the held key moves the picture: see workspace.js.
    { ...go("play", "Play or pause", [" "], () => viewer.toggle(), "play"), fixed: true },
    go("range.in", "Range starts here", ["["], () => workspace.frameActions.setRange("inPoint"), "inPoint"),
    go("range.out", "Range ends here", ["]"], () => workspace.frameActions.setRange("outPoint"), "outPoint"),
    go("range.clear", "No range", ["\\"], () => store.set({ inPoint: null, outPoint: null }), "clearRange"),
  ];
}

function objectCommands(workspace) {
  const { objects, store } = workspace;
  const ofSelected = (id, title, key, icon, run) => ({
    id, title, group: "Objects", keys: key ? [key] : [], icon, run: () => run(objects.selected),
    enabled: () => objects.selected !== null,
  });
  return [
    { id: "object.new", title: "New object: the next prompt makes it", group: "Objects", keys: ["n"], icon: "plus",
      run: () => { objects.next(); workspace.stage.element.focus(); } },
    ofSelected("object.lock", "Lock or unlock the object", "l", "lock",
      (object) => objects.change(object.id, { locked: !object.locked })),
    ofSelected("object.hide", "Hide or show the object", "h", "eye", (object) => objects.toggleHidden(object.id)),
    ofSelected("object.delete", "Delete the object", "shift+Delete", "trash", (object) => objects.remove(object.id)),
    { id: "object.scope", title: "Commands concern all objects or the selected one", group: "Objects", keys: ["a"],
      run: () => store.set({ scopeAll: !store.state.scopeAll }) },
    ...Array.from({ length: 9 }, (_, n) => ({
      id: `object.${n + 1}`, title: n ? "" : "Select object 1 to 9", group: "Objects", keys: [`${n + 1}`],
      hidden: n > 0, fixed: true,
      run: () => objects.selectNth(n + 1),
    })),
  ];
}

function maskCommands(workspace) {
  const { edits, objects, store, frameActions } = workspace;
  const selected = () => objects.selected !== null;
  return [
    { id: "mask.verify", title: "Verify this frame", group: "Masks", keys: ["c"], icon: "verify",
      run: () => frameActions.verifyFrame() },
    { id: "mask.verifyRange", title: "Verify the range; without one, the whole video", group: "Masks", keys: ["shift+c"],
      icon: "verify", run: () => frameActions.verifyRange() },
    { id: "mask.absent", title: "The object is absent on this frame", group: "Masks", keys: ["o"], icon: "absent",
      run: () => frameActions.absent(), enabled: selected },
    { id: "mask.delete", title: "Remove the mask on this frame", group: "Masks", keys: ["Delete"], icon: "trash",
      run: () => edits.remove(objects.selected.id, store.state.frame), enabled: selected },
    { id: "mask.clear", title: "Remove model masks of the range", group: "Masks", keys: ["shift+x"], icon: "clearRange",
      run: () => frameActions.clearRange() },
    { id: "undo", title: "Undo", group: "Masks", keys: ["ctrl+z"], icon: "undo", run: () => edits.step("undo"),
      enabled: () => store.state.undo },
    { id: "redo", title: "Redo", group: "Masks", keys: ["ctrl+shift+z", "ctrl+y"], icon: "redo",
      run: () => edits.step("redo"), enabled: () => store.state.redo },
  ];
}

function runCommands(workspace) {
  const { runs, store } = workspace;
  const track = (scope, title, keys, icon) => ({
    id: `track.${scope}`, title, group: "Tracking", keys, icon, run: () => runs.start(scope),
    enabled: () => !runs.current,
  });
  return [
    track("forward", "Track forward", ["shift+f"], "trackForward"),
    track("backward", "Track backward", ["shift+b"], "trackBackward"),
    track("one_forward", "Track one frame forward", ["shift+d"], "oneForward"),
    track("one_backward", "Track one frame backward", ["shift+s"], "oneBackward"),
    track("to_barrier", "Track to the next barrier", ["t"], "toBarrier"),
    track("both", "Track both ways", ["shift+t"], "trackForward"),
    track("stale", "Track stale stretches again", ["shift+r"], "stale"),
    { id: "track.cancel", title: "Cancel the run, keep what is done", group: "Tracking", keys: ["x"], icon: "close",
      run: () => runs.cancel(runs.current), enabled: () => runs.current !== null },
    { id: "track.follow", title: "Show each frame as it is tracked", group: "Tracking", keys: ["w"], icon: "follow",
      run: () => store.set({ follow: !store.state.follow }) },
  ];
}

function viewCommands(workspace) {
  const { stage, store, objects, masks } = workspace;
  return [
    { id: "view.fit", title: "Show the whole picture", group: "View", keys: ["0"], icon: "fit",
      run: () => stage.look((view) => view.fit()) },
    { id: "view.object", title: "Zoom to the object", group: "View", keys: ["z"],
      enabled: () => objects.selected !== null,
      run: () => {
        const shape = masks.shape(store.state.shown, objects.selected.id);
        if (shape?.area) stage.look((view) => view.show(shape));
      } },
    { id: "view.outlines", title: "Outlines on or off", group: "View", keys: ["m"],
      run: () => store.set({ outlines: !store.state.outlines }) },
    { id: "theme", title: "Light or dark", group: "View", keys: ["shift+l"], icon: "theme", run: toggleTheme },
    { id: "help", title: "Keys and marks", group: "View", keys: ["?", "F1"], icon: "help",
      run: () => workspace.help.show() },
  ];
}

function labelCommands(workspace) {
  return workspace.store.state.video.labels.slice(0, 9).map((label, n) => ({
    id: `label.${n + 1}`, title: n ? "" : "Label 1 to 9", group: "Objects", keys: [`shift+${n + 1}`], hidden: n > 0, fixed: true,
    run: () => workspace.objects.setLabel(label.id),
  }));
}
