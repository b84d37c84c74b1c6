// Keys of the review queue: they work while something in it has the focus, and never while one writes.
document.addEventListener("keydown", (event) => {
  const queue = event.target.closest && event.target.closest("#queue");
  if (!queue || event.altKey || event.metaKey) return;
  if (event.target.matches("textarea, input")) {
    if (event.key === "Enter" && event.ctrlKey) event.target.form.requestSubmit();
    if (event.key === "Escape") event.target.closest("details").querySelector("summary").focus();
    return;
  }
  if (event.ctrlKey || event.repeat) return;
  const found = queue.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!found) return;
  event.preventDefault();
  if (found.matches("details")) {
    found.open = true;
    found.querySelector("textarea").focus();
  } else {
    found.click();
  }
});
