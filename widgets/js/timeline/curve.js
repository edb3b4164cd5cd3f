// The open lane of the selected object: its scores over time, lowest of the frames in a pixel, and its area behind them.

import { request } from "../api.js";
import { LANE } from "./scale.js";

export const CURVE = 56; // CSS pixels that the open lane is taller
export const LOW = 0.5; // as projects_db/timeline.py has it
const QUIET = 150; // ms without another pan or change before more is asked for

export class Curve {
  /** @param {import("../workspace.js").Workspace} workspace @param {() => void} arrived called when there is something new to draw */
  constructor(workspace, arrived) {
    this.workspace = workspace;
    this.arrived = arrived;
    this.timer = 0;
    this.wanted = "";
    /** @type {{objectId: number, frames: number, buckets: [number, number|null, number][]}|null} */
    this.data = null;
    /** @type {any} the lane the data was read for: another one means other masks */
    this.lane = null;
  }

  /** Ask for what is in sight, with as much again on both sides. @param {number} objectId @param {import("./scale.js").Scale} scale */
  want(objectId, scale) {
    const { timeline, video } = this.workspace.store.state;
    const half = 2 ** Math.ceil(Math.log2(Math.max(8, scale.span))); // steps, so that a small pan asks for nothing
    const start = Math.max(0, (Math.floor(scale.start / half) - 1) * half);
    const stop = Math.min(video.frame_count, (Math.ceil((scale.start + scale.span) / half) + 1) * half);
    const key = `${objectId} ${start} ${stop}`;
    if (key === this.wanted && this.lane === timeline.objects[objectId]) return;
    this.wanted = key;
    this.lane = timeline.objects[objectId];
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.read(key, objectId, start, stop), QUIET);
  }

  async read(key, objectId, start, stop) {
    const { store, toast } = this.workspace;
    const path = `api/videos/${store.state.video.id}/scores?object_id=${objectId}&start=${start}&stop=${stop}&buckets=4000`;
    try {
      const data = await request("GET", path);
      if (key !== this.wanted) return;
      this.data = { objectId, ...data };
      this.arrived();
    } catch (error) {
      if (error.status) toast.error(error);
      this.wanted = ""; // the next paint asks again
    }
  }

  /** @param {import("./paint.js").Paint} paint @param {import("./paint.js").Lane} lane */
  paint({ context, scale, inks }, { object, top }) {
    this.want(object.id, scale);
    const [foot, height] = [top + LANE + CURVE - 5, CURVE - 12];
    paintThreshold(context, scale, inks, foot - LOW * height);
    if (this.data?.objectId !== object.id) return;
    const { buckets, frames } = this.data;
    const seen = buckets.filter(([frame]) => frame + frames > scale.start && frame < scale.start + scale.span);
    const largest = Math.max(1, ...buckets.map(([, , area]) => area));
    const width = Math.max(1, frames * scale.step);
    context.fillStyle = object.colour;
    context.globalAlpha = 0.22;
    for (const [frame, , area] of seen) {
      context.fillRect(scale.toX(frame), foot, width, (-area / largest) * height);
    }
    context.globalAlpha = 1;
    paintScores(context, scale, inks, seen, frames, (score) => foot - score * height);
  }
}

function paintThreshold(context, scale, inks, y) {
  context.strokeStyle = inks.danger;
  context.lineWidth = 1;
  context.setLineDash([4, 4]);
  context.beginPath();
  context.moveTo(0, Math.round(y) + 0.5);
  context.lineTo(scale.width, Math.round(y) + 0.5);
  context.stroke();
  context.setLineDash([]);
  context.fillStyle = inks.dim;
  context.font = "10px system-ui, sans-serif";
  context.fillText(String(LOW), 3, y - 6);
}

/** A line through the scores, broken where there is none. */
function paintScores(context, scale, inks, buckets, frames, yOf) {
  context.strokeStyle = inks.text;
  context.lineWidth = 1.5;
  context.beginPath();
  let before = null;
  for (const [frame, score] of buckets) {
    if (score === null) { before = null; continue; }
    const x = scale.toX(frame + frames / 2);
    if (before === frame - frames) context.lineTo(x, yOf(score));
    else {
      context.moveTo(x - 1, yOf(score)); // one alone is seen, too
      context.lineTo(x, yOf(score));
    }
    before = frame;
  }
  context.stroke();
}
