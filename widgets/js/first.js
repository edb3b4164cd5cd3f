// Light or dark, before the first paint: a plain script in the head of every page, as a module would come too late and
// the page would flash. The person's choice if there is one, the system's otherwise; `?__theme=` in the address wins
// for that page. theme.js changes it.

(() => {
  const asked = new URLSearchParams(location.search).get("__theme");
  const chosen = [asked, localStorage.getItem("throughline.theme")].find((name) => name === "light" || name === "dark");
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  document.documentElement.dataset.theme = chosen ?? system;
})();
