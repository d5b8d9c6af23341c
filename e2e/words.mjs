// What the console says, by the names of its messages; and what is said in English where Romanian is meant.
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const LOCALES = fileURLToPath(new URL("../crates/segue-server/locales", import.meta.url));

/** All messages of a language as they are written, by name. */
async function messages(language) {
  const folder = path.join(LOCALES, language);
  const files = (await readdir(folder)).filter((name) => name.endsWith(".ftl"));
  const texts = await Promise.all(files.map((name) => readFile(path.join(folder, name), "utf8")));
  const found = texts.join("\n").matchAll(/^([a-z][\w-]*) = (.*(?:\n[ }*].*)*)/gm);
  return new Map(Array.from(found, ([, name, text]) => [name, text]));
}

const MESSAGES = { en: await messages("en"), ro: await messages("ro") };

export const LANGUAGES = Object.keys(MESSAGES);

const CHOICE = /\{ \$(\w+) ->((?:[^{}]|\{ \$\w+ \})*)\}/g;

/** Gives the function that says a message of this language with what is put in. */
export function words(language) {
  const plural = new Intl.PluralRules(language);
  const number = new Intl.NumberFormat(language === "ro" ? "de" : "en");
  return (name, given = {}) => {
    const text = MESSAGES[language].get(name);
    if (text === undefined) throw new Error(`there is no message ${name}`);
    const chosen = text.replace(CHOICE, (_, of, variants) => {
      const all = new Map(Array.from(variants.matchAll(/\[(\w+)\] (.*)/g), ([, key, value]) => [key, value]));
      return all.get(String(given[of])) ?? all.get(plural.select(given[of])) ?? all.get("other");
    });
    return chosen.replace(/\{ \$(\w+) \}/g, (_, of) => (typeof given[of] === "number" ? number.format(given[of]) : String(given[of])));
  };
}

/** What stands between the places of a message. */
const pieces = (text) => text.split(/\{[^{}]*->|\*?\[\w+\]|\{ \$\w+ \}|[\n}]/).map((piece) => piece.trim());
const romanian = new Set([...MESSAGES.ro.values()].flatMap(pieces));
const english = [...new Set([...MESSAGES.en.values()].flatMap(pieces))].filter((piece) => /[a-z]{2}/.test(piece) && !romanian.has(piece));
/** Whole sentences are found wherever they stand, single words only where nothing else does. */
const sentences = english.filter((piece) => piece.length > 12 && piece.includes(" "));
const single = new Set(english.filter((piece) => !sentences.includes(piece)));

/** What is said in English on a page that speaks Romanian, apart from what people have typed, here or in ActiveCampaign. */
export async function englishOn(page) {
  if ((await page.getAttribute("html", "lang")) !== "ro") return [];
  const [texts, marked] = await page.evaluate(() => {
    const texts = [document.title];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const { parentElement, data } = walker.currentNode;
      const isTyped = parentElement.closest("script, style, pre, code, textarea, del, ins, .sample, [lang=en], #list, #account li, [name=attribute]");
      if (!isTyped) texts.push(data);
    }
    for (const it of document.querySelectorAll("[aria-label], [title], [alt], [placeholder]")) {
      texts.push(it.ariaLabel, it.title, it.alt, it.placeholder);
    }
    return [texts.filter(Boolean).map((text) => text.trim()), Array.from(document.querySelectorAll("[lang=en]"), (it) => it.textContent.trim()).filter(Boolean)];
  });
  const found = texts.filter((text) => single.has(text) || sentences.some((sentence) => text.includes(sentence)));
  return [...found, ...marked].map((text) => `${page.url()} says in English: ${text}`);
}
