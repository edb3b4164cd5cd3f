// Findings on the ruler: a small cross each, the one that is looked at larger.

/**
 * @param {CanvasRenderingContext2D} context @param {import("./scale.js").Scale} scale @param {Record<string, string>} inks
 * @param {{left: {frame: number, key: string}[], chosen: string|null}} findings
 */
export function paintFindings(context, scale, inks, { left, chosen }) {
  context.strokeStyle = inks.warn;
  context.lineWidth = 1.75;
  context.beginPath();
  for (const { frame, key } of left) {
    const x = scale.toX(frame + 0.5);
    if (x < -6 || x > scale.width + 6) continue;
    const size = key === chosen ? 4 : 2.5;
    const y = key === chosen ? 6 : 5;
    context.moveTo(x - size, y - size);
    context.lineTo(x + size, y + size);
    context.moveTo(x + size, y - size);
    context.lineTo(x - size, y + size);
  }
  context.stroke();
}
