// Applies the kept language and theme before the first paint, then loads the page's module.
const root = document.documentElement;
const kept = (key) => {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // storage refused: the browser's own settings hold
  }
};
root.lang = kept("nora.language") ?? (navigator.language.startsWith("ja") ? "ja" : "en");
root.dataset.theme = kept("nora.theme") ?? "auto";

// Not awaited here: the static shell is painted while the module loads.
const start = async () => {
  const page = await import("./nora_ui.js");
  await page.default({ module_or_path: new URL("./nora_ui_bg.wasm", import.meta.url) });
  page.boot();
};
start().catch((error) => {
  console.error(error);
  document.getElementById("shell-wait")?.setAttribute("hidden", "");
  document.getElementById("shell-failed")?.removeAttribute("hidden");
});
