// Changing between light and dark. What a page begins with is decided in first.js.

const KEY = "throughline.theme"; // first.js reads it

/** Change to the other theme and remember it; canvases listen to "tl-theme" on window and draw again. */
export function toggleTheme() {
  const { dataset } = document.documentElement;
  dataset.theme = dataset.theme === "dark" ? "light" : "dark";
  localStorage.setItem(KEY, dataset.theme);
  const address = new URL(location.href);
  if (address.searchParams.has("__theme")) {
    address.searchParams.delete("__theme");
    history.replaceState(null, "", address);
  }
  window.dispatchEvent(new CustomEvent("tl-theme"));
}
