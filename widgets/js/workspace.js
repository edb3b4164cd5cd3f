// The workspace: reads a video, builds the parts, and puts them together. Other pages mount it with panels of their own.

import { Activity } from "./activity.js";
import { Answers } from "./answers.js";
import { Stage } from "./canvas/stage.js";
import { Findings } from "./checks/findings.js";
import { checksPanel } from "./checks/panel.js";
import { compareBar, compareLine } from "./compare/bar.js";
import { Compare } from "./compare/compare.js";
import { Onion } from "./compare/onion.js";
import { Verdicts } from "./compare/runs.js";
import { commandsOf } from "./commands.js";
import { fill, h } from "./dom.js";
import { Edits } from "./edits.js";
import { FrameActions } from "./frame-actions.js";
import { FrameLoader } from "./frames.js";
import { Help } from "./help.js";
import { t } from "./i18n.js";
import { Keymap } from "./keys/keymap.js";
import { Identities } from "./identities.js";
import { handle } from "./layout.js";
import { Live } from "./live.js";
import { MaskCache } from "./masks.js";
import { MaskActions } from "./mask-actions.js";
import { Measure } from "./measure.js";
import { NextFrame } from "./next-frame.js";
import { Objects } from "./objects.js";
import { loadStyles, readVideo, STYLES } from "./opening.js";
import { answersPanel } from "./panels/answers.js";
import { banner } from "./panels/banner.js";
import { refreshButtons } from "./panels/button.js";
import { candidateLayer } from "./panels/candidates.js";
import { foundPanel } from "./panels/found.js";
import { framePanel } from "./panels/frame.js";
import { objectsPanel } from "./panels/objects.js";
import { propertiesPanel } from "./panels/properties.js";
import { spokenLine } from "./panels/spoken.js";
import { hintLine, toolbar } from "./panels/toolbar.js";
import { topbar } from "./panels/topbar.js";
import { transport } from "./panels/transport.js";
import { wordsBar } from "./panels/words.js";
import { correctionsPanel } from "./review/corrections-panel.js";
import { pinLayer } from "./review/pins.js";
import { Threads } from "./review/threads.js";
import { threadsPanel } from "./review/threads-panel.js";
import { Runs } from "./runs.js";
import { Searches } from "./searches.js";
import { attempt, queryNumber, setQuery } from "./shell/page.js";
import { isTyping, Shortcuts } from "./shortcuts.js";
import { Store } from "./store.js";
import { ALL_LANES } from "./timeline/lanes.js";
import { Looked } from "./timeline/looked.js";
import { NO_TIMELINE } from "./timeline/segments.js";
import { Timeline } from "./timeline/timeline.js";
import { Toast } from "./toast.js";
import { toolsFor } from "./tools/index.js";
import { Tour } from "./tour/tour.js";
import { Viewer } from "./viewer.js";
import { workLine } from "./work/line.js";
import { Work } from "./work/work.js";

const SETTINGS = "throughline.settings";
/** @type {Panel[]} */
const PANELS = [objectsPanel, foundPanel, propertiesPanel, answersPanel, framePanel, correctionsPanel, checksPanel, threadsPanel];
const REMEMBERED = ["opacity", "outlines", "brush", "tip", "keepOthers", "specks", "smoothing", "scopeAll", "follow",
  "acrossCuts", "swapped", "eachBox", "openLane", "lookedBy", "thumbnails", "jumpTo"];

/**
 * A panel for the right side. It may listen to `workspace.store` and call any part.
 * @typedef {(workspace: Workspace) => HTMLElement} Panel
 */

