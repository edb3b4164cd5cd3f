// The dialog in which a person chooses keys: each command with its keys, a conflict said before it is made, all restorable.

import { fill, h } from "../dom.js";
import { t } from "../i18n.js";
import { icon } from "../icons.js";
import { refreshTips } from "../panels/button.js";
import { nameOf, written } from "../shortcuts.js";

/** @typedef {import("../shortcuts.js").Command} Command */

export class KeyEditor {
  /** @param {import("../workspace.js").Workspace} workspace */
  constructor(workspace) {
    this.workspace = workspace;
    this.keymap = workspace.keymap;
    this.commands = workspace.commands.commands.filter(({ hidden, title }) => !hidden && title);
    /** @type {Command|null} the one that waits for a key */
    this.waiting = null;
    /** @type {{key: string, owner: Command}|null} a key that another command has */
    this.conflict = null;
    this.find = h("input", {
      class: "tw-field", type: "search", placeholder: t`Find a command or a key`, "aria-label": t`Find a command or a key`,
      oninput: () => this.draw(),
    });
    this.said = h("p", { class: "tw-dim", role: "status" });
    this.list = h("div", { class: "tw-keys" });
  }

  show() {
    const dialog = h("dialog", {
      class: "tl-dialog tw-key-editor", "aria-label": t`Choose keys`, onclose: () => dialog.remove(),
      onkeydown: (event) => this.keyDown(event),
      oncancel: (event) => { if (this.waiting) { event.preventDefault(); this.wait(null); } },
    }, h("div", { class: "tw-panel-head" }, h("h2", {}, t`Choose keys`), h("span", { class: "tw-gap" }), this.find,
      h("button", { class: "tw-button", onclick: () => this.change(() => this.keymap.restore()) }, t`Restore all`),
      h("button", { class: "tw-button tw-primary", onclick: () => dialog.close() }, t`Close`)), this.said, this.list);
    document.body.append(dialog);
    this.draw();
    dialog.showModal();
    this.find.focus();
  }

  draw() {
    const groups = new Map();
    const wanted = this.find.value.trim().toLowerCase();
    for (const command of this.commands) {
      const text = `${command.title} ${command.keys.map(written).join(" ")}`.toLowerCase();
      if (!text.includes(wanted)) continue;
      if (!groups.has(command.group)) groups.set(command.group, []);
      groups.get(command.group).push(this.row(command));
    }
    fill(this.list, [...groups].map(([name, rows]) => h("section", {}, h("h3", {}, name), ...rows)));
  }

  row(command) {
    const keys = command.keys.map((key) => h("span", { class: "tw-key" }, h("kbd", {}, written(key)),
      !command.fixed && h("button", {
        type: "button", class: "tw-button tw-icon tw-small", title: t`Take ${written(key)} away`,
        "aria-label": t`Take ${written(key)} away from “${command.title}”`,
        onclick: () => this.change(() => this.keymap.take(key, command)),
      }, icon("close"))));
    const isWaiting = this.waiting === command;
    return h("div", { class: `tw-key-row${isWaiting ? " tw-on" : ""}`, "data-key-row": command.id },
      h("span", {}, command.title), h("span", { class: "tw-gap" }), keys, command.fixed
        ? h("span", { class: "tw-dim" }, t`cannot be changed`)
        : h("button", { type: "button", class: "tw-button", onclick: () => this.wait(isWaiting ? null : command) },
          isWaiting ? t`Press a key` : t`Add a key`),
      !command.fixed && this.keymap.isChanged(command) && h("button", {
        type: "button", class: "tw-button", "aria-label": t`Restore the keys of “${command.title}”`,
        onclick: () => this.change(() => this.keymap.restore(command)),
      }, t`Restore`), isWaiting && this.conflict && this.question(command, this.conflict));
  }

  question(command, { key, owner }) {
    return h("div", { class: "tw-key-conflict", role: "alert" },
      t`${written(key)} belongs to “${owner.title}”.`,
      h("button", { type: "button", class: "tw-button tw-primary",
        onclick: () => this.change(() => this.keymap.give(key, command)) }, t`Use it here instead`),
      h("button", { type: "button", class: "tw-button", onclick: () => this.wait(command) }, t`Leave it there`));
  }

  /** @param {Command|null} command the next key is for; null: for none */
  wait(command) {
    this.waiting = command;
    this.conflict = null;
    this.said.textContent = command ? t`Press the key for “${command.title}”. Esc gives up.` : "";
    this.draw();
    // The button that was pressed is drawn anew; without it the focus would be nowhere and the key lost.
    this.list.querySelector(".tw-key-row.tw-on > button")?.focus();
  }

  /** @param {KeyboardEvent} event */
  keyDown(event) {
    if (!this.waiting || this.conflict || ["Tab", "Escape"].includes(event.key)) return;
    event.preventDefault();
    const key = nameOf(event);
    const { free, reason, owner } = this.keymap.judge(key, this.waiting);
    const command = this.waiting;
    if (free) this.change(() => this.keymap.give(key, command));
    else if (reason === "used") {
      this.conflict = { key, owner };
      this.draw();
      this.list.querySelector(".tw-key-conflict button")?.focus();
    } else if (reason === "browser") this.said.textContent = t`The browser keeps ${written(key)} for itself. Press another one.`;
    else if (reason === "fixed") {
      this.said.textContent = t`${written(key)} belongs to “${owner.title}” and stays there. Press another one.`;
    } else if (reason === "own") this.said.textContent = t`It has ${written(key)} already. Press another one.`;
  }

  /** @param {() => Promise<void>} save */
  async change(save) {
    try {
      await save();
      refreshTips(this.workspace);
      this.wait(null);
      this.said.textContent = t`Saved.`;
    } catch (error) {
      if (error.code === undefined) throw error;
      this.said.textContent = `${error.message} ${error.remedy}`;
    }
  }
}
