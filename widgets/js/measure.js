// What benchmarks and tests may look at: `window.throughline`. Nothing on the page depends on it.

export class Measure {
  /** @param {import("./workspace.js").Workspace} workspace */
  constructor(workspace) {
    this.workspace = workspace;
    /** @type {{began: number, model: number, answered: boolean}|null} */
    this.click = null;
    this.clicks = [];
    /** Milliseconds from the navigation to the first frame with its masks on the screen. @type {number|null} */
    this.seen = null;
    /** The same, to when its timeline is there, too, and the page takes changes. @type {number|null} */
    this.opened = null;
    this.hasLanes = false; // whether the timeline was painted with all that there is
    this.timelinePaint = 0; // milliseconds of script that the timeline took last
    this.paints = 0; // how often the picture or what lies on it was drawn
    this.frame = -1; // that was drawn last
  }

  /** The timeline was drawn. @param {number} began */
  timelinePainted(began) {
    this.timelinePaint = performance.now() - began;
    this.isOpen(true);
  }

  /** The lanes are whole once the page is connected. */
  isOpen(lanes) {
    const { store, masks } = this.workspace;
    const { shown, connection } = store.state;
    if (shown >= 0 && masks.has(shown)) this.seen ??= performance.now();
    this.hasLanes ||= lanes && connection === "online";
    if (this.seen !== null && this.hasLanes) this.opened ??= performance.now();
  }

  /** A prompt was given. @param {PointerEvent} event */
  clicked(event) {
    performance.mark("throughline-click", { startTime: event.timeStamp });
    this.click = { began: event.timeStamp, model: 0, answered: false };
  }

  /** Its reply is here and the mask cache has the mask. @param {any} reply */
  answered(reply) {
    if (!this.click || reply?.model_ms === undefined) return;
    this.click.model = reply.model_ms;
    this.click.answered = true;
  }

  /** The layers were drawn. A message after that comes about when the browser has committed the frame. */
  painted() {
    this.isOpen(false);
    this.paints++;
    this.frame = this.workspace.store.state.shown;
    const { click } = this;
    if (!click?.answered) return;
    this.click = null;
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      performance.mark("throughline-painted");
      this.clicks.push({ total_ms: performance.now() - click.began, model_ms: click.model });
    };
    channel.port2.postMessage(null);
  }

  /** Put the hooks on the window. */
  publish() {
    const { workspace, clicks } = this;
    const measure = this;
    window.throughline = Object.freeze({
      get seen() { return measure.seen; },
      get opened() { return measure.opened; },
      /** How often the picture was drawn, which frame, from how wide a picture, and how many masks there are for it. */
      get drawn() {
        const { paints, frame } = measure;
        return { paints, frame, width: workspace.stage.bitmap?.width ?? 0, masks: workspace.stage.masks };
      },
      get timelinePaint() { return measure.timelinePaint; },
      get timelineScale() { return { start: workspace.timeline.scale.start, step: workspace.timeline.scale.step }; },
      get clicks() { return structuredClone(clicks); },
      get lastClick() { return structuredClone(clicks[clicks.length - 1] || null); },
      state: () => this.snapshot(),
      mask: (frame, objectId) => structuredClone(workspace.masks.item(frame, objectId)),
      toScreen: (x, y) => {
        const box = workspace.stage.element.getBoundingClientRect();
        const at = workspace.stage.view.toScreen(x, y);
        return { x: at.x + box.left, y: at.y + box.top };
      },
    });
  }

  snapshot() {
    const { state } = this.workspace.store;
    const { seen } = this.workspace.tools.point.preview;
    const keys = ["frame", "shown", "selected", "hovered", "tool", "labelId", "model", "inPoint", "outPoint",
      "connection", "undo", "redo",
      "pending", "playing", "brush", "scopeAll", "timeline", "looked", "prompts", "batch", "swapped", "eachBox", "answers", "asking",
      "found", "searching"];
    return structuredClone({
      ...Object.fromEntries(keys.map((key) => [key, state[key]])), stage: state.video.stage, cuts: state.video.cuts,
      chosen: this.workspace.objects.chosen, hidden: [...state.hidden],
      search: state.search && {
        frame: state.search.frame, looking: state.search.looking, current: state.search.current?.number ?? null,
        candidates: state.search.open.map(({ number, score, category, objectId, frame, shape, anchor }) => ({
          number, score, category, object_id: objectId, frame, anchor, area: shape.area,
        })),
      },
      preview: seen && { frame: seen.frame, point: seen.point, area: seen.shape.area },
      objects: [...state.objects.values()], runs: [...state.runs.values()],
      masks: this.workspace.masks.on(Math.max(0, state.shown)).map(({ id, shape, entry }) => ({
        object_id: id, area: shape.area, box: [shape.x, shape.y, shape.width, shape.height],
        state: entry.item?.state ?? null, source: entry.item?.source ?? null, local: entry.local !== null,
      })),
    });
  }
}
