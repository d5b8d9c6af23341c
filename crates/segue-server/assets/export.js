// The page that sets up an export: what its buttons ask the server for is shown in place, rows come and go at once, and the
// summary follows what is typed. Without this every button sends the form, which is shown again.
import { refuse } from "./forms.js";

const form = document.getElementById("setup");
/** Where what is asked for was pressed. */
const PRESSED = { account: "#connection", columns: "#segments", suggest: "#suggest" };

function typed(step) {
  const fields = new FormData(form);
  if (step) fields.set("step", step);
  return new URLSearchParams(fields).toString();
}

async function send(address, fields) {
  const headers = { accept: "text/html", "content-type": "application/x-www-form-urlencoded" };
  const answer = await fetch(address, { method: "POST", body: fields, headers });
  if (!answer.ok) throw new Error(`answered ${answer.status}`);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

/** Finds what has taken the place of an element: by its id, or by where it stands among those of its name. */
function finder({ id, name }) {
  if (id) return () => document.getElementById(id);
  const those = () => [...form.elements].filter((it) => name && it.name === name);
  const index = those().indexOf(document.activeElement);
  return () => those()[index];
}

let shown = Promise.resolve();

/** Shows the form anew when what was asked before is shown, so that answers do not overtake each other. */
function again(step) {
  shown = shown.then(() => show(step));
}

/** An answer to what was typed before would take away what was typed since: it is asked for once more. */
async function show(step) {
  form.setAttribute("aria-busy", "true");
  try {
    const sent = typed(step);
    const anew = (await send(form.action, sent)).getElementById("setup");
    if (!anew) throw new Error("another page");
    if (typed(step) !== sent) return await show(step);
    const find = finder(document.activeElement);
    form.replaceChildren(...anew.childNodes);
    form.dataset.table = anew.dataset.table;
    find()?.focus();
  } catch (error) {
    // Without the server there is nothing to be shown: what is typed stays.
    if (error instanceof TypeError) return refuse(form, form.querySelector(PRESSED[step]) ?? form.lastElementChild, () => again(step));
    // Whatever else it is, the browser can show it.
    form.requestSubmit(form.querySelector(`[name=step][value=${step}]`) ?? form.querySelector("[name=step][value=recap]"));
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
  row.querySelectorAll("select, input").forEach((field) => {
    if (field.matches("select")) field.selectedIndex = 0;
    else field.value = "";
    field.removeAttribute("aria-invalid");
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
      const recap = (await send("/exports/recap", typed())).getElementById("recap");
      if (recap) document.getElementById("recap").replaceWith(recap);
    } catch {
      // The one that is shown stays.
    }
  }, 200);
}

/** Days of a new export begin where the browser is, until somebody says otherwise. */
function begin() {
  const zone = form.querySelector("[name=time_zone]");
  const isUntouched = form.action.endsWith("/new") && form.querySelector("[name=name]")?.value === "";
  if (isUntouched && zone?.value === "UTC") zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

form?.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.matches("[data-add]")) addRow();
  else if (button.matches("[data-drop]")) dropRow(button.closest("[data-row]"));
  else if (button.matches("[data-in-place]")) again(button.value);
  else if (button.value === "enter" && document.activeElement?.id === "find") again("find");
  else return;
  event.preventDefault();
});

form?.addEventListener("change", (event) => {
  const changed = event.target;
  if (changed.matches("[data-shows]")) return again("account");
  if (changed.name === "segment") {
    const first = form.querySelector("[name=segment]:checked");
    if (first && first.dataset.table !== form.dataset.table) {
      return again("columns");
    }
  }
  summarize();
});

if (form) begin();
