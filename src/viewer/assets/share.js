// A copy in files: the keys that lead from page to page. Every page works without.
const KEYS = new Set(["j", "k", "t", "Escape"]);

document.addEventListener("keydown", (event) => {
  const { key } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || !KEYS.has(key)) return;
  const rows = [...document.querySelectorAll(".row .name")];
  if (rows.length > 0 && (key === "j" || key === "k")) {
    const step = key === "j" ? 1 : -1;
    const at = rows.indexOf(document.activeElement);
    rows[at === -1 ? (step > 0 ? 0 : rows.length - 1) : at + step]?.focus();
    return;
  }
  const found = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key);
  found?.click();
});
