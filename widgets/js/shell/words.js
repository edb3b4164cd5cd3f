// Numbers and stages as people read them.

/** @param {number} bytes */
export function bytesText(bytes) {
  const units = ["B", "KB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  const value = bytes / 1000 ** power;
  return `${power && value < 100 ? value.toFixed(1) : Math.round(value)} ${units[power]}`;
}

/** @param {number} seconds as 1:02:03 or 2:03 */
export function durationText(seconds) {
  const whole = Math.round(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] ? parts : parts.slice(1);
  return shown.map((part, i) => (i ? String(part).padStart(2, "0") : part)).join(":");
}

/** @param {number} n @param {string} one "frame" @param {string} [many] */
export const count = (n, one, many = `${one}s`) => `${n.toLocaleString()} ${n === 1 ? one : many}`;

/** @param {number} share 0 to 1; never says 100% of something unfinished */
export const percent = (share) => `${share >= 1 ? 100 : Math.floor(share * 100)}%`;

/** What is known of a mask, as people say it. @param {string} state @param {string} source */
export function maskWords(state, source) {
  if (state === "tracked") return { human: "made by a person", model: "tracked by a model", import: "imported" }[source];
  return { candidate: "proposed by a model" }[state] ?? state;
}

/** What a stage is called in a list. */
export const STAGE_NAMES = { annotate: "Annotate", review: "Review", accepted: "Accepted" };

/** Roles from the least to the most that a person may do. */
export const ROLES = ["annotator", "reviewer", "owner"];
