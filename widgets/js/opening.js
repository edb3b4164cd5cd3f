// What opening a video waits for: style sheets, and who is here, the video and its timeline, which are asked for at once.

import { request, signIn } from "./api.js";
import { h } from "./dom.js";

/** @type {Map<string, Promise<void>>} */
const sheets = new Map();

/** @param {...string} names of style sheets under widgets/css */
export function loadStyles(...names) {
  return Promise.all(names.map((name) => {
    if (!sheets.has(name)) sheets.set(name, loadStyle(new URL(`../css/${name}.css`, import.meta.url).href));
    return sheets.get(name);
  }));
}

function loadStyle(href) {
  return new Promise((resolve, reject) => {
    const onerror = () => reject(new Error(`no ${href}`));
    document.head.append(h("link", { rel: "stylesheet", href, onload: () => resolve(), onerror }));
  });
}

/** @type {Map<number, Promise<{me: any, video: any, timeline: any}>>} */
const begun = new Map();

/**
 * All that the workspace is made from. Asked for once, however often it is called.
 * @param {number} videoId @throws {import("./api.js").ApiError} there is no such video, or nobody is signed in
 */
export function readVideo(videoId) {
  if (!begun.has(videoId)) begun.set(videoId, read(videoId));
  return begun.get(videoId);
}

async function read(videoId) {
  const parts = Promise.all([request("GET", `api/videos/${videoId}`), request("GET", `api/videos/${videoId}/timeline`)]);
  parts.catch(() => {}); // whoever is not signed in goes to sign in, and never hears of it
  const me = await signIn();
  const [video, timeline] = await parts;
  return { me, video, timeline };
}