/** Everything of one open video. The parts know each other through this and nothing else. */
export class Workspace {
  /** @param {HTMLElement} element @param {any} me @param {import("./types.js").Video} video */
  constructor(element, me, video) {
    this.element = element;
    this.store = new Store(initialState(me, video));
    this.toast = new Toast();
    this.measure = new Measure(this);
    this.activity = new Activity(this);
    this.frames = new FrameLoader(video);
    this.masks = new MaskCache(video.id, video.frame_count, () => {
      this.store.set({ masksVersion: this.store.state.masksVersion + 1 });
    });
    this.objects = new Objects(this);
    this.edits = new Edits(this);
    this.runs = new Runs(this);
    this.live = new Live(this);
    this.viewer = new Viewer(this);
    this.frameActions = new FrameActions(this);
    this.maskActions = new MaskActions(this);
    this.identities = new Identities(this);
    this.nextFrame = new NextFrame(this);
    this.answers = new Answers(this);
    this.searches = new Searches(this);
    this.threads = new Threads(this);
    this.findings = new Findings(this);
    this.compare = new Compare(this);
    this.onion = new Onion(this);
    this.verdicts = new Verdicts(this);
    this.work = new Work(this);
    this.help = new Help(this);
    this.tour = new Tour(this);
    this.tools = Object.fromEntries(toolsFor(this.store.state).map(({ id, make }) => [id, make(this)]));
    this.stage = new Stage(this);
    this.commands = new Shortcuts();
    this.commands.add(commandsOf(this));
    this.timeline = new Timeline(this);
    this.looked = new Looked(this);
    this.keymap = new Keymap(this.commands, me.preferences.keys);
  }

  /** The tool in the hand. */
  get tool() {
    return this.tools[this.store.state.tool];
  }

  /** @param {string} id */
  useTool(id) {
    const before = this.store.state.tool;
    this.store.set({ tool: id });
    const old = this.tools[before];
    if (id !== before) (old.putAway ?? old.cancel)?.call(old);
    this.tool.begin?.(before);
  }

  /** @param {KeyboardEvent} event */
  keyDown(event) {
    this.modifier(event);
    if (event.key === " " && !isTyping(event.target) && !(event.target instanceof HTMLButtonElement)) {
      event.preventDefault(); // held, it moves the picture; let go without that, it plays
      if (!event.repeat) this.stage.holdPan(true);
      return;
    }
    if (event.target instanceof HTMLSelectElement && ["Enter", "Escape"].includes(event.key)) this.stage.element.focus();
    else this.commands.handle(event);
  }

  /** @param {KeyboardEvent} event */
  keyUp(event) {
    this.modifier(event);
    if (event.key !== " " || !this.stage.panKey) return;
    const moved = this.stage.panned;
    this.stage.holdPan(false);
    if (!moved) this.commands.get("play").run();
  }

  /** Tell the tool in the hand of Shift and Ctrl, which are held while the pointer is used. @param {KeyboardEvent} event */
  modifier(event) {
    const isModifier = ["Shift", "Control", "Meta"].includes(event.key) && !event.repeat;
    if (isModifier && !isTyping(event.target) && !document.querySelector("dialog[open]")) this.tool.modifier?.(event);
  }
}

function initialState(me, video) {
  const settings = JSON.parse(localStorage.getItem(SETTINGS) || "{}");
  const living = video.objects.filter((object) => !object.deleted);
  return {
    me, video, timeline: NO_TIMELINE, objects: new Map(living.map((object) => [object.id, object])),
    runs: new Map(video.runs.map((run) => [run.id, run])), connection: "connecting", people: [],
    frame: 0, shown: -1, selected: null, chosen: new Set(), hovered: null, tool: "point", labelId: video.labels[0]?.id ?? null,
    model: video.default_model, wordsModel: null, hidden: new Set(), inPoint: null, outPoint: null, pending: 0, playing: false,
    undo: true, redo: true, // what there is to undo is known after the first change; before, the server says
    brush: 24, tip: "round", keepOthers: false, specks: null, smoothing: 2, mending: null, opacity: 0.5, outlines: true,
    scopeAll: true, follow: false, acrossCuts: false, masksVersion: 0, prompts: [], batch: null, search: null,
    swapped: false, eachBox: false, openLane: false, looked: { own: [], all: [] }, lookedBy: "own", laneView: ALL_LANES,
    thumbnails: true, jumpTo: "barrier", ...settings,
  };
}

/**
 * Open a video in an element, which it fills.
 * @param {HTMLElement} element
 * @param {{videoId: number, frame?: number, mode?: "annotate"|"review", panels?: Panel[]}} options
 *   `panels`: what stands on the right side, from the top
 * @returns {Promise<Workspace>}
 * @throws {import("./api.js").ApiError} there is no such video, or nobody is signed in
 */
