// The pointer of those who work by keys alone: a crosshair on the picture that moves by arrows and presses as a button does.

const STEP = 16; // CSS pixels
const SMALL_STEP = 2;

export class Crosshair {
  /** @param {import("./stage.js").Stage} stage */
  constructor(stage) {
    this.stage = stage;
    /** @type {{x: number, y: number}|null} in picture pixels, null while nobody uses it */
    this.at = null;
    this.held = false; // the tool drags: pressed, not let go
  }

  /** @param {number} dx @param {number} dy in steps @param {boolean} [fine] */
  move(dx, dy, fine = false) {
    const { view } = this.stage;
    if (!this.at) this.at = view.toPicture(view.size.width / 2, view.size.height / 2);
    else {
      const step = (fine ? SMALL_STEP : STEP) / view.scale;
      this.at = { x: this.at.x + dx * step, y: this.at.y + dy * step };
    }
    this.at = { x: clamp(this.at.x, view.picture.width), y: clamp(this.at.y, view.picture.height) };
    const press = this.press();
    this.stage.hover(press);
    this.stage.workspace.tool.move?.(press, this.held);
    this.stage.redraw();
  }

  /** Press at the crosshair; a tool that drags is let go by the next press. @param {boolean} negative */
  click(negative) {
    const { tool, store } = this.stage.workspace;
    if (!this.at) this.move(0, 0);
    if (store.state.shown < 0) return;
    const press = this.press(negative);
    if (this.held || tool.pans) {
      this.held = false;
      (tool.pans ? tool.click : tool.up)?.call(tool, press);
    } else {
      tool.down?.(press);
      this.held = tool.grips ?? Boolean(tool.up);
    }
    this.stage.redraw();
  }

  /** The mouse is back, or the drawing was given up. */
  leave() {
    if (!this.at) return;
    this.at = null;
    this.held = false;
    this.stage.redraw();
  }

  /** @returns {import("./stage.js").Press} */
  press(right = false) {
    const { view, workspace } = this.stage;
    const { shown: frame, swapped } = workspace.store.state;
    const { x: screenX, y: screenY } = view.toScreen(this.at.x, this.at.y);
    const event = new PointerEvent("pointerdown", { button: right ? 2 : 0 });
    return { ...this.at, screenX, screenY, frame, negative: right, positive: right === swapped, ctrl: false, shift: false,
      alt: false, event };
  }

  /** @param {CanvasRenderingContext2D} context @param {import("./view.js").View} view */
  paint(context, view) {
    if (!this.at) return;
    const [gap, arm] = [4 / view.scale, 14 / view.scale];
    const { x, y } = this.at;
    context.beginPath();
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      context.moveTo(x + dx * gap, y + dy * gap);
      context.lineTo(x + dx * arm, y + dy * arm);
    }
    for (const [width, colour] of [[4, "rgb(0 0 0 / 70%)"], [2, this.held ? "#ffd23f" : "#ffffff"]]) {
      context.lineWidth = width / view.scale;
      context.strokeStyle = colour;
      context.stroke();
    }
  }
}

const clamp = (value, size) => Math.max(0, Math.min(size - 0.5, value));
