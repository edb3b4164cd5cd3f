// Whether a layer has anything on it. An empty one is not shown: laying it over the others costs as much as a full one.

const DRAWS = ["fill", "stroke", "fillRect", "strokeRect", "fillText", "strokeText", "drawImage"];

/**
 * The context, which from now on says with `hasInk` that something was drawn; whoever clears it takes that back.
 * @param {CanvasRenderingContext2D} context @returns {CanvasRenderingContext2D & {hasInk: boolean}}
 */
export function inked(context) {
  for (const name of DRAWS) {
    const draw = context[name];
    context[name] = function drawn(...how) {
      this.hasInk = true;
      return draw.apply(this, how);
    };
  }
  return Object.assign(context, { hasInk: false });
}
