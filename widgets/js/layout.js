// Panels that resize by a handle and remember their size.

import { h } from "./dom.js";

/**
 * A handle that sets a CSS variable of `element` in pixels.
 * @param {HTMLElement} element
 * @param {{name: string, label: string, axis: "x"|"y", least: number, most: number, start: number}} options
 */
export function handle(element, { name, label, axis, least, most, start }) {
  const key = `throughline.size.${name}`;
  const horizontal = axis === "x";
  let size = 0;
  const put = (wanted) => {
    size = Math.round(Math.max(least, Math.min(most, wanted)));
    element.style.setProperty(`--tw-${name}`, `${size}px`);
    grip.setAttribute("aria-valuenow", String(size));
  };
  const keep = () => localStorage.setItem(key, String(size));
  const grip = h("div", {
    class: `tw-handle tw-handle-${axis}`, role: "separator", tabindex: 0, "aria-label": label,
    "aria-orientation": horizontal ? "vertical" : "horizontal",
    "aria-valuemin": least, "aria-valuemax": most,
    onpointerdown: (event) => {
      grip.setPointerCapture(event.pointerId);
      const from = { size, at: horizontal ? event.clientX : event.clientY };
      grip.onpointermove = (move) => put(from.size + from.at - (horizontal ? move.clientX : move.clientY));
    },
    onpointerup: () => { grip.onpointermove = null; keep(); },
    onpointercancel: () => { grip.onpointermove = null; },
    ondblclick: () => { put(start); keep(); },
    onkeydown: (event) => {
      const step = { ArrowLeft: 16, ArrowUp: 16, ArrowRight: -16, ArrowDown: -16 }[event.key];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      put(size + step);
      keep();
    },
  });
  put(Number(localStorage.getItem(key)) || start);
  return grip;
}