export async function mountWorkspace(element, { videoId, frame = 0, mode = "annotate", panels = PANELS }) {
  const [{ me, video }] = await Promise.all([readVideo(videoId, frame), loadStyles(...STYLES)]);
  document.title = [mode === "review" && t`Review`, video.name, "Throughline"].filter(Boolean).join(" · ");
  const workspace = new Workspace(element, me, video);
  layOut(workspace, mode, panels);
  listen(workspace);
  workspace.measure.publish();
  workspace.activity.begin();
  workspace.looked.listen();
  workspace.live.connect();
  await workspace.viewer.seek(frame);
  workspace.stage.element.focus({ preventScroll: true });
  if (mode === "annotate") workspace.live.connected.then(() => workspace.tour.offer()); // it looks at what there is
  return workspace;
}

function layOut(workspace, mode, panels) {
  const { element, stage, toast } = workspace;
  element.classList.add("tw-workspace");
  const side = h("div", { class: "tw-side", role: "complementary", "aria-label": t`Panels` },
    ...panels.map((panel) => panel(workspace)));
  stage.element.append(candidateLayer(workspace), compareLine(workspace), pinLayer(workspace));
  fill(element, topbar(workspace, mode), toolbar(workspace),
    h("div", { class: "tw-middle", role: "region", "aria-label": t`Picture` },
      h("div", {}, workLine(workspace, mode), wordsBar(workspace)), stage.element, hintLine(workspace),
      spokenLine(workspace), compareBar(workspace), banner(workspace), toast.element),
    handle(element, { name: "side", label: t`Width of the panels`, axis: "x", least: 220, most: 560, start: 300 }), side,
    handle(element, { name: "foot", label: t`Height of the timeline`, axis: "y", least: 96, most: 480, start: 196 }),
    h("div", { class: "tw-foot", role: "region", "aria-label": t`Timeline` }, transport(workspace),
      workspace.timeline.element));
}

function listen(workspace) {
  const { store, element } = workspace;
  document.addEventListener("keydown", (event) => workspace.keyDown(event));
  document.addEventListener("keyup", (event) => workspace.keyUp(event));
  element.addEventListener("change", ({ target }) => giveKeysBack(workspace, target));
  window.addEventListener("blur", () => workspace.stage.holdPan(false));
  window.addEventListener("beforeunload", (event) => { if (store.state.pending) event.preventDefault(); }); // the browser asks
  store.on(["frame"], ({ frame }) => rememberFrame(frame));
  store.on(REMEMBERED, (state) => {
    localStorage.setItem(SETTINGS, JSON.stringify(Object.fromEntries(REMEMBERED.map((key) => [key, state[key]]))));
  });
  store.on(["selected", "objects", "undo", "redo", "runs", "connection", "video", "search", "mending", "inPoint", "outPoint",
    "check", "found", "foundAt", "searching"], () => refreshButtons(workspace));
  element.addEventListener("contextmenu", (event) => { if (!isTyping(event.target)) event.preventDefault(); });
}

/** Once a list is chosen from, the next key is for the picture; a person at the keyboard says so with Enter or Esc. */
function giveKeysBack({ stage }, control) {
  if (control instanceof HTMLSelectElement && !control.matches(":focus-visible")) stage.element.focus();
}

let remembering = 0;

/**
 * The address names the frame, so that a reload or a shared link opens it. Browsers refuse more than a few changes a
 * second.
 */
function rememberFrame(frame) {
  clearTimeout(remembering);
  remembering = window.setTimeout(() => setQuery({ frame: frame || null }), 400);
}

/** The Annotate page. @param {HTMLElement} element */
export const mount = (element) => openVideo(element);

/**
 * Open the video that the page's address names, or say why not.
 * @param {HTMLElement} element @param {{mode?: "annotate"|"review", panels?: Panel[]}} [options]
 * @returns {Promise<Workspace|undefined>} undefined where it could not be opened
 */
export async function openVideo(element, options = {}) {
  const videoId = queryNumber("video");
  const explain = (title, text) => {
    document.title = `${title} · Throughline`;
    fill(element, h("div", { class: "tw-blank" }, h("h1", {}, title), h("p", {}, text),
    h("p", {}, h("a", { href: "./" }, t`To the projects`))));
  };
  await loadStyles("workspace");
  if (videoId === null) {
    explain(t`No video is open`, t`Choose one on the project page and press Annotate.`);
    return undefined;
  }
  return attempt(() => mountWorkspace(element, { videoId, frame: queryNumber("frame") ?? 0, ...options }),
    (problem) => explain(t`This video cannot be opened`, `${problem.message} ${problem.remedy}`));
}
