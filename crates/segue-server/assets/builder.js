// The builder of segments: rules as a form, the text beside it, and how many people are meant, while both are changed.
import { Rules, h, isIncomplete } from "./rules.js";
import { read, write } from "./yaml.js";

const part = document.getElementById("builder");
const form = document.getElementById("segment");
const text = document.getElementById("definition");
const figure = document.getElementById("count");
const said = document.getElementById("said");
const findings = document.getElementById("findings");
const sample = document.getElementById("sample");
const language = document.documentElement.lang;
const PAUSE = 400;

let rules;
let doc;
let history = [];
let place = -1;
let lastKey;
let waiting;
let asking = new AbortController();
const undo = h("button", { type: "button", class: "button small", id: "undo", onclick: () => go(place - 1) });
const redo = h("button", { type: "button", class: "button small", id: "redo", onclick: () => go(place + 1) });
const shape = h("div", { class: "stack-small" });

/** Asks the API about a definition; what was asked before is not waited for any more. */
async function ask(what, definition) {
  asking.abort();
  asking = new AbortController();
  const answer = await fetch(`/api/v1/definitions/${what}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ definition }),
    signal: asking.signal,
  });
  const body = read(await answer.text());
  if (!answer.ok) throw Object.assign(new Error(body.detail), { body });
  return body;
}

// The form.

function draw() {
  const focused = document.activeElement?.id;
  shape.replaceChildren(...rules.draw(doc));
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  undo.disabled = place <= 0;
  redo.disabled = place >= history.length - 1;
}

/** Notes a change, so that it can be taken back. What is typed in one field is one change. */
function note(key) {
  const now = JSON.stringify(doc);
  if (history[place] === now) return;
  const isSame = key !== undefined && key === lastKey;
  history = [...history.slice(0, isSame ? place : place + 1), now];
  place = history.length - 1;
  lastKey = key;
}

function edited(key) {
  note(key);
  if (key === undefined) draw();
  undo.disabled = place <= 0;
  redo.disabled = place >= history.length - 1;
  text.value = write(doc);
  soon(count);
}

function go(to) {
  if (to < 0 || to >= history.length) return;
  place = to;
  lastKey = undefined;
  doc = read(history[place]);
  part.inert = false;
  part.classList.remove("resting");
  draw();
  text.value = write(doc);
  soon(count);
}

// How many there are.

function soon(work) {
  clearTimeout(waiting);
  asking.abort();
  waiting = setTimeout(work, PAUSE);
}

function tell(number, words) {
  figure.textContent = number;
  said.textContent = words;
}

/** Shows what is wrong where it stands, and all of it in a list. */
function show(errors, warnings) {
  part.querySelectorAll(".fault").forEach((fault) => fault.remove());
  const items = [...errors.map((error) => [error, ""]), ...warnings.map((warning) => [warning, `${rules.say("builder-warning")} `])];
  for (const [{ pointer, detail }, before] of items) {
    const places = [...part.querySelectorAll("[data-at]")].filter((it) => `${pointer}/`.startsWith(`${it.dataset.at}/`));
    const deepest = places.sort((a, b) => b.dataset.at.length - a.dataset.at.length)[0];
    deepest?.append(h("p", { class: before ? "fault doubt" : "fault", lang: "en" }, `${before}${detail}`));
  }
  findings.replaceChildren(...items.map(([{ pointer, detail }, before]) => h("li", { lang: "en" }, h("code", {}, pointer), ` ${before}${detail}`)));
}

async function count() {
  if (isIncomplete(doc)) {
    show([], []);
    return tell("–", rules.say("builder-incomplete"));
  }
  await found(doc);
}

/** Checks a definition and counts its members. Gives what was found about it. */
async function found(definition) {
  try {
    const checked = await ask("check", definition);
    show(checked.errors, checked.warnings);
    if (checked.errors.length > 0) {
      tell("–", rules.say("builder-error-one"));
      return checked;
    }
    said.textContent = rules.say("builder-counting");
    ask("count", definition).then(
      ({ members }) => tell(new Intl.NumberFormat(language).format(members), ""),
      (error) => error.name !== "AbortError" && tell("–", error.body?.detail ?? rules.say("builder-count-failed")),
    );
    return checked;
  } catch (error) {
    if (error.name !== "AbortError") tell("–", error.body?.detail ?? rules.say("builder-count-failed"));
    return undefined;
  }
}

/** Takes over what is written in the text, if it can be read; until then the form rests. */
async function typed() {
  const now = text.value;
  const checked = await found(now);
  if (!checked || now !== text.value) return;
  part.inert = !checked.definition;
  part.classList.toggle("resting", part.inert);
  if (part.inert) return;
  doc = checked.definition;
  note();
  draw();
  show(checked.errors, checked.warnings);
}

async function people() {
  sample.hidden = false;
  try {
    const { columns, rows } = await ask("sample", doc);
    const table = h("table", { class: "sample" }, h("thead", {}, h("tr", {}, columns.map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, rows.map((row) => h("tr", {}, row.map((value) => h("td", {}, value))))));
    sample.replaceChildren(rows.length > 0 ? table : h("p", { class: "soft" }, rules.say("builder-sample-empty")));
  } catch (error) {
    if (error.name !== "AbortError") sample.replaceChildren(h("p", { class: "soft" }, error.body?.detail ?? rules.say("builder-count-failed")));
  }
}

async function every(path) {
  const items = [];
  let cursor = "";
  do {
    const answer = await fetch(`/api/v1/${path}?limit=200${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    if (!answer.ok) throw new Error(`answered ${answer.status}`);
    const page = await answer.json();
    items.push(...page.items);
    cursor = page.next ?? "";
  } while (cursor);
  return items;
}

async function begin() {
  const [tables, segments] = await Promise.all([every("tables"), every("segments")]);
  const words = JSON.parse(part.dataset.words);
  const own = form.getAttribute("action").match(/^\/segments\/(.+)\/edit$/)?.[1];
  rules = new Rules(words, tables, segments.filter((segment) => segment.name !== own), edited);
  undo.textContent = `↶ ${rules.say("builder-undo")}`;
  redo.textContent = `↷ ${rules.say("builder-redo")}`;
  part.append(h("div", { class: "actions" }, undo, redo), shape);
  part.hidden = false;
  document.getElementById("live").hidden = false;
  document.querySelectorAll("[data-plain]").forEach((plain) => (plain.hidden = true));
  text.addEventListener("input", () => soon(typed));
  document.getElementById("sample-button").addEventListener("click", people);
  part.addEventListener("keydown", (event) => {
    // Enter takes a value; it does not send the form.
    if (event.key === "Enter" && event.target.matches("input")) {
      event.preventDefault();
      event.target.dispatchEvent(new Event("change", { bubbles: true }));
    }
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
      event.preventDefault();
      go(event.shiftKey ? place + 1 : place - 1);
    }
  });
  await typed();
}

if (part && form) {
  begin()
    .catch(() => (part.hidden = true))
    .finally(() => part.parentElement.classList.add("ready"));
}
