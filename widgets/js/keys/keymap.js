// The keys a person chose in place of the defaults: kept on the server with what else they prefer, so that they have them on
// every machine.

import { request } from "../api.js";

/** What browsers do themselves whatever a page says, and what moves the focus. */
const TAKEN = new Set(["Tab", "shift+Tab", "Escape", " ", "F5", "F11", "F12", ...["w", "t", "n", "q", "r", "l"].flatMap(
  (key) => [`ctrl+${key}`, `ctrl+shift+${key}`])]);
const MODIFIERS = new Set(["Shift", "Control", "Alt", "Meta", "AltGraph", "Dead", "CapsLock"]);

export class Keymap {
  /** @param {import("../shortcuts.js").Shortcuts} shortcuts @param {Record<string, string[]>} [chosen] command id -> keys */
  constructor(shortcuts, chosen = {}) {
    this.shortcuts = shortcuts;
    this.chosen = chosen;
    shortcuts.rebind(chosen);
  }

  /**
   * Whether a key can be given to a command.
   * @param {string} key as `nameOf` has it @param {import("../shortcuts.js").Command} command
   * @returns {{free: boolean, reason: "browser"|"incomplete"|"fixed"|"used"|"own"|null,
   *   owner: import("../shortcuts.js").Command|null}} `used`: it can be taken from `owner`
   */
  judge(key, command) {
    if (MODIFIERS.has(key.split("+").at(-1))) return { free: false, reason: "incomplete", owner: null };
    if (TAKEN.has(key)) return { free: false, reason: "browser", owner: null };
    const owner = this.shortcuts.bound.get(key) ?? null;
    if (!owner) return { free: true, reason: null, owner };
    return { free: false, reason: owner === command ? "own" : owner.fixed ? "fixed" : "used", owner };
  }

  /** Give a key to a command, whoever had it. @param {string} key @param {import("../shortcuts.js").Command} command */
  give(key, command) {
    const owner = this.shortcuts.bound.get(key);
    const chosen = { ...this.chosen, [command.id]: [...command.keys, key] };
    if (owner && owner !== command) chosen[owner.id] = owner.keys.filter((other) => other !== key);
    return this.save(chosen);
  }

  /** Take a key from a command. @param {string} key @param {import("../shortcuts.js").Command} command */
  take(key, command) {
    return this.save({ ...this.chosen, [command.id]: command.keys.filter((other) => other !== key) });
  }

  /** Back to the defaults, of one command or of all. @param {import("../shortcuts.js").Command} [command] */
  restore(command) {
    if (!command) return this.save({});
    const { [command.id]: _, ...others } = this.chosen;
    // A default that another command was given meanwhile goes back as well: restored means as it was.
    for (const key of command.defaults) {
      const owner = this.shortcuts.bound.get(key);
      if (owner && owner !== command) others[owner.id] = owner.keys.filter((one) => one !== key);
    }
    return this.save(others);
  }

  /** @param {import("../shortcuts.js").Command} command */
  isChanged(command) {
    return command.keys.join(" ") !== command.defaults.join(" ");
  }

  /** Bound once the server has it. @param {Record<string, string[]>} chosen @throws {import("../api.js").ApiError} */
  async save(chosen) {
    await request("PATCH", "api/me/preferences", { keys: chosen });
    this.chosen = chosen;
    this.shortcuts.rebind(chosen);
  }
}
