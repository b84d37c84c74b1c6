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

// What did not come through is told where one is; what one wrote stays, since answers that are errors are not shown.
const troubleOf = (ctx) => ctx && ctx.sourceElement.closest("#queue, #state")?.querySelector(".trouble");

function reasonOf(ctx) {
  if (!ctx.response) return { why: "The gateway does not answer." };
  try {
    return { why: JSON.parse(ctx.text).error.message };
  } catch {
    const page = new DOMParser().parseFromString(ctx.text || "", "text/html");
    const why = page.querySelector(".told")?.textContent || `The gateway answered ${ctx.response.status}.`;
    return { why, enter: page.querySelector('main a[href^="/login"]') };
  }
}

function whatFailed(ctx, trouble) {
  if (trouble.dataset.since) return `Not refreshed since ${trouble.dataset.since}`;
  if (ctx.request.method === "GET") return "Not shown";
  if (ctx.response?.raw.redirected) return "Stored, but the next answer is not shown";
  return ctx.response ? "Not stored" : "Perhaps not stored";
}

function tell(event) {
  const ctx = event.detail.ctx;
  const trouble = troubleOf(ctx);
  if (!trouble) return;
  const { why, enter } = reasonOf(ctx);
  const isWritten = ctx.sourceElement.querySelector("textarea");
  const text = `${whatFailed(ctx, trouble)}: ${why}${isWritten ? " Your text is still here." : ""} `;
  if (trouble.dataset.told === text) return; // written anew it would be read aloud anew, each minute
  trouble.textContent = trouble.dataset.told = text;
  if (!enter) return;
  trouble.append(enter);
  enter.removeAttribute("class");
  enter.target = "_blank";
  enter.textContent = "Log in (in another tab)";
}

document.addEventListener("htmx:response:error", tell);
document.addEventListener("htmx:error", tell);
document.addEventListener("htmx:before:request", (event) => {
  const trouble = troubleOf(event.detail.ctx);
  if (!trouble || trouble.dataset.since) return;
  trouble.textContent = "";
  delete trouble.dataset.told;
});
