// Work as people say it: which frames, until when. Pure functions.

import { day, language, t } from "../i18n.js";

/**
 * Work given to a person; frames start <= f < stop.
 * @typedef {{id: number, project_id: number, project: string, video_id: number, video: string, stage: string, start: number,
 *   stop: number, person_id: number, person: string, task: "annotate"|"review", due: string|null, note: string,
 *   done_at: string|null}} Assignment
 */

export const TASK_NAMES = { annotate: t`annotate`, review: t`review` };

/** @param {{start: number, stop: number}} work */
export const rangeText = ({ start, stop }) => (
  stop - start === 1 ? t`frame ${start}` : t`frames ${start}–${stop - 1}`);

/** Days until a day; negative once it has gone by. @param {string} due "2024-05-01" @param {Date} [today] */
export function daysLeft(due, today = new Date()) {
  const midnight = new Date(today.getFullYear(), today.getMonth(), today.getDate());
  return Math.round((new Date(`${due}T00:00`).getTime() - midnight.getTime()) / 86_400_000);
}

/** "due Friday", "overdue by 2 days"; "" without a day. @param {string|null} due @param {Date} [today] */
export function dueText(due, today = new Date()) {
  if (due === null) return "";
  const left = daysLeft(due, today);
  if (left < 0) return t`overdue by ${-left} day|overdue by ${-left} days`;
  if (left === 0) return t`due today`;
  if (left === 1) return t`due tomorrow`;
  if (left < 7) return t`due ${new Date(`${due}T00:00`).toLocaleDateString(language, { weekday: "long" })}`;
  return t`due ${day(due)}`;
}

/** @param {Assignment} work @param {Date} [today] */
export const isOverdue = (work, today = new Date()) =>
  work.done_at === null && work.due !== null && daysLeft(work.due, today) < 0;
