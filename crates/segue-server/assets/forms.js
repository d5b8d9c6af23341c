// A form stays as it is typed when the server cannot be reached, which is found out before the browser leaves the page.
const WAIT = 10_000;
const { unreachable, again } = document.body.dataset;

/** Whether anybody answers. A proxy with nothing behind it says so itself. */
async function reached() {
  try {
    const answer = await fetch("/healthz", { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(WAIT) });
    return ![502, 503, 504].includes(answer.status);
  } catch {
    return false;
  }
}

/** Takes back what was said of the server. */
export function withdraw(form) {
  form.querySelector("[data-unreachable]")?.remove();
}

/** Says beside what was pressed that the server cannot be reached; `retry` is what a button offers to do once more. */
export function refuse(form, pressed, retry) {
  withdraw(form);
  const notice = document.createElement("div");
  notice.className = "notice bad";
  notice.dataset.unreachable = "";
  notice.setAttribute("role", "alert");
  notice.append(unreachable);
  if (retry) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "button small", textContent: again });
    button.addEventListener("click", () => {
      pressed.focus();
      withdraw(form);
      retry();
    });
    notice.append(" ", button);
  }
  (pressed.closest(".actions, .with-button") ?? pressed).before(notice);
  notice.scrollIntoView({ block: "nearest" });
}

let sure;
document.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  if (event.defaultPrevented || form === sure || form.getAttribute("method") !== "post") return;
  event.preventDefault();
  if (form.dataset.asking) return;
  form.dataset.asking = "1";
  withdraw(form);
  const isReached = await reached();
  delete form.dataset.asking;
  if (!isReached) return refuse(form, submitter ?? form.lastElementChild);
  sure = form;
  // What was pressed may have been replaced meanwhile.
  form.requestSubmit(submitter?.form === form ? submitter : undefined);
  sure = undefined;
});
