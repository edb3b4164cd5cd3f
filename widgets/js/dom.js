// Making elements: the one place that knows how an attribute, a handler or a class is set.

/**
 * Make an element.
 * @param {string} tag name of the element
 * @param {Object<string, any>} [attributes] `class`, `on<event>` handlers, `data-*`, `aria-*` and any other attribute; a value
 *   of null, undefined or false leaves the attribute out, true sets it empty
 * @param {...(Node|string|null|false)} children
 * @returns {HTMLElement}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== false && child !== undefined));
  return element;
}

/** Replace the children of `element`. @param {Element} element @param {...(Node|string|null|false)} children */
export function fill(element, ...children) {
  element.replaceChildren(...children.filter((child) => child !== null && child !== false && child !== undefined));
}

/** True where a person types text, so that letters are letters and no shortcuts. @param {EventTarget|null} target */
export function isTyping(target) {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !["checkbox", "radio", "range", "color", "button"].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable;
}
