// What people with each role see and do.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Site } from "./segue.mjs";
import * as steps from "./steps.mjs";

let site;

before(async () => {
  site = await Site.start();
  const page = await site.begin();
  await steps.addTable(page);
  await steps.connectSandbox(page);
});

after(() => site?.stop());

const navigation = (page) => page.locator("#menu a").evaluateAll((links) => links.map((link) => link.getAttribute("href")));

test("a contributor makes a segment, exports it on a shared connection, and runs it", async () => {
  const page = await site.page("contributor");
  await page.goto("/");
  const entries = await navigation(page);
  assert.ok(entries.includes("/exports"));
  for (const entry of ["/connections", "/people", "/audit"]) assert.ok(!entries.includes(entry), entry);
  await steps.makeSegment(page);
  await steps.setUpExport(page, "Carl's letter");
  await page.click("form[action$='/run'] button");
  await steps.runEnds(page);
  assert.match(await page.locator("#live-status").innerText(), /Succeeded/);
  assert.match(await page.locator("main").innerText(), /Carl Contributor/);
});

test("a viewer sees it all and can change nothing", async () => {
  const page = await site.page("viewer");
  await page.goto("/exports");
  await page.getByRole("link", { name: "Carl's letter" }).click();
  for (const address of [page.url(), "/exports", "/segments", "/segments/cluj", "/tables", "/tables/customers", "/status", "/schedule"]) {
    await page.goto(address);
    const forms = await page.locator("main form[method=post]").evaluateAll((all) => all.map((form) => form.getAttribute("action")));
    // To ask why somebody is in changes nothing.
    assert.deepEqual(forms.filter((action) => !action.includes("/explain")), [], address);
    const ways = await page.locator("main a").evaluateAll((all) => all.map((link) => link.getAttribute("href")));
    assert.deepEqual(ways.filter((way) => /\/(new|edit|remove|detach)$/.test(way)), [], address);
  }
});

test("an administrator sees who did what", async () => {
  const page = await site.page("administrator");
  await page.goto("/audit");
  const told = await page.locator("main").innerText();
  assert.match(told, /Carl Contributor|carl@example\.com/);
});

test("whoever is switched off is out at once", async () => {
  const page = await site.page("administrator");
  await page.goto("/people");
  await page.getByRole("link", { name: "Vera Viewer" }).click();
  await page.uncheck("[name=enabled]");
  await page.locator("main form .primary").first().click();
  await page.waitForURL(/done=/);
  const viewer = await site.page("viewer");
  await viewer.goto("/exports");
  assert.equal(new URL(viewer.url()).pathname, "/sign-in");
});
