// Charts as SVG, each with its numbers in words for who cannot see it. The tables beside them have the same numbers.

import { h } from "../dom.js";
import { number, t } from "../i18n.js";

const NS = "http://www.w3.org/2000/svg";
const ROW = 34; // pixels a bar group is high
const LEFT = 108;
const WIDTH = 376;
const BAR = 11;

/** @param {string} tag @param {Record<string, any>} attributes @param {...any} children */
function s(tag, attributes, ...children) {
  const element = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children.flat().filter((child) => child !== null && child !== false));
  return element;
}

const text = (x, y, words, attributes = {}) => s("text", { x, y, ...attributes }, words);

function picture(label, width, height, ...parts) {
  return s("svg", { class: "tl-chart", role: "img", "aria-label": label, viewBox: `0 0 ${width} ${height}`, width, height }, ...parts);
}

/**
 * J and F of each row as two bars from 0 to 1: J filled, F hatched.
 * @param {string} title @param {{name: string, j: number, f: number}[]} rows @returns {HTMLElement}
 */
export function pairedBars(title, rows) {
  const height = rows.length * ROW + 24;
  const scale = WIDTH - LEFT - 48;
  const lines = [0, 0.5, 1].map((at) => s("g", {},
    s("line", { class: "tl-grid", x1: LEFT + at * scale, x2: LEFT + at * scale, y1: 0, y2: height - 20 }),
    text(LEFT + at * scale, height - 6, number(at, 1), { class: "tl-axis", "text-anchor": "middle" })));
  const bars = rows.map(({ name, j, f }, n) => {
    const top = n * ROW + 4;
    const bar = (value, y, kind) => [
      s("rect", { class: `tl-bar-${kind}`, x: LEFT, y, width: Math.max(1, value * scale), height: BAR,
        ...(kind === "f" ? { fill: "url(#tl-hatch)" } : {}) }),
      text(LEFT + value * scale + 5, y + 9, `${kind.toUpperCase()} ${number(value, 2)}`, { class: "tl-value" })];
    return s("g", {}, text(LEFT - 8, top + 16, name.length > 15 ? `${name.slice(0, 14)}…` : name, { class: "tl-name", "text-anchor": "end" }),
      bar(j, top, "j"), bar(f, top + BAR + 2, "f"));
  });
  const words = rows.map(({ name, j, f }) => `${name}: J ${number(j, 2)}, F ${number(f, 2)}`).join("; ");
  return figure(title, picture(`${title}. ${words}`, WIDTH, height, hatch(), ...lines, ...bars));
}

/** How many instances have which J. @param {string} title @param {number[]} counts from 0 to 1, equally wide @returns {HTMLElement} */
export function histogram(title, counts) {
  const [width, height, foot] = [360, 150, 22];
  const most = Math.max(1, ...counts);
  const step = (width - 16) / counts.length;
  const bars = counts.map((count, n) => {
    const tall = (height - foot - 20) * (count / most);
    const x = 8 + n * step;
    return s("g", {}, s("rect", { class: "tl-bar-j", x: x + 1, y: height - foot - tall, width: step - 2, height: tall }),
      count > 0 && text(x + step / 2, height - foot - tall - 4, number(count), { class: "tl-value", "text-anchor": "middle" }));
  });
  const ticks = [0, 0.5, 1].map((at) => text(8 + at * step * counts.length, height - 6, number(at, 1),
    { class: "tl-axis", "text-anchor": at === 0 ? "start" : at === 1 ? "end" : "middle" }));
  const from = (n) => number(n / counts.length, 1);
  const words = counts.map((count, n) => `${from(n)}–${from(n + 1)}: ${count}`).join("; ");
  return figure(title, picture(`${title}. ${words}`, width, height, ...bars,
    s("line", { class: "tl-grid", x1: 8, x2: width - 8, y1: height - foot, y2: height - foot }), ...ticks));
}

const hatch = () => s("defs", {}, s("pattern", { id: "tl-hatch", width: 5, height: 5, patternUnits: "userSpaceOnUse",
  patternTransform: "rotate(45)" }, s("rect", { class: "tl-hatch-ground", width: 5, height: 5 }),
s("line", { class: "tl-hatch-line", x1: 0, x2: 0, y1: 0, y2: 5 })));

const figure = (title, drawing) => h("figure", { class: "tl-figure" }, h("figcaption", {}, title), drawing);
