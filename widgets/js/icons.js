// Our own icons: strokes on a 24 x 24 grid, drawn in the colour of the text around them.

const PATHS = {
  home: "M4 11l8-7 8 7M6 10v10h12V10M10 20v-6h4v6",
  undo: "M9 5L4 10l5 5M4 10h10a6 6 0 0 1 0 12h-3",
  redo: "M15 5l5 5-5 5M20 10H10a6 6 0 0 0 0 12h3",
  help: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M9.5 9.5a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.9-1.1 1.8M12 16.8v.2",
  theme: "M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18",
  select: "M6 3l13 9-6 1.2L10 20z",
  point: "M12 2v5M12 17v5M2 12h5M17 12h5M12 10v4M10 12h4",
  box: "M4 6h16v12H4zM2 6h4M4 4v4M18 18h4M20 16v4",
  boxes: "M3 5h9v8H3zM14 9h7v10h-9v-3",
  scribble: "M3 16c2-7 5-11 7-10s-4 11-1 12 4-9 6-9-1 8 1 9 3-2 5-5",
  plusMinus: "M4 8h7M7.500 4.500v7M13 17h7M18 4L6 20",
  brush: "M20 3L10 13M8 13c2 0 3.5 1.5 3.5 3.5S9.500 21 4 21c2-1.500 .5-8 4-8",
  eraser: "M4 15l9-9 7 6-8 8H8zM9 10l7 6M12 20h8",
  polygon: "M5 8l8-5 7 8-4 9H7zM5 6.500v3M13 1.500v3M20 9.500v3M16 18.500v3M7 18.500v3",
  lasso: "M13 4c5 0 8 2 8 5s-4 6-9 6-9-2-9-5.500S7 4 12 4M7 14.500c-2 1-2.500 3.500-.5 4.500s3.500-.5 3-2.500M6.500 19c.5 1.500 0 2.500-1.500 3",
  find: "M3 8V3h5M16 3h5v5M3 16v5h5M11.500 16a4.500 4.500 0 1 0 0-9 4.500 4.500 0 0 0 0 9M15 15l6 6",
  comment: "M4 5h16v11H11l-5 4v-4H4zM8 9h8M8 12h5",
  fit: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5M9 9h6v6H9z",
  plus: "M12 5v14M5 12h14",
  eye: "M2 12c3-5 6.500-7 10-7s7 2 10 7c-3 5-6.500 7-10 7s-7-2-10-7M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6",
  eyeOff: "M4 4l16 16M9.500 5.400C14 4 18.500 6 22 12c-.9 1.500-1.900 2.700-2.900 3.700M14.500 18.600C10 20 5.500 18 2 12c1-1.700 2.100-3 3.300-4",
  lock: "M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3",
  unlock: "M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 6.800-1.200",
  trash: "M4 7h16M9 7V4h6v3M6.500 7l1 13h9l1-13M10 11v5M14 11v5",
  close: "M6 6l12 12M18 6L6 18",
  fold: "M9 6l6 6-6 6",
  filter: "M4 5h16l-6 8v6l-4-2v-4z",
  minus: "M5 12h14",
  zoomRange: "M5 5v14M19 5v14M9 12h6M11 9.500L8.500 12l2.500 2.500M13 9.500l2.500 2.500-2.500 2.500",
  object: "M4 8V5h3M17 5h3v3M20 16v3h-3M7 19H4v-3M8 12h8",
  check: "M4 13l5 5L20 6",
  verify: "M12 2l8 3v7c0 5-4 8-8 10-4-2-8-5-8-10V5zM8 12l3 3 5-6",
  absent: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M5.700 18.300L18.300 5.700",
  first: "M6 5v14M18 5l-9 7 9 7z",
  last: "M18 5v14M6 5l9 7-9 7z",
  previous: "M15 5l-8 7 8 7",
  next: "M9 5l8 7-8 7",
  barrierPrevious: "M13 5l-7 7 7 7M20 9l-3 3 3 3",
  barrierNext: "M11 5l7 7-7 7M4 9l3 3-3 3",
  play: "M7 4l13 8-13 8z",
  pause: "M8 5v14M16 5v14",
  trackForward: "M3 12h13M11 6l6 6-6 6M21 5v14",
  trackBackward: "M21 12H8M13 6l-6 6 6 6M3 5v14",
  oneForward: "M4 12h10M10 7l5 5-5 5M19 12h.01",
  oneBackward: "M20 12H10M14 7l-5 5 5 5M5 12h.01",
  toBarrier: "M3 12h11M10 7l5 5-5 5M20 8l3 4-3 4-3-4z",
  stale: "M20 12a8 8 0 1 1-2.500-5.800M20 3v5h-5M12 8v4l3 2",
  inPoint: "M10 4H6v16h4M12 12h8M16 8l4 4-4 4",
  outPoint: "M14 4h4v16h-4M12 12H4M8 8l-4 4 4 4",
  clearRange: "M4 6h16v12H4zM9 9l6 6M15 9l-6 6",
  mask: "M4 9c0-4 4-5 6-4s4 0 6 0 4 2 4 5-1 3-1 5-2 5-6 5-9-4-9-11M12 10v6M9 13h6",
  outline: "M6 6l11-2 3 12-12 3zM4 4h4v4H4zM15 2h4v4h-4zM18 14h4v4h-4zM6 17h4v4H6z",
  round: "M12 19a7 7 0 1 0 0-14 7 7 0 0 0 0 14",
  square: "M5.500 5.500h13v13h-13z",
  onion: "M9 20a6 6 0 1 1 0-12 6 6 0 0 1 0 12M11.500 4.300a6 6 0 1 1 4.900 10.600M5.500 14h.01",
  compare: "M12 3v18M4 6h5v12H4zM15 6h5v12h-5M15 10h5M15 14h5",
  people: "M9 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7M3 20c0-4 2.500-6 6-6s6 2 6 6M16 4.500a3.500 3.500 0 0 1 0 6.500M17.500 14.500c2.300.7 3.500 2.600 3.500 5.500",
  merge: "M5 4c0 6 7 4 7 10v6M19 4c0 6-7 4-7 10M8 17l4 4 4-4",
  split: "M12 20v-6c0-6-7-4-7-10M12 14c0-6 7-4 7-10M2 7l3-3 3 3M16 7l3-3 3 3",
  swap: "M4 8h15M15 4l4 4-4 4M20 16H5M9 12l-4 4 4 4",
  link: "M9 15l6-6M11 6l1.500-1.500a4.500 4.500 0 0 1 6.500 6.500L17 13M13 18l-1.500 1.500a4.500 4.500 0 0 1-6.500-6.500L7 11",
  occluded: "M4 4h11v11H4zM9 15v5h11V9h-5",
  truncated: "M6 3v18M6 7h13v10H6M2 5v1M2 11v2M2 18v1",
  cut: "M12 3v18M8 7l-4 5 4 5M16 7l4 5-4 5",
  acrossCuts: "M10 3v5M14 3v5M10 16v5M14 16v5M3 12h17M16 8l4 4-4 4",
  follow: "M3 12h4M17 12h4M12 3v4M12 17v4M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8",
};

/** @param {keyof typeof PATHS} name @returns {SVGElement} */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", class: "tw-svg", "aria-hidden": "true" })) {
    svg.setAttribute(key, value);
  }
  const path = document.createElementNS(svg.namespaceURI, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
