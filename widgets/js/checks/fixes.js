// What mends each kind of finding: commands there are already, on the frames and the object that the finding is about.

import { t } from "../i18n.js";

/** @typedef {import("./findings.js").Finding} Finding */
/** @typedef {{title: string, run: () => any}} Fix */

/**
 * @param {import("../workspace.js").Workspace} workspace @param {Finding} one the one that is shown
 * @returns {Fix[]} what may be offered, the likeliest first
 */
export function fixesOf(workspace, one) {
  const again = { title: t`Track again`, run: () => trackAgain(workspace, one) };
  const absent = (start, stop) => ({ title: t`Absent here`, run: () => markAbsent(workspace, one, start, stop) });
  const command = (id, title) => commandFix(workspace, id, title);
  const fixes = {
    flicker: () => [again, absent(one.start, one.stop)],
    jump: () => [again],
    hole: () => [command("mask.fillHoles", t`Fill holes`), again],
    fragment: () => [command("mask.keepLargest", t`Keep the largest part`), command("mask.removeSpecks", t`Remove specks`), again],
    overlap: () => [command("mask.cutOthers", t`Take them from the other`), command("mask.giveUp", t`Leave them to the other`), again],
    swap: () => [{ title: t`Swap from here`, run: () => swapFrom(workspace, one) }],
    end: () => [
      { title: t`Track on`, run: () => run(workspace, one.object_id, one.frame, one.frame, nextMask(workspace, one)) },
      absent(one.frame + 1, nextMask(workspace, one)),
    ],
    edge: () => [again],
    doubt: () => [again],
  };
  return fixes[one.kind]();
}

function commandFix({ commands }, id, title) {
  const { enabled, run: act } = commands.get(id);
  return { title, run: () => { if (!enabled || enabled()) act(); } };
}

/** Make the masks of the stretch anew, from the frame before it. */
function trackAgain(workspace, { object_id: thing, start, stop }) {
  if (start > 0) return run(workspace, thing, start - 1, start - 1, stop);
  return run(workspace, thing, stop, start, stop + 1, "backward");
}

async function run({ runs, edits, store }, thing, frame, start, stop, scope = "forward") {
  if (!edits.allowed(thing) || !edits.modelAnswers()) return;
  await edits.idle();
  const { video, model } = store.state;
  await runs.ask("api/runs", { video_id: video.id, objects: [thing], scope, frame, model, start,
    stop: Math.min(stop, video.frame_count) });
}

function swapFrom({ edits, store }, { object_id: one, other_id: other, frame }) {
  if (!edits.allowed(one) || !edits.allowed(other)) return null;
  const objects = [one, other].map((id) => ({ id, version: store.state.objects.get(id).version }));
  return edits.post("swap", { objects, start: frame });
}

function markAbsent({ edits }, { object_id: thing }, start, stop) {
  return edits.allowed(thing) ? edits.post("absent", { objects: [thing], start, stop, absent: true }) : null;
}

/** The first frame after a finding on which its object has a mask again, or the end of the video. */
function nextMask({ store }, { object_id: thing, frame }) {
  const { timeline, video } = store.state;
  const later = (timeline.objects[thing] ?? []).find(([start]) => start > frame);
  return later ? later[0] : video.frame_count;
}
