// The mark of what a reviewer made: a bracket over the lane, its feet down at both ends.

/**
 * @param {CanvasRenderingContext2D} context @param {import("./scale.js").Scale} scale @param {Object<string, string>} inks
 * @param {number} top of the lane @param {[number, number][]} spans start <= frame < stop
 */
export function paintEdited(context, scale, inks, top, spans) {
  context.strokeStyle = inks.text;
  context.lineWidth = 1.5;
  context.beginPath();
  for (const [start, stop] of spans) {
    if (stop <= scale.start || start >= scale.start + scale.span) continue;
    const left = scale.toX(start) + 1;
    const right = Math.max(left + 4, scale.toX(stop) - 1); // seen however far out the zoom is
    context.moveTo(left, top + 5);
    context.lineTo(left, top + 1.5);
    context.lineTo(right, top + 1.5);
    context.lineTo(right, top + 5);
  }
  context.stroke();
}
