// What a person does in the console, one step at a time.
import assert from "node:assert/strict";
import { PASSWORD } from "./segue.mjs";

/** Waits for a page with this address, and tells what is shown in its place. */
export async function lands(page, address) {
  try {
    await page.waitForURL(address, { timeout: 10_000 });
  } catch {
    assert.fail(`expected a page at ${address}, but ${page.url()} shows:\n${await page.locator("main").innerText()}`);
  }
}

/** Adds a table of the file that is called like it, whose columns hold and mean this. */
export async function addTable(page, { name = "customers", kinds = { spent: "number" }, meanings = { email: "email" } } = {}) {
  await page.goto("/tables/new");
  await page.fill("#path", `${name}.csv`);
  await page.fill("#name", name);
  await page.fill("#key", "id");
  await page.click("main button.primary");
  const column = (called) => page.getByLabel(new RegExp(`: ${called}$`));
  for (const [called, meaning] of Object.entries(meanings)) await column(called).last().selectOption(meaning);
  for (const [called, kind] of Object.entries(kinds)) await column(called).first().selectOption(kind);
  await page.click("main button.primary");
  await lands(page, new RegExp(`/tables/${name}\\?`));
}

export async function makeSegment(page, name = "cluj", city = "Cluj") {
  await define(page, name, `- all:\n      - column: city\n        is: ${city}`);
}

/** Writes the definition as text, which works in every browser. */
export async function define(page, name, rules, { table = "customers", description = "" } = {}) {
  await page.goto("/segments/new");
  await page.fill("#name", name);
  await page.fill("#description", description);
  await page.fill("#definition", `version: 1\ntable: ${table}\nrules:\n  ${rules}\n`);
  await page.click("[name=refresh]");
  await lands(page, new RegExp(`/segments/${name}(\\?|$)`));
  await settled(page, async () => /\d/.test(await page.locator(".tile .figure").first().innerText()));
}

/** Looks again until what is awaited has come; the pages of work follow it by themselves, others are asked anew. */
export async function settled(page, hasCome) {
  for (let look = 0; look < 120; look += 1) {
    if (await hasCome()) return;
    await page.waitForTimeout(250);
    await page.reload();
  }
  assert.fail(`${page.url()} does not show what was awaited:\n${await page.locator("main").innerText()}`);
}

export async function connectSandbox(page, sharing = "contributors") {
  await page.goto("/connections");
  await page.click("form[action='/connections/sandbox'] button");
  await lands(page, "**/connections/new**");
  await page.locator("main details summary").click();
  await page.fill("#name", "Trial");
  await page.check(`[name=sharing][value=${sharing}]`);
  await page.check("[name=agreed]");
  await page.fill("#password", PASSWORD);
  await page.click("form[action='/connections/new'] button.primary");
  await lands(page, /\/connections\/(?!new)[^/?]+/);
}

/** Fills in what an export needs, without saving it. */
export async function fillExport(page, name, segment = "cluj") {
  await page.goto("/exports/new");
  await page.fill("#name", name);
  await page.check(`[name=segment][value=${segment}]`);
  await page.locator("#email").waitFor();
  await page.selectOption("#connection", { index: 1 });
  await page.locator("select#list").waitFor();
  await page.selectOption("#list", { label: "Newsletter" });
  await page.selectOption("#email", "email");
  await page.check("[name=schedule][value=off]");
}

export async function setUpExport(page, name = "Letter to Cluj", segment = "cluj") {
  await fillExport(page, name, segment);
  await saveExport(page);
}

export async function saveExport(page) {
  await page.click("#setup button.primary");
  await lands(page, /\/exports\/(?!new)[^/?]+/);
}

/** Opens an export by its name, as the list of all has it. */
export async function openExport(page, name) {
  await page.goto("/exports");
  await page.getByRole("link", { name, exact: true }).click();
  await page.locator("h1", { hasText: name }).waitFor();
}

/** Runs the export whose page is shown, to the end. */
export async function run(page) {
  await page.click("form[action$='/run'] button");
  await runEnds(page);
}

/** What the page of a run says became of everybody, by the names of its rows. */
export async function counts(page) {
  const rows = await page.locator("section[aria-labelledby=counts] tr").all();
  const read = rows.slice(1).map(async (row) => [await row.locator(".name").innerText(), await row.locator("td").first().innerText()]);
  return Object.fromEntries(await Promise.all(read));
}

/** Presses what sends a form, and waits for the page that answers: a script asks first whether the server is there. */
export async function sends(page, button) {
  await Promise.all([page.waitForEvent("framenavigated"), button.click()]);
  await page.waitForLoadState();
}

/** Waits on the page of a run until it has ended. */
export async function runEnds(page) {
  await lands(page, /\/runs\//);
  await page.locator("progress").waitFor({ state: "detached", timeout: 60_000 });
}

/** Has everything said in this language from now on. */
export async function speak(page, language) {
  await page.goto("/account");
  await page.selectOption("#language", language);
  await page.click("form[action='/account'] button.primary");
  await page.waitForURL("**/account?**");
  assert.equal(await page.getAttribute("html", "lang"), language);
}
