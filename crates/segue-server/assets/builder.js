// The builder of segments: rules as a form, the text beside it, and how many people are meant, while both are changed.
import { Rules, h, isIncomplete } from "./rules.js";
import { hasComments, read, write } from "./yaml.js";

const part = document.getElementById("builder");
const form = document.getElementById("segment");
const text = document.getElementById("definition");
const figure = document.getElementById("count");
const said = document.getElementById("said");
const findings = document.getElementById("findings");
const sample = document.getElementById("sample");
const sampled = document.getElementById("sampled");
const lost = document.getElementById("lost");
const language = document.documentElement.lang;
const PAUSE = 400;

let rules;
let doc;
/** What there was, one after the other: the document, and the text as somebody has written it. */
let history = [];
let place = -1;
let lastKey;
let wanted;
let waiting;
let asking = new AbortController();
let sampling = new AbortController();
/** The definition that was counted, if nothing has changed since. */
let counted;
let isSignedOut = false;
const undo = h("button", { type: "button", class: "button small", id: "undo", onclick: () => go(place - 1) });
const redo = h("button", { type: "button", class: "button small", id: "redo", onclick: () => go(place + 1) });
const shape = h("div", { class: "stack-small" });

/** Asks the API about a definition. */
async function ask(what, definition, { signal }) {
  const answer = await fetch(`/api/v1/definitions/${what}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ definition }),
    signal,
  });
  isSignedOut = answer.status === 401;
  const body = read(await answer.text());
  if (!answer.ok) throw Object.assign(new Error(body.detail), { body });
  return body;
}

// The form.

/** Takes the keyboard to what has this id, or to the first field of the part of the document that stands there. */
function enter(goal) {
  const around = part.querySelector(`[data-at="${CSS.escape(goal)}"]`);
  const found = document.getElementById(goal) ?? around?.querySelector("input, select") ?? around?.querySelector("button");
  if (!found || found.disabled) return false;
  found.focus({ preventScroll: true });
  return true;
}

/** Where the keyboard goes if what it was at is gone: to what stood around that. */
function outward(id) {
  const steps = id.split("/");
  return steps.map((_, index) => steps.slice(0, steps.length - index).join("/"));
}

function draw() {
  const focused = document.activeElement?.id ?? "";
  const { goals } = rules;
  rules.goals = undefined;
  const kept = part.contains(document.activeElement) ? outward(focused) : [focused];
  shape.replaceChildren(...rules.draw(doc));
  if (!goals) kept.some((goal) => goal && enter(goal));
  else if (goals.some(enter)) document.activeElement.scrollIntoView({ block: "nearest" });
  showPlace();
}

function showPlace() {
  undo.disabled = place <= 0;
  redo.disabled = place >= history.length - 1;
}

/** Notes a change, so that it can be taken back. What is typed in one field is one change. */
function note(key, words) {
  const json = JSON.stringify(doc);
  const isSame = key !== undefined && key === lastKey;
  lastKey = key;
  if (history[place]?.json === json) return (history[place].words = words);
  history = [...history.slice(0, isSame ? place : place + 1), { json, words }];
  place = history.length - 1;
}

function edited(key) {
  const before = place;
  // The form writes the text anew: without comments, and without what was typed a moment ago and is not taken over yet.
  const isLost = hasComments(text.value) || text.value !== history[place].words;
  if (isLost) history[place].words = text.value;
  text.value = write(doc);
  note(key, text.value);
  if (key === undefined) draw();
  showPlace();
  if (isLost) warn(before);
  soon(count);
}

/** Says what is gone from the text, and brings it back if that was not meant. */
function warn(before) {
  const back = h("button", { type: "button", class: "button small", onclick: () => {
    go(before);
    text.focus();
  } }, rules.say("builder-undo"));
  lost.replaceChildren(h("p", { class: "notice warn" }, `${rules.say("builder-lost")} `, back));
}

function go(to) {
  if (to < 0 || to >= history.length) return;
  const pressed = document.activeElement;
  place = to;
  lastKey = undefined;
  doc = read(history[place].json);
  part.inert = false;
  part.classList.remove("resting");
  lost.replaceChildren();
  draw();
  if (pressed === undo && undo.disabled) redo.focus();
  if (pressed === redo && redo.disabled) undo.focus();
  text.value = history[place].words;
  soon(text.value === write(doc) ? count : typed);
}

// How many there are.

function soon(work) {
  clearTimeout(waiting);
  asking.abort();
  sampling.abort();
  counted = undefined;
  age();
  wanted = work;
  waiting = setTimeout(work, PAUSE);
}

function tell(number, ...words) {
  figure.textContent = number;
  said.replaceChildren(...words);
}

/** Why there is no answer. A session that has ended can be begun anew in another tab, so that nothing here is lost. */
function why(error) {
  if (isSignedOut) {
    const link = h("a", { href: "/sign-in", target: "_blank", rel: "noopener" }, rules.say("sign-in"));
    return [rules.say("builder-signed-out"), " ", link];
  }
  const detail = error.body?.detail;
  return [detail ? h("span", { lang: "en" }, detail) : rules.say("builder-count-failed")];
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

/** Checks a definition and has its members counted. Gives what was found about it. */
async function found(definition) {
  asking.abort();
  const question = (asking = new AbortController());
  const failed = (error) => error.name !== "AbortError" && tell("–", ...why(error));
  try {
    const checked = await ask("check", definition, question);
    show(checked.errors, checked.warnings);
    if (checked.errors.length > 0) {
      tell("–", rules.say("builder-error-one"));
      return checked;
    }
    said.textContent = rules.say("builder-counting");
    ask("count", definition, question).then(({ members }) => {
      tell(new Intl.NumberFormat(language).format(members));
      counted = definition;
      if (!sample.hidden) people();
    }).catch(failed);
    return checked;
  } catch (error) {
    failed(error);
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
  note(undefined, now);
  draw();
  show(checked.errors, checked.warnings);
}

// Some of them.

/** Shows that those who are shown are of a definition before. */
function age() {
  if (sample.hidden || !sample.firstChild) return;
  sample.classList.add("stale");
  sampled.textContent = rules.say("builder-sample-stale");
}

/** Shows some of those who were counted. */
async function people() {
  sampling.abort();
  const question = (sampling = new AbortController());
  try {
    const { columns, rows } = await ask("sample", counted, question);
    const table = h("table", { class: "sample" }, h("thead", {}, h("tr", {}, columns.map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, rows.map((row) => h("tr", {}, row.map((value) => h("td", {}, value))))));
    sample.replaceChildren(rows.length > 0 ? table : h("p", { class: "soft" }, rules.say("builder-sample-empty")));
  } catch (error) {
    if (error.name === "AbortError") return;
    sample.replaceChildren(h("p", { class: "soft" }, ...why(error)));
  }
  sample.classList.remove("stale");
  sampled.textContent = "";
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

function listen() {
  text.addEventListener("input", () => {
    lost.replaceChildren();
    soon(typed);
  });
  document.getElementById("sample-button").addEventListener("click", () => {
    sample.hidden = false;
    // Until something can be counted, nobody can be shown.
    if (counted !== undefined) people();
  });
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
  // Whoever has signed in elsewhere goes on here.
  const back = () => !document.hidden && isSignedOut && soon(wanted);
  window.addEventListener("focus", back);
  document.addEventListener("visibilitychange", back);
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
  listen();
  wanted = typed;
  await typed();
}

if (part && form) {
  begin()
    .catch(() => (part.hidden = true))
    .finally(() => part.parentElement.classList.add("ready"));
}
