// Elements without a framework: one function that makes them, and the few patterns every page repeats.

/**
 * Make an element: `h("button", {class: "tl-button", onclick: save}, "Save")`. Text is always text, never markup.
 * A function is a listener, `true` a bare attribute, `false`, null and undefined leave the attribute out.
 * @param {string} tag
 * @param {Record<string, any>} [attributes]
 * @param {...(Node | string | number | null | undefined | false | any[])} children
 * @returns {HTMLElement}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (name === "value") element.value = value ?? "";
    else if (name === "style") Object.assign(element.style, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  append(element, children);
  return element;
}

/**
 * Put other children into an element.
 * @param {HTMLElement} element
 * @param {...any} children
 */
export function fill(element, ...children) {
  element.replaceChildren();
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
}

/**
 * A labelled control: the label, the control, and a line of help under it.
 * @param {string} label @param {HTMLElement} control @param {string} [help]
 */
export function field(label, control, help = "") {
  return h("label", { class: "tl-field" },
    h("span", { class: "tl-field-label" }, label), control, help && h("span", { class: "tl-help" }, help));
}

/**
 * A check box with its text.
 * @param {string} text @param {boolean} checked @param {Record<string, any>} [attributes]
 */
export function check(text, checked, attributes = {}) {
  const box = h("input", { type: "checkbox", ...attributes });
  box.checked = checked;
  return h("label", { class: "tl-check" }, box, h("span", {}, text));
}

/** A bar that shows a share from 0 to 1. @param {number} share @param {string} label */
export function progress(share, label) {
  const percent = Math.round(share * 100);
  return h("div", { class: "tl-progress", role: "progressbar", "aria-label": label, "aria-valuenow": percent,
    "aria-valuemin": 0, "aria-valuemax": 100 }, h("div", { style: { width: `${percent}%` } }));
}

/**
 * What stands where a list is empty: what it is for and what to do.
 * @param {string} title @param {string} text @param {...any} actions
 */
export function emptyState(title, text, ...actions) {
  return h("div", { class: "tl-empty" }, h("h3", {}, title), h("p", {}, text), ...actions);
}
