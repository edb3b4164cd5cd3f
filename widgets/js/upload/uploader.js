// Sending a large file in pieces. The server says how far it has come, so a lost connection, a closed page or a
// restarted server costs at most one piece.

import { ApiError, request } from "../api.js";

const RETRY_SECONDS = [1, 2, 4, 8, 15];

/** Where an unfinished upload of this file is remembered; the same file chosen again goes on where it stopped. */
const memoryKey = (project, file) =>
  `throughline.upload.${project}.${file.name}.${file.size}.${file.lastModified}`;

/** Names of files whose upload was begun in this browser and never finished. @param {number} project */
export function unfinished(project) {
  const prefix = `throughline.upload.${project}.`;
  return Object.keys(localStorage).filter((key) => key.startsWith(prefix))
    .map((key) => key.slice(prefix.length).replace(/\.\d+\.\d+$/, ""));
}

/**
 * Send a file and start its import.
 * @param {number} project
 * @param {File} file
 * @param {{signal: AbortSignal, onProgress: (sent: number) => void, onWaiting: (seconds: number) => void}} options
 *   `onWaiting` says that there is no connection and when the next try is.
 * @returns {Promise<string | number>} the import's id
 * @throws {ApiError} the server refuses the file; DOMException "AbortError" when the person gave up
 */
export async function upload(project, file, { signal, onProgress, onWaiting }) {
  const key = memoryKey(project, file);
  const patient = (action) => keepTrying(action, signal, onWaiting);
  const state = await patient(() => openUpload(project, file, key, signal));
  let offset = state.offset;
  onProgress(offset);
  while (offset < file.size) {
    const piece = file.slice(offset, offset + state.chunk);
    offset = await patient(() => sendPiece(state.id, piece, offset, signal));
    onProgress(offset);
  }
  const { import: imported } = await patient(() => request("POST", `api/uploads/${state.id}/finish`, undefined,
    { signal }));
  localStorage.removeItem(key);
  return imported;
}

/** Give an upload up: what was sent is deleted on the server. @param {number} project @param {File} file */
export async function giveUp(project, file) {
  const key = memoryKey(project, file);
  const known = JSON.parse(localStorage.getItem(key) || "null");
  localStorage.removeItem(key);
  if (known) await request("DELETE", `api/uploads/${known.id}`);
}

async function openUpload(project, file, key, signal) {
  const known = JSON.parse(localStorage.getItem(key) || "null");
  if (known) {
    try {
      return { ...known, ...(await request("GET", `api/uploads/${known.id}`, undefined, { signal })) };
    } catch (problem) {
      if (!(problem instanceof ApiError) || problem.status !== 404) throw problem;
    }
  }
  const made = await request("POST", `api/projects/${project}/uploads`, { name: file.name, size: file.size },
    { signal });
  localStorage.setItem(key, JSON.stringify({ id: made.id, chunk: made.chunk }));
  return made;
}

/** Send one piece; where the server is at another offset (its answer to an earlier try was lost) go on from there. */
async function sendPiece(id, piece, offset, signal) {
  try {
    const headers = { "Upload-Offset": String(offset), "Content-Type": "application/octet-stream" };
    return (await request("PATCH", `api/uploads/${id}`, piece, { signal, headers })).offset;
  } catch (problem) {
    if (!(problem instanceof ApiError) || problem.status !== 409) throw problem;
    return (await request("GET", `api/uploads/${id}`, undefined, { signal })).offset;
  }
}

/** Repeat while there is no answer at all or the server is not ready; a refusal is final. */
async function keepTrying(action, signal, onWaiting) {
  for (let tries = 0; ; tries += 1) {
    try {
      return await action();
    } catch (problem) {
      const passing = problem instanceof ApiError && [0, 502, 504].includes(problem.status);
      if (!passing) throw problem;
      const seconds = RETRY_SECONDS[Math.min(tries, RETRY_SECONDS.length - 1)];
      onWaiting(seconds);
      await pause(seconds, signal);
    }
  }
}

/** Wait, but not past the moment the connection is back or the person gives up. */
function pause(seconds, signal) {
  return new Promise((resolve, reject) => {
    const done = (settle) => () => {
      clearTimeout(timer);
      window.removeEventListener("online", goOn);
      signal.removeEventListener("abort", stop);
      settle();
    };
    const goOn = done(resolve);
    const stop = done(() => reject(new DOMException("Given up.", "AbortError")));
    const timer = setTimeout(goOn, seconds * 1000);
    window.addEventListener("online", goOn);
    signal.addEventListener("abort", stop);
    if (signal.aborted) stop();
  });
}
