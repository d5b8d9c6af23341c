// Pages about what goes on: their parts, whose ids begin with "live-", follow it. The server writes them as it writes the page.
const events = document.querySelector("[data-events]")?.dataset.events;
const every = Number(document.querySelector("[data-every]")?.dataset.every);
const BETWEEN = 1000;

let asking = false;
let isWanted = false;

async function follow() {
  if (asking) {
    isWanted = true;
    return;
  }
  asking = true;
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    if (answer.ok && !answer.redirected) show(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    // The next event, or the next look, asks again.
  }
  setTimeout(() => {
    asking = false;
    if (isWanted) {
      isWanted = false;
      follow();
    }
  }, BETWEEN);
}

function show(page) {
  for (const part of document.querySelectorAll("[id^=live-]")) {
    const anew = page.getElementById(part.id);
    if (!anew || anew.innerHTML === part.innerHTML) continue;
    // A form that is about to be sent stays until it is.
    if (part.querySelector("form[data-asking]")) continue;
    const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
    const open = [...part.querySelectorAll("details")].map((details) => details.open);
    part.replaceChildren(...anew.childNodes);
    part.querySelectorAll("details").forEach((details, index) => {
      if (index in open) details.open = open[index];
    });
    if (focused) document.getElementById(focused)?.focus();
  }
}

if (events) {
  const source = new EventSource(events);
  source.addEventListener("run", (event) => {
    follow();
    if (JSON.parse(event.data).ended_at) source.close();
  });
}
if (every > 0) setInterval(() => document.hidden || follow(), every * 1000);
