// How a candidate is drawn: a dotted outline and no fill, so that it is never taken for a mask. The current one has larger
// dots and is hatched.

const HATCH = 9; // CSS pixels from line to line

/**
 * @param {CanvasRenderingContext2D} context @param {import("./view.js").View} view
 * @param {{shape: import("../rle.js").Shape, outline: Path2D}} candidate
 * @param {"open"|"current"|"sent"} how sent: accepted, not answered yet @param {string} [colour] of one that has a colour
 */
export function paintCandidate(context, view, { shape, outline }, how, colour = "#ffffff") {
  const unit = 1 / view.scale;
  context.save();
  if (how === "current") hatch(context, shape, outline, unit);
  const size = { open: 2.5, current: 3.5, sent: 2 }[how] * unit;
  context.lineCap = "round";
  context.setLineDash(how === "sent" ? [] : [0, 2.4 * size]); // a dash of no length with round ends is a dot
  for (const [width, ink] of [[size + 2 * unit, "rgb(0 0 0 / 75%)"], [size, colour]]) {
    context.lineWidth = width;
    context.strokeStyle = ink;
    context.stroke(outline);
  }
  context.restore();
}

function hatch(context, { x, y, width, height }, outline, unit) {
  const lines = new Path2D();
  for (let at = -height; at < width; at += HATCH * unit) {
    lines.moveTo(x + at, y + height);
    lines.lineTo(x + at + height, y);
  }
  context.save();
  context.clip(outline, "evenodd");
  for (const [width, colour] of [[2.5, "rgb(0 0 0 / 35%)"], [1, "rgb(255 255 255 / 85%)"]]) {
    context.lineWidth = width * unit;
    context.strokeStyle = colour;
    context.stroke(lines);
  }
  context.restore();
}
