// The state everything is drawn from. Parts read `store.state`, change it with `set`, and listen to the keys they draw.

/** @typedef {import("./types.js").State} State */

export class Store {
  /** @param {State} state */
  constructor(state) {
    this.state = state;
    /** @type {Set<{keys: Set<string>, listener: (state: State) => void}>} */
    this.listeners = new Set();
    /** @type {Set<string>} */
    this.changed = new Set();
  }

  /**
   * Change some keys. Listeners are told once, after the current task, however often it is called.
   * @param {Partial<State>} patch
   */
  set(patch) {
    const before = this.changed.size;
    for (const [key, value] of Object.entries(patch)) {
      if (this.state[key] === value) continue;
      this.state[key] = value;
      this.changed.add(key);
    }
    if (!before && this.changed.size) queueMicrotask(() => this.tell());
  }

  /** A value was changed in place. @param {...keyof State} keys */
  touch(...keys) {
    const before = this.changed.size;
    for (const key of keys) this.changed.add(key);
    if (!before) queueMicrotask(() => this.tell());
  }

  /**
   * Call `listener` after any of `keys` changed, and once now.
   * @param {(keyof State)[]} keys @param {(state: State) => void} listener @returns {() => void} stops listening
   */
  on(keys, listener) {
    const entry = { keys: new Set(keys), listener };
    this.listeners.add(entry);
    listener(this.state);
    return () => this.listeners.delete(entry);
  }

  tell() {
    const changed = this.changed;
    this.changed = new Set();
    for (const { keys, listener } of [...this.listeners]) {
      if ([...changed].some((key) => keys.has(key))) listener(this.state);
    }
  }
}
