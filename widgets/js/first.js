// Theme and language, before the first paint: a plain script in the head of every page, as a module would come too late and
// the page would flash. The person's choice if there is one, the system's otherwise; `?__theme=` in the address wins
// for that page. theme.js and language.js change them.

(() => {
  const { documentElement: root } = document;
  const asked = new URLSearchParams(location.search).get("__theme");
  const chosen = [asked, localStorage.getItem("throughline.theme")].find((name) => name === "light" || name === "dark");
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  root.dataset.theme = chosen ?? system;

  const wanted = [localStorage.getItem("throughline.language"), ...navigator.languages.map((tag) => tag.split("-")[0])];
  root.lang = wanted.find((code) => code === "en" || code === "de") ?? "en";
  root.dataset.language = root.lang;
  // Gradio asks the browser, speaks that language and says so in <html lang>: it is to speak ours.
  Object.defineProperty(navigator, "language", { value: root.lang });
})();
