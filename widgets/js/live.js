// Live events of a video, and whether the page is connected at all.

import { address, request } from "./api.js";
import { joined } from "./timeline/segments.js";

const REFRESH = 250; // ms in which several reasons to read the timeline become one
const RETRY = 2000; // ms

export class Live {
  /** @param {import("./workspace.js").Workspace} workspace */
  constructor(workspace) {
    this.workspace = workspace;
    this.timer = 0;
    /** @type {EventSource|null} */
    this.source = null;
    /** When the page is connected for the first time. @type {Promise<void>} */
    this.connected = new Promise((resolve) => { this.sayConnected = resolve; });
    window.addEventListener("offline", () => this.lost());
  }

  connect() {
    const { store } = this.workspace;
    this.source = new EventSource(address(`api/videos/${store.state.video.id}/events`));
    this.source.addEventListener("error", () => this.lost());
    this.on("hello", ({ people }) => this.hello(people || []));
    this.on("people", ({ people }) => store.set({ people }));
    this.on("masks", (event) => this.masks(event));
    this.on("object", (object) => this.workspace.objects.take(object));
    this.on("run", (run) => this.workspace.runs.take(run));
    this.on("thread", (thread) => {
      this.timelineSoon();
      this.workspace.element.dispatchEvent(new CustomEvent("tl-thread", { detail: thread }));
    });
    this.on("search", (search) => this.workspace.searches.take(search));
    this.on("tracks", () => this.workspace.searches.refresh().catch((error) => error.status && this.workspace.toast.error(error)));
    this.on("labels", ({ labels }) => this.workspace.searches.takeLabels(labels));
    this.on("answer", (answer) => this.workspace.answers.take(answer));
    this.on("findings", () => this.workspace.findings.refresh());
    this.on("cuts", (cuts) => store.set({ video: { ...store.state.video, ...cuts } }));
    this.on("work", () => this.workspace.element.dispatchEvent(new CustomEvent("tl-work")));
    this.on("stage", (stage) => store.set({ video: { ...store.state.video, ...stage } }));
  }

  on(name, handler) {
    this.source.addEventListener(name, (event) => handler(JSON.parse(event.data)));
  }

  /** The stream is open. What happened before it was must be read, and only then may anything be changed. */
  async hello(people) {
    const { store, viewer } = this.workspace;
    const { source } = this;
    try {
      await this.again();
    } catch (error) {
      this.workspace.toast.error(error);
      this.lost();
      return;
    }
    if (source !== this.source) return; // lost again meanwhile
    store.set({ connection: "online", people });
    this.sayConnected();
    viewer.loadPrompts();
  }

  /** Anything may have changed. */
  async again() {
    const { store, masks, objects, runs, viewer, answers, searches } = this.workspace;
    const video = await request("GET", `api/videos/${store.state.video.id}`);
    store.set({ video });
    objects.replace(video.objects);
    for (const run of video.runs) runs.take(run);
    masks.refresh();
    await Promise.all([masks.ensure(store.state.frame), this.timeline(), answers.refresh(), searches.refresh()]);
    if (store.state.shown < 0) viewer.seek(store.state.frame);
  }

  /** No connection: say so, refuse changes, and try again until there is one. */
  lost() {
    this.source?.close();
    this.source = null;
    this.workspace.store.set({ connection: "offline" });
    clearTimeout(this.retry);
    this.retry = window.setTimeout(() => this.connect(), RETRY);
  }

  masks(event) {
    const { store, edits, viewer } = this.workspace;
    edits.take({ items: event.items, changed: event.changed, stale: event.stale });
    if (store.state.follow && event.items.some((item) => item.run_id) && !store.state.playing) {
      viewer.seek(event.items[event.items.length - 1].frame);
    }
    if (event.items.some((item) => item.source === "human" || !item.rle)) this.timelineSoon();
  }

  /** Read the timeline after the next quiet moment: what replies do not carry (low scores, prompts, threads). */
  timelineSoon() {
    clearTimeout(this.timer);
    const tell = (error) => error.status && this.workspace.toast.error(error);
    this.timer = window.setTimeout(() => this.timeline().catch(tell), REFRESH);
  }

  async timeline() {
    const { store } = this.workspace;
    const { video, objects, timeline: before } = store.state;
    const isWhole = [...objects.keys()].every((id) => before.objects[id]); // one that came back has old masks
    const since = isWhole ? before.version : 0;
    const read = await request("GET", `api/videos/${video.id}/timeline?since=${since}`);
    if (since && store.state.timeline !== before) { // changed on this page meanwhile: the answer may not know of it
      this.timelineSoon();
      return;
    }
    store.set({ timeline: joined(store.state.timeline, read, since) });
  }
}
