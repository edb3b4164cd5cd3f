// What is most likely wrong, worst first, to step through: ' goes on, " verifies and goes on.

import { request } from "../api.js";
import { fill, h, reveal } from "../dom.js";
import { heard, number, t } from "../i18n.js";
import { meter } from "../shell/elements.js";
import { isBarrier, segmentAt } from "../timeline/segments.js";

const LIMIT = 200;

/** @param {import("../workspace.js").Workspace} workspace */
export function doubtsPanel(workspace) {
  const doubts = new Doubts(workspace);
  workspace.commands.add(commandsOf(doubts));
  const title = h("h2", {});
  const list = h("ul", { class: "tr-list tr-doubts", "aria-label": t`Doubts` });
  let drawn = "";
  workspace.store.on(["doubts", "timeline", "doubt", "objects"], ({ doubt, objects, doubts: all }) => {
    const left = doubts.left;
    const wanted = [all === null, doubt, ...left.map(({ key, doubt: size }) => `${key}:${size}`)].join();
    if (wanted === drawn) return; // a row replaced between press and release would swallow the click
    drawn = wanted;
    title.textContent = left.length ? t`Doubts · ${left.length}` : t`Doubts`;
    fill(list, left.map((one) => row(doubts, one, one.key === doubt, objects.get(one.object_id))),
      !left.length && empty(all === null));
    reveal(list, list.querySelector(".tr-on"));
  });
  return h("section", { class: "tw-panel tr-doubts-panel", "aria-label": t`Doubts` },
    h("div", { class: "tw-panel-head" }, title, h("span", { class: "tw-gap" }),
      h("span", { class: "tw-dim tr-keys" }, t`' next · " verify`)), list);
}

const empty = (isLoading) => h("li", { class: "tw-empty" }, isLoading ? t`Looking for doubts`
  : [h("strong", {}, t`Nothing doubtful is left`), t`Every mask is verified, drawn by hand, or sure.`]);

function commandsOf(doubts) {
  const command = (id, title, key, run) => ({ id: `review.${id}`, title, group: t`Review`, keys: [key], run });
  return [
    command("next", t`Next doubt`, "'", () => doubts.step()),
    command("accept", t`Verify what is doubted and go on`, "\"", () => doubts.accept()),
  ];
}

function row(doubts, one, isOn, object) {
  return h("li", {}, h("button", { class: `tr-doubt${isOn ? " tr-on" : ""}`, "aria-current": isOn && "true",
    onclick: () => doubts.show(one) },
    h("span", { class: "tr-where" }, h("span", { class: "tw-dot", style: { background: object?.colour ?? "" } }),
      t`Frame ${one.frame}`, h("span", { class: "tw-clip tw-dim" }, object?.name ?? ""), h("span", { class: "tw-gap" }),
      meter(one.doubt, t`Doubt`, number(one.doubt, 2))),
    h("span", { class: "tw-dim" }, one.reasons.map(heard).join(", "))));
}

class Doubts {
  /** @param {import("../workspace.js").Workspace} workspace */
  constructor(workspace) {
    this.workspace = workspace;
    workspace.store.set({ doubts: null, doubt: null }); // null: not known yet
    /** The doubts as they were last asked for. */
    this.loaded = this.load();
    let going = false;
    workspace.store.on(["runs"], () => {
      const ended = going && !workspace.runs.current;
      going = Boolean(workspace.runs.current);
      if (ended) this.loaded = this.load(); // a run has other doubts than the masks it replaced
    });
  }

  get state() {
    return this.workspace.store.state;
  }

  async load() {
    const { store, toast } = this.workspace;
    try {
      const found = await request("GET", `api/videos/${this.state.video.id}/doubts?limit=${LIMIT}`);
      store.set({ doubts: found.map((one) => ({ ...one, key: `${one.frame}/${one.object_id}` })) });
    } catch (error) {
      toast.error(error);
    }
  }

  /** Those that nobody has settled since: a mask that is verified, drawn by hand or gone is no doubt any more. */
  get left() {
    const { doubts, timeline, objects } = this.state;
    return (doubts ?? []).filter((one) => {
      const segment = objects.has(one.object_id) ? segmentAt(timeline.objects[one.object_id], one.frame) : null;
      return segment !== null && !isBarrier(segment);
    });
  }

  /** Go to a doubt. */
  show(one) {
    const { store, objects, viewer } = this.workspace;
    store.set({ doubt: one.key });
    objects.select(one.object_id);
    viewer.step(one.frame - store.state.frame);
  }

  /** Go to the next one. Where the last one was settled meanwhile, its place in the list counts. */
  async step() {
    await this.loaded;
    const { left } = this;
    if (!left.length) return this.workspace.toast.say(t`Nothing doubtful is left.`);
    const rank = this.state.doubts.findIndex((one) => one.key === this.state.doubt);
    const next = left.find((one) => this.state.doubts.indexOf(one) > rank);
    if (!next) return this.workspace.toast.say(t`That was the last doubt.`);
    return this.show(next);
  }

  /** The mask is right after all. */
  async accept() {
    const one = this.left.find(({ key }) => key === this.state.doubt);
    if (!one) return this.step();
    const { object_id: thing, frame } = one;
    const reply = await this.workspace.edits.post("verify", { objects: [thing], start: frame, stop: frame + 1, verified: true });
    return reply && this.step();
  }
}
