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

export async function addTable(page) {
  await page.goto("/tables/new");
  await page.fill("#path", "customers.csv");
  await page.fill("#name", "customers");
  await page.fill("#key", "id");
  await page.click("main button.primary");
  await page.getByLabel(/: email$/).last().selectOption("email");
  await page.getByLabel(/: spent$/).first().selectOption("number");
  await page.click("main button.primary");
  await lands(page, /\/tables\/customers\?/);
}

/** Writes the definition as text, which works in every browser. */
export async function makeSegment(page, name = "cluj", city = "Cluj") {
  await page.goto("/segments/new");
  await page.fill("#name", name);
  await page.fill("#definition", `version: 1\ntable: customers\nrules:\n  - all:\n      - column: city\n        is: ${city}\n`);
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

export async function connectSandbox(page) {
  await page.goto("/connections");
  await page.click("form[action='/connections/sandbox'] button");
  await lands(page, "**/connections/new**");
  await page.locator("main details summary").click();
  await page.fill("#name", "Sandbox");
  await page.check("[name=sharing][value=contributors]");
  await page.check("[name=agreed]");
  await page.fill("#password", PASSWORD);
  await page.click("form[action='/connections/new'] button.primary");
  await lands(page, /\/connections\/(?!new)[^/?]+/);
}

/** Fills in what an export needs, without saving it. */
export async function fillExport(page, name) {
  await page.goto("/exports/new");
  await page.fill("#name", name);
  await page.check("[name=segment][value=cluj]");
  await page.locator("#email").waitFor();
  await page.selectOption("#connection", { index: 1 });
  await page.locator("select#list").waitFor();
  await page.selectOption("#list", { index: 1 });
  await page.selectOption("#email", "email");
  await page.check("[name=schedule][value=off]");
}

export async function setUpExport(page, name = "Letter to Cluj") {
  await fillExport(page, name);
  await page.click("#setup button.primary");
  await lands(page, /\/exports\/(?!new)[^/?]+/);
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
