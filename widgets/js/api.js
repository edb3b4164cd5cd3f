// The HTTP interface of docs/http.md: one function for every request, one error for every refusal.

import { heard, keepLanguage, t } from "./i18n.js";

/**
 * The root of the site, also behind a proxy that serves it under a path: this file lies at <root>/assets/<digest>/js/.
 */
const ROOT = new URL("../../../", import.meta.url).pathname;

/** A refusal of the server, or the news that there is none, in the language of the page; `code` is that of docs/http.md. */
export class ApiError extends Error {
  /**
   * @param {number} status 0 where no answer came
   * @param {{error?: string, message?: string, remedy?: string, details?: any}} body
   */
  constructor(status, body) {
    super(body.message ? heard(body.message) : t`The server answered ${status}.`);
    this.status = status;
    this.code = body.error || "unknown";
    this.remedy = heard(body.remedy || "");
    this.details = body.details || {};
  }
}

let token = "";

/** @param {string} path "api/me" @returns {string} its address */
export const address = (path) => ROOT + path.replace(/^\//, "");

/** Who is here; also fetches the CSRF token that every later change carries, and goes over to the person's language. */
export async function signIn() {
  const me = await request("GET", "api/me");
  token = me.csrf;
  if (me.preferences.language && keepLanguage(me.preferences.language)) {
    location.reload();
    await new Promise(() => {}); // nothing more happens on this page
  }
  return me;
}

/** @type {Map<string, Promise<any>>} replies to what nobody has asked for yet */
const early = new Map();

/** Ask for something that `request` will be asked for soon. It gets this reply, once. @param {string} path */
export function askAhead(path) {
  const reply = request("GET", path);
  reply.catch(() => {}); // whoever asks for it is told
  early.set(path, reply);
}

/**
 * @param {"GET"|"POST"|"PUT"|"PATCH"|"DELETE"} method
 * @param {string} path "api/videos/3"
 * @param {any} [body] sent as JSON; a Blob or a form as it is
 * @param {{signal?: AbortSignal, headers?: Record<string, string>, keepalive?: boolean}} [options] `keepalive`: the
 *   request outlives the page
 * @returns {Promise<any>} the reply's JSON, null where it has none
 * @throws {ApiError}
 */
export async function request(method, path, body, options = {}) {
  const reply = method === "GET" && early.get(path);
  if (reply) {
    early.delete(path);
    return reply;
  }
  /** @type {RequestInit} */
  const headers = { Accept: "application/json", ...options.headers };
  const init = { method, signal: options.signal, keepalive: options.keepalive, credentials: "same-origin", headers };
  if (method !== "GET") init.headers["X-Throughline-CSRF"] = token;
  if (body instanceof Blob || body instanceof FormData) {
    init.body = body;
  } else if (body !== undefined) {
    init.headers["Content-Type"] = "application/json";
    init.body = JSON.stringify(body);
  }
  const response = await reach(path, init);
  const text = await response.text();
  const data = text && (response.headers.get("Content-Type") || "").includes("json") ? JSON.parse(text) : null;
  if (!response.ok) throw new ApiError(response.status, data || {});
  return data;
}

/**
 * The pixels of a picture as a bitmap.
 * @param {string} path @param {AbortSignal} [signal] @returns {Promise<ImageBitmap>}
 */
export async function picture(path, signal) {
  const response = await reach(path, { signal, credentials: "same-origin" });
  if (!response.ok) {
    const isJson = (response.headers.get("Content-Type") || "").includes("json");
    throw new ApiError(response.status, isJson ? await response.json() : {});
  }
  return createImageBitmap(await response.blob());
}

/** fetch, with "no server" told apart from "given up by us". @param {string} path @param {RequestInit} init */
async function reach(path, init) {
  try {
    return await fetch(address(path), init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, {
      error: "not_connected", message: t`The server does not answer.`,
      remedy: t`Try again when the page is connected; it then shows what is stored.`,
    });
  }
}
