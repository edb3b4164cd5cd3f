// What a screen reader hears of the picture: the frame, what is on it, and how far it is. The eye has the canvas.

import { h } from "../dom.js";
import { t } from "../i18n.js";
import { maskWords } from "../shell/words.js";
import { segmentAt } from "../timeline/segments.js";

const CALM = 500; // ms without a change before it is said: nobody can listen to every frame of a scrub
const NAMED = 6; // objects said by name

/** @param {import("../workspace.js").Workspace} workspace */
export function spokenLine({ store }) {
  const element = h("p", { id: "tw-spoken", class: "tw-spoken", role: "status", "aria-live": "polite" });
  let timer = 0;
  store.on(["shown", "selected", "timeline", "objects", "tool"], () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => { element.textContent = spoken(store.state); }, CALM);
  });
  return element;
}

/** @param {import("../types.js").State} state */
function spoken({ shown, video, objects, timeline, selected }) {
  if (shown < 0) return "";
  const here = [...objects.values()].flatMap((object) => {
    const segment = segmentAt(timeline.objects[object.id], shown);
    return segment ? [{ object, words: maskWords(segment[2], segment[3]) }] : [];
  });
  here.sort((a, b) => Number(b.object.id === selected) - Number(a.object.id === selected));
  const said = here.slice(0, NAMED).map(({ object, words }) => (
    object.id === selected ? t`${object.name}, selected: ${words}` : t`${object.name}: ${words}`));
  const more = here.length > NAMED ? [t`and ${here.length - NAMED} more`] : [];
  const where = t`Frame ${shown} of ${video.frame_count}.`;
  return here.length ? `${where} ${[...said, ...more].join("; ")}.` : `${where} ${t`No masks.`}`;
}
