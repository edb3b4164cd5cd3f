// What opening a video waits for: style sheets, who is here, and the video. Its timeline comes after the first picture.

import { address, askAhead, request, signIn } from "./api.js";
import { h } from "./dom.js";
import { framePath } from "./frames.js";
import { stretchPath } from "./masks.js";

/** The style sheets of the workspace. */
export const STYLES = ["workspace", "panels", "timeline", "review", "compare", "tour", "small"];

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

/** @type {Map<number, Promise<{me: any, video: any}>>} */
const begun = new Map();

/**
 * All that the workspace is made from. Asked for once, however often it is called.
 * @param {number} videoId @param {number} frame that is shown first: its masks and its picture are asked for, too
 * @throws {import("./api.js").ApiError} there is no such video, or nobody is signed in
 */
export function readVideo(videoId, frame) {
  if (!begun.has(videoId)) begun.set(videoId, read(videoId, frame));
  return begun.get(videoId);
}

async function read(videoId, frame) {
  const asked = request("GET", `api/videos/${videoId}`);
  asked.catch(() => {}); // whoever is not signed in goes to sign in, and never hears of it
  askAhead(stretchPath(`api/videos/${videoId}/masks`, frame));
  const me = await signIn();
  const video = await asked;
  fetch(address(framePath(video.hash, frame))).catch(() => {}); // kept by the browser, which is asked for it again
  return { me, video };
}
