// The one place that turns the interface's English into the language of the page. English is the key: t`Frame ${n}` looks
// up "Frame {0}" in words/<language>.json, and says it in English where there is nothing. Other modules wait for the table,
// so texts may also be constants.

/** The languages there are, each called what its speakers call it. */
export const LANGUAGES = { en: "English", de: "Deutsch" };

/** The language of this page, a key of `LANGUAGES`; first.js chose it. */
export const language = document.documentElement.dataset.language ?? "en";

const KEY = "throughline.language"; // first.js reads it

/** Have the next page in this language. @param {string} code @returns {boolean} whether this one is in another */
export function keepLanguage(code) {
  localStorage.setItem(KEY, code);
  return code !== language;
}

/**
 * English with {0}, {1}, ... for values -> the same in the language of the page: what pages say, and what the server does.
 * @type {{page: Record<string, string>, server: Record<string, string>}}
 */
const table = language === "en" ? { page: {}, server: {} }
  : await (await fetch(new URL(`../words/${language}.json`, import.meta.url))).json();
const plurals = new Intl.PluralRules(language);
/** @type {WeakMap<TemplateStringsArray, string>} the English of a template, made once */
const keys = new WeakMap();

/**
 * A text of the interface: t`Track forward`, t`Frame ${n}`. One and many are two halves with the same values, of which the
 * first number decides: t`${n} mask of ${name}|${n} masks of ${name}`. What people wrote (names, labels, comments) is a
 * value and never a text.
 * @param {TemplateStringsArray} parts @param {...any} values @returns {string}
 */
export function t(parts, ...values) {
  if (!keys.has(parts)) keys.set(parts, keyOf(parts));
  return say(keys.get(parts), values);
}

/** Values are numbered from 0 in each half. */
function keyOf(parts) {
  let n = 0;
  return parts.reduce((text, part) => {
    if (text.slice(text.lastIndexOf("}")).includes("|")) n = 0;
    return `${text}{${n++}}${part}`;
  });
}

/** The text of a key of the table. @param {string} key @param {any[]} values @returns {string} */
export function say(key, values) {
  const forms = (table.page[key] || key).split("|");
  if (forms.length === 1) return put(forms[0], values);
  const [n, ...rest] = values;
  return put(forms[plurals.select(n) === "one" ? 0 : 1], [number(n), ...rest]);
}

const put = (text, values) => text.replace(/\{(\d+)\}/g, (_, i) => String(values[Number(i)]));

/** A number as it is written here: 12,345.6. @param {number} value @param {number} [digits] after the point */
export const number = (value, digits = 0) => (
  value.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }));

/** A day and time of the server. @param {string} iso */
export const moment = (iso) => new Date(iso).toLocaleString(language, { dateStyle: "medium", timeStyle: "short" });

/** A day: "2024-05-01", or the day of a moment. @param {string} iso */
export const day = (iso) => (
  new Date(iso.length > 10 ? iso : `${iso}T00:00`).toLocaleDateString(language, { dateStyle: "medium" }));

/** @type {{pattern: RegExp, words: string}[] | null} those with more fixed words first */
let patterns = null;

/**
 * What the server said, in the language of the page. It says it in English, as programs read it too; here the sentence is
 * known by its fixed parts.
 * @param {string} text @returns {string}
 */
export function heard(text) {
  patterns ??= Object.entries(table.server).filter(([, words]) => words)
    .map(([key, words]) => ({ pattern: patternOf(key), words }))
    .sort((a, b) => b.pattern.source.length - a.pattern.source.length);
  for (const { pattern, words } of patterns) {
    const match = pattern.exec(text);
    if (match) return put(words, match.slice(1).map(heard)); // one text may stand in another
  }
  const sentences = text.split(/(?<=[.!?]) (?=\S)/);
  return sentences.length > 1 ? sentences.map(heard).join(" ") : text;
}

const patternOf = (key) => new RegExp(
  `^${key.split(/\{\d+\}/).map((fixed) => fixed.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("(.*?)")}$`, "s");
