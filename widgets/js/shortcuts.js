// Keys: reading a binding, matching an event with it, writing it for people. The commands themselves are in commands.js.

import { t } from "./i18n.js";

/**
 * What a person can do, by key, button or help sheet.
 * `keys`: what it is bound to now; `defaults`: before a person chose others; `fixed`: they cannot.
 * @typedef {{id: string, title: string, group: string, keys: string[], defaults?: string[], icon?: string,
 *   run: () => any, enabled?: () => boolean, hidden?: boolean, fixed?: boolean}} Command
 */

const NAMES = {
  " ": t`Space`, ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", PageUp: t`PgUp`, PageDown: t`PgDn`,
  Delete: t`Del`, Escape: t`Esc`, Backspace: t`Backspace`, Home: t`Home`, End: t`End`, ctrl: t`Ctrl`, shift: t`Shift`,
};

const NOT_TEXT = ["checkbox", "radio", "range", "color", "button"];

/** The name of the key an event is, as bindings write it: "ctrl+shift+z", "?", "ArrowLeft", "shift+ArrowLeft", "shift+1".
 *  @param {KeyboardEvent} event */
export function nameOf(event) {
  const graph = event.getModifierState("AltGraph");
  const isDigit = /^Digit\d$/.test(event.code);
  const isAscii = /^[a-z]$/i.test(event.key);
  // With Alt a Mac types another character ("∂" for D): there the place of the key says which letter it is.
  const placed = event.altKey && !event.ctrlKey && !isAscii ? /^Key([A-Z])$/.exec(event.code)?.[1] : undefined;
  const letter = (placed ?? (isAscii ? event.key : "")).toLowerCase();
  // Characters such as "[" or "?" need shift or AltGr on some keyboards: what counts is the character they give.
  const isSign = event.key.length === 1 && !letter && !isDigit && event.key !== " ";
  const key = isDigit && !graph ? event.code.slice(5) : letter || event.key;
  const parts = [];
  if ((event.ctrlKey || event.metaKey) && !graph) parts.push("ctrl");
  if (event.altKey && (!graph || placed)) parts.push("alt");
  if (event.shiftKey && !isSign) parts.push("shift");
  return [...parts, key].join("+");
}

/** A binding as people read it: "Ctrl+Shift+Z". @param {string} binding */
export function written(binding) {
  return binding.split(/\+(?=.)/).map((part) => NAMES[part] || (part.length === 1 ? part.toUpperCase()
    : part[0].toUpperCase() + part.slice(1))).join("+");
}

/** True where a person types text, so that letters are letters and no commands. @param {EventTarget|null} target */
export function isTyping(target) {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !NOT_TEXT.includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable;
}

export class Shortcuts {
  constructor() {
    /** @type {Command[]} */
    this.commands = [];
    /** @type {Map<string, Command>} binding -> command */
    this.bound = new Map();
  }

  /** @param {Command[]} commands @throws {Error} where two commands want one key: a fault of ours, found by tests */
  add(commands) {
    for (const command of commands) {
      for (const key of command.keys) {
        const other = this.bound.get(key);
        if (other) throw new Error(`${written(key)} is bound to both "${other.title}" and "${command.title}".`);
        this.bound.set(key, command);
      }
      command.defaults = command.keys;
      this.commands.push(command);
    }
  }

  /**
   * Bind the keys a person chose, and the defaults of every other command. A chosen key is taken from whichever command has it
   * by default, so that a command that is new in this version takes nothing away.
   * @param {Record<string, string[]>} chosen command id -> keys
   */
  rebind(chosen) {
    this.bound.clear();
    const first = (command) => (chosen[command.id] && !command.fixed ? 0 : 1);
    for (const command of [...this.commands].sort((a, b) => first(a) - first(b))) {
      const wanted = first(command) ? command.defaults : chosen[command.id];
      command.keys = wanted.filter((key) => !this.bound.has(key));
      for (const key of command.keys) this.bound.set(key, command);
    }
  }

  /** @param {string} id @returns {Command} */
  get(id) {
    const command = this.commands.find((one) => one.id === id);
    if (!command) throw new Error(`There is no command ${id}.`);
    return command;
  }

  /** "Undo (Ctrl+Z)". @param {string} id */
  tip(id) {
    const { title, keys } = this.get(id);
    return keys.length ? `${title} (${keys.map(written).join(", ")})` : title;
  }

  /** Run the command of a key. @param {KeyboardEvent} event @returns {boolean} whether there was one */
  handle(event) {
    if (event.defaultPrevented || isTyping(event.target) || document.querySelector("dialog[open]")) return false;
    const command = this.bound.get(nameOf(event));
    if (!command) return false;
    // Enter and Space on a focused button press that button; everything else is ours.
    const onButton = event.target instanceof HTMLElement && event.target.closest("button, a, input");
    if (onButton && ["Enter", " "].includes(event.key)) return false;
    event.preventDefault();
    if (!command.enabled || command.enabled()) command.run();
    return true;
  }
}
