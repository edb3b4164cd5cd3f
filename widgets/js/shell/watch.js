// Following work the server does in the background (an import, an export) until it ends.

import { ApiError, request } from "../api.js";
import { heard, t } from "../i18n.js";

const INTERVAL_MS = 400;

/**
 * Ask again and again until the work is over. A server that does not answer for a while is waited for.
 * @param {string} path "api/imports/4"
 * @param {(state: any) => void} onState called with every answer
 * @returns {Promise<any>} the last answer: status "done", "failed" or "cancelled"
 */
export async function watchWork(path, onState) {
  for (;;) {
    try {
      const state = await request("GET", path);
      onState(state);
      if (!["running", "queued"].includes(state.status)) return state;
    } catch (problem) {
      if (!(problem instanceof ApiError) || problem.status !== 0) throw problem;
    }
    await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
  }
}

/** What went wrong with the work, as one line. @param {any} state */
export function workProblem(state) {
  const error = state.error;
  if (error && typeof error === "object") return [error.message, error.remedy].filter(Boolean).map(heard).join(" ");
  return heard(error || state.message || "") || t`It failed.`;
}
