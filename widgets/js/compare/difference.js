// Two masks of one object over each other: what both have is plain, what only one has is hatched, each in its own direction.

export const NOW = "#2f6fed";
export const OTHER = "#f08a00";
const GAP = 7; // CSS pixels from line to line

/**
 * @param {CanvasRenderingContext2D} context @param {number} unit picture pixels a CSS pixel
 * @param {{outline: Path2D, shape: any}|null} now @param {{outline: Path2D, shape: any}|null} other
 */
export function paintDifference(context, unit, now, other) {
  const box = around([now, other].filter(Boolean).map(({ shape }) => shape));
  if (now && other) {
    inside(context, [now.outline, other.outline], () => {
      context.fillStyle = "rgb(255 255 255 / 38%)";
      context.fillRect(box.x, box.y, box.width, box.height);
    });
  }
  for (const [one, not, colour, slope] of [[now, other, NOW, 1], [other, now, OTHER, -1]]) {
    if (!one) continue;
    const outside = not ? [beside(box, not.outline)] : [];
    inside(context, [one.outline, ...outside], () => hatch(context, box, unit, colour, slope));
    for (const [width, ink] of [[3.5, "rgb(0 0 0 / 55%)"], [1.75, colour]]) {
      context.lineWidth = width * unit;
      context.strokeStyle = ink;
      context.stroke(one.outline);
    }
  }
}

function inside(context, paths, paint) {
  context.save();
  for (const path of paths) context.clip(path, "evenodd");
  paint();
  context.restore();
}

/** All of a box but what a path has. */
function beside({ x, y, width, height }, outline) {
  const path = new Path2D();
  path.rect(x - 1, y - 1, width + 2, height + 2);
  path.addPath(outline);
  return path;
}

function around(shapes) {
  const x = Math.min(...shapes.map((one) => one.x));
  const y = Math.min(...shapes.map((one) => one.y));
  const right = Math.max(...shapes.map((one) => one.x + one.width));
  const bottom = Math.max(...shapes.map((one) => one.y + one.height));
  return { x, y, width: right - x, height: bottom - y };
}

function hatch(context, { x, y, width, height }, unit, colour, slope) {
  context.globalAlpha = 0.3;
  context.fillStyle = colour;
  context.fillRect(x, y, width, height);
  context.globalAlpha = 1;
  const lines = new Path2D();
  for (let at = -height; at < width; at += GAP * unit) {
    lines.moveTo(x + at, slope > 0 ? y + height : y);
    lines.lineTo(x + at + height, slope > 0 ? y : y + height);
  }
  context.lineWidth = 1.5 * unit;
  context.strokeStyle = colour;
  context.stroke(lines);
}
