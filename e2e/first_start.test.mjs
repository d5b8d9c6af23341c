// From a machine where nothing is to the first delivered contact, with the sandbox only.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { Site, signIn } from "./segue.mjs";
import * as steps from "./steps.mjs";

let site;

before(async () => {
  site = await Site.start();
});

after(() => site?.stop());

test("the checklist leads to the first delivery", async () => {
  const page = await site.begin();
  const done = page.locator(".checklist .done");
  assert.equal(await page.locator(".checklist li").count(), 5);
  assert.equal(await done.count(), 0);

  await page.click(".checklist a[href='/tables/new']");
  await steps.addTable(page);
  await page.goto("/");
  assert.equal(await done.count(), 1);

  await page.click(".checklist a[href='/segments/new']");
  await page.fill("#name", "cluj");
  await page.getByLabel("Column", { exact: true }).selectOption("city");
  await page.getByLabel("How it is compared").selectOption("is");
  await page.getByLabel("Value", { exact: true }).fill("Cluj");
  await page.locator("#count", { hasText: "4" }).waitFor();
  assert.match(await page.inputValue("#definition"), /column: city\s+is: Cluj/);
  await page.click("[name=refresh]");
  await steps.lands(page, /\/segments\/cluj/);

  await page.goto("/");
  assert.equal(await done.count(), 2);
  await steps.connectSandbox(page);
  await page.goto("/");
  assert.equal(await done.count(), 3);
  await steps.setUpExport(page, "Letter to Cluj");
  await page.goto("/");
  assert.equal(await done.count(), 4);
  await page.goto("/exports");
  await page.getByRole("link", { name: "Letter to Cluj" }).click();

  // What it would send, then sent exactly so.
  await page.getByRole("button", { name: "Dry run" }).click();
  await steps.runEnds(page);
  const plan = { "To create": "3", "To update": "0", Unchanged: "0", Invalid: "1", Refused: "0", Members: "4" };
  assert.deepEqual(await steps.counts(page), plan);
  await page.getByRole("button", { name: "Send this plan" }).click();
  await steps.lands(page, (address) => address.pathname.startsWith("/runs/"));
  await page.getByText("What became of everybody").waitFor();
  await steps.runEnds(page);
  const became = await steps.counts(page);
  assert.equal(became.Created, "3");
  assert.equal(became.Invalid, "1");
  assert.equal(became.Members, "4");

  // Who was rejected, and why.
  assert.match(await page.locator("#reasons").innerText(), /Not an address that ActiveCampaign takes/);
  await page.getByRole("link", { name: "1: Invalid" }).click();
  await steps.lands(page, /\/rows\?fate=invalid/);
  assert.deepEqual(await page.locator("tbody th").allInnerTexts(), ["4"]);
  await page.selectOption("#fate", "");
  await page.fill("#search", "BOGDAN");
  await page.getByRole("button", { name: "Search" }).click();
  await page.waitForURL((address) => address.search === "");
  assert.match(await page.locator("tbody").innerText(), /bogdan@example\.com\s+Created/);
  await page.goBack();
  await page.goBack();
  const downloading = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download as CSV" }).click();
  const rejections = await readFile(await (await downloading).path(), "utf8");
  assert.match(rejections, /not an address/);
  assert.equal(rejections.trim().split("\n").length, 2, rejections);

  // Home has no checklist any more, and says what was sent.
  await page.goto("/");
  assert.equal(await page.locator(".checklist").count(), 0);
  assert.equal(await page.locator("#live-sent .figure").innerText(), "3");

  // The list has them now: nothing would be sent again.
  await page.goto("/exports");
  await page.getByRole("link", { name: "Letter to Cluj" }).click();
  await page.getByRole("button", { name: "Dry run" }).click();
  await steps.runEnds(page);
  assert.deepEqual(await steps.counts(page), { ...plan, "To create": "0", Unchanged: "3" });
  assert.deepEqual(site.faults(), []);
});

test("the sign-in page speaks the browser's language, and whoever signs in her own", async () => {
  const context = await site.stranger({ locale: "ro-RO" });
  const page = await context.newPage();
  await page.goto("/sign-in");
  assert.equal(await page.getAttribute("html", "lang"), "ro");
  assert.equal(await page.locator("h1").innerText(), "Conectare");
  await signIn(page, "administrator");
  assert.equal(await page.getAttribute("html", "lang"), "en");
  await page.goto("/account");
  await page.selectOption("#language", "ro");
  await page.click("form[action='/account'] button.primary");
  await page.waitForURL("**/account?**");
  await page.goto("/exports");
  assert.equal(await page.getAttribute("html", "lang"), "ro");
  await page.getByRole("link", { name: "Letter to Cluj" }).click();
  await page.getByRole("button", { name: "Rulează", exact: true }).waitFor();
});
