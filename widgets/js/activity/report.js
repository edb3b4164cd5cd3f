// The report of work by person, video, object or model: sums of the rows of docs/http.md, and what follows from them.

import { t } from "../i18n.js";

/** @typedef {{key: string, name: string, seconds: number, clicks: number, corrections: number, masks: number,
 *   verified: number}} Line */

const SUMMED = ["seconds", "clicks", "corrections", "masks", "verified"];

/** By what the report can be grouped: what tells the groups apart, and what they are called. */
export const GROUPS = {
  person: { title: t`Person`, key: (row) => row.person_id, name: (row) => row.person },
  video: { title: t`Video`, key: (row) => row.video_id, name: (row) => `${row.video} · ${row.project}` },
  object: { title: t`Object`, key: (row) => `${row.video_id}/${row.object_id}`,
    name: (row) => `${row.object || t`no object selected`} · ${row.video}` },
  model: { title: t`Model`, key: (row) => row.models.join(), name: (row) => row.models.join(" + ") || t`without a run` },
};

/**
 * @param {any[]} rows @param {keyof typeof GROUPS} by
 * @returns {Line[]} the most time first
 */
export function grouped(rows, by) {
  /** @type {Map<string, Line>} */
  const lines = new Map();
  for (const row of rows) {
    const key = String(GROUPS[by].key(row));
    if (!lines.has(key)) lines.set(key, { ...nothing(GROUPS[by].name(row)), key });
    addTo(lines.get(key), row);
  }
  return [...lines.values()].sort((a, b) => b.seconds - a.seconds);
}

/** All of them together. @param {any[]} rows @returns {Line} */
export function total(rows) {
  const all = nothing(t`Together`);
  for (const row of rows) addTo(all, row);
  return all;
}

/** Seconds a mask took; null where none was made. @param {Line} line */
export const secondsPerMask = ({ seconds, masks }) => (masks ? seconds / masks : null);

/** Null where no time was logged. @param {Line|undefined} line */
export const masksPerMinute = (line) => (line?.seconds ? (60 * line.masks) / line.seconds : null);

const nothing = (name) => ({ key: "", name, ...Object.fromEntries(SUMMED.map((field) => [field, 0])) });

function addTo(line, row) {
  for (const field of SUMMED) line[field] += row[field];
}
