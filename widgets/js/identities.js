// Whose masks these are: merge objects, split one, swap two, link one across a cut. And what holds on some frames only.

import { request } from "./api.js";
import { h } from "./dom.js";
import { number, t } from "./i18n.js";
import { ask } from "./shell/dialog.js";
import { field } from "./shell/elements.js";
import { holds, YES } from "./spans.js";

/** @typedef {import("./types.js").VideoObject} VideoObject */
/**
 * What the server knows of another object: docs/http.md.
 * @typedef {{object_id: number, same_label: boolean, shared: number, gap: number, cut: number|null,
 *   likeness: number|null}} Partner
 */

export class Identities {
  /** @param {import("./workspace.js").Workspace} workspace */
  constructor(workspace) {
    this.workspace = workspace;
  }

  get state() {
    return this.workspace.store.state;
  }

  /** Those the commands here concern, the one clicked first before the others. @returns {VideoObject[]} */
  get chosen() {
    return this.workspace.objects.chosen.map((id) => this.state.objects.get(id));
  }

  /** The frames that are meant: the range, or the current frame. @returns {{start: number, stop: number}} */
  get frames() {
    return this.workspace.frameActions.range || { start: this.state.frame, stop: this.state.frame + 1 };
  }

  /** Merge the chosen objects, or the selected one with another. */
  async merge() {
    const { chosen } = this;
    const partners = await this.partners(chosen[0]);
    if (!partners) return;
    const several = chosen.length > 1;
    const others = several ? null : this.choice(partners, (one) => this.inCommon(one));
    const kept = select(chosen, (one) => one.name);
    const shared = h("p", { class: "tl-dim", role: "status" });
    const overlap = overlapChoice();
    const ids = () => {
      const all = [...chosen.map((one) => one.id), ...(others ? [Number(others.value)] : [])];
      const first = Number(kept.value);
      return [first, ...all.filter((id) => id !== first)];
    };
    const look = async () => {
      const [first, ...rest] = ids();
      const known = first === chosen[0].id ? partners : await this.partners(this.state.objects.get(first));
      const frames = (known || []).filter((one) => rest.includes(one.object_id)).reduce((sum, one) => sum + one.shared, 0);
      shared.textContent = frames ? t`Both are on ${frames} frame.|Both are on ${frames} frames.` : t`They are never on one frame.`;
      overlap.element.hidden = !frames;
    };
    kept.addEventListener("change", look);
    others?.addEventListener("change", look);
    await look();
    await ask({
      title: several ? t`Merge ${chosen.length} object|Merge ${chosen.length} objects` : t`Merge ${chosen[0].name} with`,
      body: [several ? field(t`Keep name and label of`, kept) : field(t`The same as`, others), shared, overlap.element],
      action: t`Merge`,
      submit: () => this.send("merge", { objects: ids().map((id) => this.seen(id)), overlap: overlap.value }),
    });
  }

  /** The selected object and one before or after a cut are one and the same. */
  async link() {
    const [object] = this.chosen;
    const partners = await this.partners(object);
    if (!partners) return;
    const apart = partners.filter((one) => !one.shared);
    if (!apart.length) {
      this.workspace.toast.warn(t`Every other object is on a frame together with ${object.name}.`,
        t`Merge them (U) if two masks are one object.`);
      return;
    }
    const others = this.choice(apart, (one) => this.labelOf(one));
    const why = h("p", { class: "tl-dim", role: "status" });
    const explain = () => { why.textContent = this.reason(apart.find((one) => one.object_id === Number(others.value))); };
    others.addEventListener("change", explain);
    explain();
    await ask({
      title: t`${object.name} is the same object as`,
      body: [field(t`Before or after a cut`, others, t`The likeliest comes first.`), why], action: t`Link`,
      submit: () => {
        const ids = [object.id, Number(others.value)].sort((a, b) => this.begins(a) - this.begins(b));
        return this.send("merge", { objects: ids.map((id) => this.seen(id)), overlap: "refuse" });
      },
    });
  }

  /** From this frame on it is another object. */
  async split() {
    const [object] = this.chosen;
    const { frame } = this.state;
    if (!this.mayChange([object])) return;
    const reply = await this.tried("split", { object: this.seen(object.id), frame });
    const made = reply?.objects.find((one) => one.id !== object.id);
    if (!made) return;
    this.workspace.objects.select(made.id);
    this.workspace.toast.say(t`From frame ${frame} on, ${object.name} is ${made.name}.`, t`Undo (Ctrl+Z) takes it back.`);
  }

  /** Exchange two objects from this frame on, or on the range. */
  async swap() {
    const { chosen } = this;
    if (chosen.length === 2) return this.exchange(chosen[0], chosen[1]);
    const partners = await this.partners(chosen[0]);
    if (!partners) return null;
    const others = this.choice([...partners].sort((a, b) => b.shared - a.shared), (one) => this.inCommon(one));
    return ask({
      title: t`Swap ${chosen[0].name} with`, body: [field(this.when(), others)], action: t`Swap`,
      submit: () => this.exchange(chosen[0], this.state.objects.get(Number(others.value))),
    });
  }

