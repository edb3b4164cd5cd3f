// The objects of the video: make, change, delete, select, hide.

import { request } from "./api.js";
import { t } from "./i18n.js";

/** @typedef {import("./types.js").VideoObject} VideoObject */

export class Objects {
  /** @param {import("./workspace.js").Workspace} workspace */
  constructor(workspace) {
    this.workspace = workspace;
    this.hiddenKey = `throughline.hidden.${workspace.store.state.video.id}`;
    workspace.store.set({ hidden: new Set(JSON.parse(localStorage.getItem(this.hiddenKey) || "[]")) });
  }

  get state() {
    return this.workspace.store.state;
  }

  /** @returns {VideoObject|null} */
  get selected() {
    return this.state.objects.get(this.state.selected) || null;
  }

  /** Those a command concerns: every one, or the chosen ones. @returns {number[]} */
  inScope() {
    if (this.state.scopeAll || this.state.selected === null) return [...this.state.objects.keys()];
    return this.chosen;
  }

  /** The selected object and those chosen with it, in the order they were. @returns {number[]} */
  get chosen() {
    const { chosen, objects, selected } = this.state;
    const several = [...chosen].filter((id) => objects.has(id));
    return several.length > 1 ? several : selected === null ? [] : [selected];
  }

  /**
   * A click on an object in a list: with Ctrl it is chosen beside the others or no longer, with Shift all up to it are.
   * @param {number} id @param {{ctrlKey: boolean, metaKey: boolean, shiftKey: boolean}} event
   */
  pick(id, { ctrlKey, metaKey, shiftKey }) {
    const { objects, selected } = this.state;
    if (selected === null || !(ctrlKey || metaKey || shiftKey)) {
      this.select(id);
      return;
    }
    const chosen = new Set(this.chosen);
    if (shiftKey) {
      const ids = [...objects.keys()];
      const [from, to] = [ids.indexOf(selected), ids.indexOf(id)].sort((a, b) => a - b);
      for (const one of ids.slice(from, to + 1)) chosen.add(one);
    } else if (!chosen.delete(id)) chosen.add(id);
    const last = [...chosen].pop() ?? null;
    this.select(shiftKey ? selected : last);
    this.workspace.store.set({ chosen });
  }

  /** What a server says an object is now. @param {VideoObject} object */
  take(object) {
    const { objects, selected } = this.state;
    const known = objects.get(object.id);
    if (known && known.version > object.version) return;
    if (object.deleted) {
      objects.delete(object.id);
      if (selected === object.id) this.select(null);
    } else objects.set(object.id, object);
    this.workspace.store.touch("objects");
  }

  /** @param {VideoObject[]} list */
  replace(list) {
    const objects = new Map(list.filter((object) => !object.deleted).map((object) => [object.id, object]));
    this.workspace.store.set({ objects, selected: objects.has(this.state.selected) ? this.state.selected : null });
  }

  /** The label of the next object; where there is none, that is said. @returns {import("./types.js").Label|null} */
  nextLabel() {
    const { labelId, video } = this.state;
    const label = video.labels.find((one) => one.id === labelId);
    if (!label) this.workspace.toast.warn(t`This project has no labels.`, t`Add one to the project's label schema first.`);
    return label || null;
  }

  /** The label that has the name of a category, however it is capitalised. @param {string|null} name */
  labelNamed(name) {
    const same = (one) => one.name.toLowerCase() === name.trim().toLowerCase();
    return (name && this.state.video.labels.find(same)) || null;
  }

  /** Add a label to the project, which its owners may. @param {string} name */
  async makeLabel(name) {
    try {
      const label = await request("POST", `api/projects/${this.state.video.project_id}/labels`, { name });
      const { video } = this.state;
      this.workspace.store.set({ video: { ...video, labels: [...video.labels, label] } });
    } catch (error) {
      this.workspace.toast.error(error);
    }
  }

  /** Change an object. @param {number} id @param {Partial<VideoObject>} changes */
  async change(id, changes) {
    const unlocking = Object.keys(changes).every((key) => key === "locked");
    if (!this.workspace.edits.allowed(unlocking ? null : id)) {
      this.workspace.store.touch("objects"); // the field shows what is stored
      return;
    }
    try {
      const { version } = this.state.objects.get(id);
      this.take(await request("PATCH", `api/objects/${id}`, { version, ...changes }));
    } catch (error) {
      const theirs = error.details?.theirs;
      if (theirs?.id === id) this.take(theirs);
      this.workspace.store.touch("objects");
      this.workspace.toast.error(error);
    }
  }

  /** Delete an object with its masks; undo brings it back. @param {number} id */
  async remove(id) {
    const { edits, live, toast } = this.workspace;
    const object = this.state.objects.get(id);
    if (!object || !edits.allowed(id)) return;
    await edits.idle();
    try {
      await request("DELETE", `api/objects/${id}?version=${object.version}`);
      this.take({ ...object, deleted: true });
      this.workspace.store.set({ undo: true });
      live.timelineSoon();
      toast.say(t`${object.name} was deleted. Undo brings it back.`);
    } catch (error) {
      toast.error(error);
    }
  }

  /** @param {number|null} id null: the next prompt makes a new object */
  select(id) {
    const object = this.state.objects.get(id);
    this.workspace.store.set({ selected: object ? id : null, chosen: new Set(), ...(object && { labelId: object.label_id }) });
  }

  /** The next prompt makes an object of its own, whatever is under way. */
  next() {
    this.workspace.edits.draft = null;
    this.select(null);
  }

  /** The n-th of the list, from 1. @param {number} n */
  selectNth(n) {
    const id = [...this.state.objects.keys()][n - 1];
    if (id !== undefined) this.select(id);
  }

  /** @param {number} id */
  toggleHidden(id) {
    const hidden = new Set(this.state.hidden);
    if (!hidden.delete(id)) hidden.add(id);
    localStorage.setItem(this.hiddenKey, JSON.stringify([...hidden]));
    this.workspace.store.set({ hidden });
  }

  /** The label of the selected object, or of the next one where none is selected. @param {number} labelId */
  setLabel(labelId) {
    this.workspace.store.set({ labelId });
    if (this.selected && this.selected.label_id !== labelId) this.change(this.selected.id, { label_id: labelId });
  }
}
