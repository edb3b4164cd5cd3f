// Numbers and stages as people read them.

import { number, say, t } from "../i18n.js";

/** @param {number} bytes */
export function bytesText(bytes) {
  const units = ["B", "KB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  const value = bytes / 1000 ** power;
  return `${number(value, power && value < 100 ? 1 : 0)} ${units[power]}`;
}

/** @param {number} seconds as 1:02:03 or 2:03 */
export function durationText(seconds) {
  const whole = Math.round(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] ? parts : parts.slice(1);
  return shown.map((part, i) => (i ? String(part).padStart(2, "0") : part)).join(":");
}

/**
 * "12 frames"; the short way to write t`${n} frame|${n} frames`.
 * @param {number} n @param {string} one "frame" @param {string} [many] both as they stand here: the words are keys of the table
 */
export const count = (n, one, many = `${one}s`) => say(`{0} ${one}|{0} ${many}`, [n]);

/** @param {number} share 0 to 1; never says 100% of something unfinished */
export const percent = (share) => t`${share >= 1 ? 100 : Math.floor(share * 100)}%`;

/** What is known of a mask, as people say it. @param {string} state @param {string} source */
export function maskWords(state, source) {
  if (state === "tracked") return { human: t`made by a person`, model: t`tracked by a model`, import: t`imported` }[source];
  return { candidate: t`proposed by a model`, stale: t`stale`, verified: t`verified`, absent: t`absent` }[state];
}

/** What a stage is called in a list. */
export const STAGE_NAMES = { annotate: t`Annotate`, review: t`Review`, accepted: t`Accepted` };

/** Roles from the least to the most that a person may do. */
export const ROLES = ["annotator", "reviewer", "owner"];

/** What a role is called. */
export const ROLE_NAMES = { annotator: t`annotator`, reviewer: t`reviewer`, owner: t`owner` };