  async exchange(one, other) {
    const { range } = this.workspace.frameActions;
    if (!this.mayChange([one, other])) return;
    const body = range || { start: this.state.frame, stop: null };
    const said = this.when();
    if (await this.tried("swap", { objects: [this.seen(one.id), this.seen(other.id)], ...body })) {
      this.workspace.toast.say(t`${one.name} and ${other.name} are swapped. ${said}`, t`Undo (Ctrl+Z) takes it back.`);
    }
  }

  /** The frames of a swap, in words. */
  when() {
    const { range } = this.workspace.frameActions;
    return range ? t`Frames ${range.start} to ${range.stop - 1}.` : t`From frame ${this.state.frame} on.`;
  }

  /** Occluded or truncated on these frames; once more takes that back. @param {string} name of the flag */
  toggleFlag(name) {
    const { start, stop } = this.frames;
    const all = this.chosen.every((one) => holds(one.spans, name, YES, start, stop));
    return this.setSpan(name, all ? null : YES);
  }

  /** @param {string} name @param {string|null} value null: nothing is said any more */
  setSpan(name, value) {
    const { chosen } = this;
    if (!this.mayChange(chosen)) return null;
    return this.workspace.edits.post("spans", { objects: chosen.map((one) => one.id), name, value, ...this.frames });
  }

  /** A shot begins on this frame, or does not. */
  async toggleCut() {
    const { store, edits, toast } = this.workspace;
    const { frame, video } = this.state;
    if (!edits.allowed()) return;
    try {
      const cuts = await request("POST", `api/videos/${video.id}/cuts`, { frame, cut: !video.cuts?.includes(frame) });
      store.set({ video: { ...store.state.video, ...cuts } });
    } catch (error) {
      toast.error(error);
    }
  }

  /** @param {VideoObject[]} objects */
  mayChange(objects) {
    return objects.every((one) => this.workspace.edits.allowed(one.id));
  }

  /** The other objects, the likeliest to be the same first; null where nothing may be changed. @returns {Promise<Partner[]|null>} */
  async partners(object) {
    const { edits, toast } = this.workspace;
    if (!this.mayChange([object])) return null;
    if (this.state.objects.size < 2) {
      toast.warn(t`There is no other object.`, t`Click another one on the picture first.`);
      return null;
    }
    await edits.idle();
    try {
      return await request("GET", `api/videos/${this.state.video.id}/partners?object_id=${object.id}`);
    } catch (error) {
      toast.error(error);
      return null;
    }
  }

  /** A list of partners with what is known of them. @param {Partner[]} partners @param {(one: Partner) => string} words */
  choice(partners, words) {
    return select(partners.map((one) => ({ ...one, ...this.state.objects.get(one.object_id) })),
      (one) => [one.name, words(one)].filter(Boolean).join(" · "));
  }

  /** @param {Partner} partner */
  inCommon({ shared }) {
    return shared ? t`${shared} frame in common|${shared} frames in common` : t`no frame in common`;
  }

  /** Why two may be the same. @param {Partner} partner */
  reason({ same_label: same, gap, cut, likeness }) {
    return [
      !same && t`another label`, cut !== null && t`across the cut on frame ${cut}`,
      gap ? t`${gap} frame apart|${gap} frames apart` : t`right beside it`,
      likeness !== null && t`colours ${number(likeness * 100)} % alike`,
    ].filter(Boolean).join(", ");
  }

  /** The name of its label. @param {Partner} partner */
  labelOf({ object_id: id }) {
    const label = this.state.objects.get(id).label_id;
    return this.state.video.labels.find((one) => one.id === label)?.name;
  }

  /** The first frame of an object with something on it. @param {number} id */
  begins(id) {
    const seen = (this.state.timeline.objects[id] || []).find(([, , state]) => state !== "absent");
    return seen ? seen[0] : Infinity;
  }

  /** An object as the request names it. @param {number} id */
  seen(id) {
    return { id, version: this.state.objects.get(id).version };
  }

  /** Send a change; throws what the server refuses. @returns {Promise<any>} the reply */
  send(path, body) {
    const { edits, live, viewer, store } = this.workspace;
    return edits.during(async () => {
      const reply = await request("POST", `api/videos/${store.state.video.id}/${path}`, body);
      edits.take(reply);
      live.timelineSoon();
      await viewer.loadPrompts();
      return reply;
    });
  }

  /** Send a change after those on their way, and say what is refused. @returns {Promise<any>} the reply, or null */
  async tried(path, body) {
    try {
      await this.workspace.edits.idle();
      return await this.send(path, body);
    } catch (error) {
      const { theirs } = error.details || {};
      if (theirs?.version) this.workspace.objects.take(theirs);
      this.workspace.toast.error(error);
      return null;
    }
  }
}

function select(options, words) {
  return h("select", {}, ...options.map((one) => h("option", { value: String(one.id) }, words(one))));
}

/** What becomes of frames where both have a mask. */
function overlapChoice() {
  const choice = h("select", {}, h("option", { value: "union" }, t`Both masks together`),
    h("option", { value: "keep" }, t`The mask of the object that is kept`));
  return { element: field(t`On these frames`, choice), get value() { return choice.value; } };
}
