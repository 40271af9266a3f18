// The buttons that copy a command. No module: a copy in files is opened from a disk, where modules are refused.
document.addEventListener("click", (event) => {
  const button = event.target.closest("button.copy");
  if (!button) return;
  const text = button.closest("figure").querySelector("pre").textContent;
  navigator.clipboard.writeText(text).then(
    () => (button.textContent = "copied"),
    () => (button.textContent = "not copied"),
  );
});
