// Changes that arrive once: where the connection is lost on the way, the same request is sent again when it is back. It has a key
// by which the server knows it, so that one whose answer was lost is not done twice.

import { request } from "./api.js";

/**
 * Send a change until there is an answer to it, be it a refusal.
 * @param {import("./workspace.js").Workspace} workspace
 * @param {"POST"|"PUT"|"DELETE"} method @param {string} path of a change (docs/http.md, Masks)
 * @param {any} body @param {string} [key] of an earlier attempt
 * @returns {Promise<any>} the reply @throws {import("./api.js").ApiError}
 */
export async function deliver(workspace, method, path, body, key = newKey()) {
  for (;;) {
    try {
      return await request(method, path, body, { headers: { "Idempotency-Key": key } });
    } catch (error) {
      if (error.code !== "not_connected") throw error;
      workspace.live.lost();
      await online(workspace.store);
    }
  }
}

/** A key that no other request has. `crypto.randomUUID` is not there on pages of another machine without TLS. */
export const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** @param {import("./store.js").Store} store @returns {Promise<void>} */
function online(store) {
  return new Promise((resolve) => {
    const stop = store.on(["connection"], ({ connection }) => {
      if (connection !== "online") return;
      stop();
      resolve();
    });
  });
}
