// Bringing video into a project: files from this computer, or a path on the server. Every file is a line that tells
// how far it is.

import { ApiError, request } from "../api.js";
import { h } from "../dom.js";
import { heard, t } from "../i18n.js";
import { ask } from "../shell/dialog.js";
import { field, progress } from "../shell/elements.js";
import { attempt } from "../shell/page.js";
import { watchWork, workProblem } from "../shell/watch.js";
import { bytesText } from "../shell/words.js";
import { giveUp, unfinished, upload } from "./uploader.js";

const AT_ONCE = 2;

/**
 * The place to drop files, and the lines of what is under way.
 * @param {{id: number}} project
 * @param {boolean} mayReadPaths whether this person may name a file of the server
 * @param {() => void} onImported called whenever a video has come in
 * @returns {HTMLElement}
 */
export function importPanel(project, mayReadPaths, onImported) {
  const lines = h("div", { class: "tl-transfers", "aria-live": "polite" });
  const queue = new Queue(AT_ONCE);
  const take = (files) => {
    for (const file of files) {
      const line = new Line(file.name);
      lines.prepend(line.element);
      queue.add(() => bringFile(project.id, file, line, onImported));
    }
  };
  const picker = h("input", { type: "file", multiple: true, hidden: true,
    accept: "video/*,image/gif,.mkv,.avi,.mts,.mxf",
    onchange: () => {
      take([...picker.files]);
      picker.value = "";
    } });
  const drop = h("div", { class: "tl-drop" },
    h("span", {}, h("strong", {}, t`Drop video files here`), " ", h("span", { class: "tl-help" }, resumeHint(project.id))),
    h("span", { class: "tl-gap" }), picker,
    h("button", { class: "tl-button", onclick: () => picker.click() }, t`Choose files`),
    mayReadPaths && h("button", {
      class: "tl-button", onclick: () => askForPath(project.id, lines, onImported),
    }, t`From a path on the server`));
  acceptDrops(drop, take);
  return h("section", { "aria-label": t`Import` }, drop, lines);
}

function resumeHint(project) {
  const names = [...new Set(unfinished(project))];
  if (!names.length) return t`A lost connection loses nothing: an upload goes on where it stopped.`;
  return t`Unfinished: ${names.join(", ")}. Choose the same file again and it goes on where it stopped.`;
}

/** Files may be dropped anywhere: beside the place for them the browser would open the video and leave the page. */
function acceptDrops(drop, take) {
  const on = (name, isOver, act) => document.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.toggle("tl-over", isOver);
    if (drop.isConnected) act?.(event);
  });
  on("dragover", true);
  on("dragleave", false);
  on("drop", false, (event) => take([...event.dataTransfer.files]));
}

async function bringFile(project, file, line, onImported) {
  const stop = new AbortController();
  line.canStop(() => stop.abort());
  const started = performance.now();
  let first = null;
  try {
    const id = await upload(project, file, {
      signal: stop.signal,
      onProgress: (sent) => {
        first ??= sent;
        const left = timeLeft(sent - first, file.size - sent, performance.now() - started);
        line.show(sent / Math.max(file.size, 1),
          [t`Sending ${bytesText(sent)} of ${bytesText(file.size)}`, left].filter(Boolean).join("; "));
      },
      onWaiting: (seconds) => line.say(t`No connection. Trying again in ${seconds} s; nothing is lost.`),
    });
    line.canStop(null);
    await followImport(id, line, onImported);
  } catch (problem) {
    if (problem instanceof DOMException && problem.name === "AbortError") {
      line.remove();
      await attempt(() => giveUp(project, file));
    } else if (problem instanceof ApiError) line.fail(problem);
    else throw problem;
  }
}

/** "2 min left" once the rate is known. Bytes, bytes, milliseconds. */
function timeLeft(sent, left, spent) {
  if (spent < 2000 || sent <= 0) return "";
  const seconds = (left / sent) * (spent / 1000);
  return seconds < 90 ? t`${Math.ceil(seconds)} s left` : t`${Math.ceil(seconds / 60)} min left`;
}

async function followImport(id, line, onImported) {
  const state = await watchWork(`api/imports/${id}`, (now) =>
    line.show(now.progress, heard(now.message) || t`Reading the frames`));
  if (state.status === "done") {
    line.remove();
    onImported();
  } else line.fail({ message: workProblem(state) });
}

function askForPath(project, lines, onImported) {
  const path = h("input", { required: true, autofocus: true, placeholder: "/videos/walk.mp4", spellcheck: "false" });
  const copy = h("input", { type: "checkbox" });
  return ask({
    title: t`Import from a path on the server`,
    body: [
      field(t`Path`, path, t`A video, a folder of videos, or a folder of numbered images.`),
      h("label", { class: "tl-check" }, copy, h("span", {}, t`Copy it into the project instead of reading it there`)),
    ],
    action: t`Import`,
    submit: async () => {
      const reply = await request("POST", `api/projects/${project}/videos`, { path: path.value, copy: copy.checked });
      const line = new Line(path.value);
      lines.prepend(line.element);
      attempt(() => followImport(reply.import, line, onImported), (problem) => line.fail(problem));
    },
  });
}

/** One file on its way. */
class Line {
  /** @param {string} name */
  constructor(name) {
    this.bar = progress(0, name);
    this.text = h("span", { class: "tl-dim tl-number" }, t`Waiting`);
    this.end = h("span", {});
    this.element = h("div", { class: "tl-transfer" }, h("span", { class: "tl-name", title: name }, name), this.bar,
      this.text, this.end);
    this.name = name;
  }

  show(share, text) {
    const bar = progress(share, this.name);
    this.bar.replaceWith(bar);
    this.bar = bar;
    this.say(text);
  }

  say(text) {
    this.text.textContent = text;
  }

  /** Offer a way to stop, or none. @param {(() => void) | null} stop */
  canStop(stop) {
    this.end.replaceChildren(...(stop ? [h("button", { class: "tl-button", onclick: stop }, t`Stop`)] : []));
  }

  fail(problem) {
    this.element.classList.add("tl-failed");
    this.say([problem.message, problem.remedy].filter(Boolean).join(" "));
    this.end.replaceChildren(h("button", { class: "tl-button", onclick: () => this.remove() }, t`Close`));
  }

  remove() {
    this.element.remove();
  }
}

/** Runs some tasks at a time, the rest in order. */
class Queue {
  /** @param {number} atOnce */
  constructor(atOnce) {
    this.free = atOnce;
    this.waiting = [];
  }

  /** @param {() => Promise<void>} task */
  add(task) {
    this.waiting.push(task);
    this.next();
  }

  next() {
    if (!this.free || !this.waiting.length) return;
    this.free -= 1;
    attempt(this.waiting.shift()).finally(() => {
      this.free += 1;
      this.next();
    });
  }
}
