// Light or dark: the person's choice if there is one, the system's otherwise. `?__theme=` in the address wins for that
// page.

const KEY = "throughline.theme";

/** @returns {"light" | "dark"} what this page should look like now */
export function themeWanted() {
  const asked = new URLSearchParams(location.search).get("__theme");
  const stored = localStorage.getItem(KEY);
  for (const theme of [asked, stored]) if (theme === "light" || theme === "dark") return theme;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** Put the wanted theme on the page; canvases listen to "tl-theme" on window and draw again. */
export function applyTheme() {
  document.body.classList.toggle("dark", themeWanted() === "dark");
  window.dispatchEvent(new CustomEvent("tl-theme"));
}

/** Change to the other theme and remember it. */
export function toggleTheme() {
  const next = document.body.classList.contains("dark") ? "light" : "dark";
  localStorage.setItem(KEY, next);
  const address = new URL(location.href);
  if (address.searchParams.has("__theme")) {
    address.searchParams.delete("__theme");
    history.replaceState(null, "", address);
  }
  applyTheme();
}
