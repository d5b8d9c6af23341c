// The page that sets up an export: what its buttons ask the server for is shown in place, rows come and go at once, and the
// summary follows what is typed. Without this every button sends the form, which is shown again.
const form = document.getElementById("setup");

async function send(address, button) {
  const body = new URLSearchParams(new FormData(form, button));
  const answer = await fetch(address, { method: "POST", body, headers: { accept: "text/html" } });
  if (!answer.ok) throw new Error(`answered ${answer.status}`);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

/** Sends the form and shows it anew, with the focus where it was. */
async function again(button) {
  const focused = document.activeElement?.id;
  form.setAttribute("aria-busy", "true");
  try {
    const shown = (await send(form.action, button)).getElementById("setup");
    if (!shown) throw new Error("another page");
    form.replaceChildren(...shown.childNodes);
    form.dataset.table = shown.dataset.table;
    document.getElementById(focused)?.focus();
    begin();
  } catch {
    // Whatever it is, the browser can show it.
    form.requestSubmit(button);
  } finally {
    form.removeAttribute("aria-busy");
  }
}

/** Renumbers what names the rows. */
function number() {
  form.querySelectorAll("[data-row]").forEach((row, index) => {
    row.querySelectorAll("[aria-label]").forEach((field) => {
      field.setAttribute("aria-label", field.getAttribute("aria-label").replace(/\d+/, index + 1));
    });
  });
}

function addRow() {
  const rows = form.querySelector("[data-rows]");
  const row = rows.lastElementChild.cloneNode(true);
  row.querySelectorAll("select").forEach((select) => {
    select.selectedIndex = 0;
    select.removeAttribute("aria-invalid");
  });
  row.querySelectorAll(".fault").forEach((fault) => fault.remove());
  rows.append(row);
  number();
  row.querySelector("select").focus();
}

function dropRow(row) {
  if (row.parentElement.children.length === 1) addRow();
  const next = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  number();
  next.querySelector("select").focus();
  summarize();
}

let waiting;
function summarize() {
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    try {
      const recap = (await send("/exports/recap")).getElementById("recap");
      if (recap) document.getElementById("recap").replaceWith(recap);
    } catch {
      // The one that is shown stays.
    }
  }, 200);
}

/** What is only there for browsers without scripts. */
function begin() {
  form.querySelectorAll("[data-plain]").forEach((button) => (button.hidden = true));
  const zone = form.querySelector("[name=time_zone]");
  const isNew = form.action.endsWith("/new");
  if (isNew && zone?.value === "UTC") zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

form?.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.matches("[data-add]")) addRow();
  else if (button.matches("[data-drop]")) dropRow(button.closest("[data-row]"));
  else if (button.matches("[data-in-place]")) again(button);
  else return;
  event.preventDefault();
});

form?.addEventListener("change", (event) => {
  const changed = event.target;
  if (changed.matches("[data-shows]")) return again(form.querySelector("[value=account]"));
  if (changed.name === "segment") {
    const first = form.querySelector("[name=segment]:checked");
    if (first && first.dataset.table !== form.dataset.table) {
      return again(form.querySelector("[name=step][value=columns], [name=step][value=recap]"));
    }
  }
  summarize();
});

if (form) begin();
