// The one place that turns the interface's English into another language. English is the key: t`Frame ${n}` looks up "Frame {0}".

/** @type {Record<string, string>} English with {0}, {1}, ... for values -> the same in the language of the page */
const table = {};

/**
 * A text of the interface: t`Track forward`, t`Frame ${n} of ${count}`. What people wrote (names, labels, comments) is a value
 * and never a text.
 * @param {TemplateStringsArray} parts @param {...any} values @returns {string}
 */
export function t(parts, ...values) {
  const english = parts.reduce((text, part, i) => `${text}{${i - 1}}${part}`);
  return (table[english] ?? english).replace(/\{(\d+)\}/g, (_, i) => String(values[Number(i)]));
}
