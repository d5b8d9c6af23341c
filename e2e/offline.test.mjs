// Without a connection to the server no form leaves its page, and nothing that was typed is lost.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { Site, signIn } from "./segue.mjs";
import * as steps from "./steps.mjs";

let site;
let context;
let page;

before(async () => {
  site = await Site.start();
  const first = await site.begin();
  await steps.addTable(first);
  await steps.makeSegment(first);
  await steps.connectSandbox(first);
  await first.close();
  context = await site.stranger();
  page = await context.newPage();
  await signIn(page, "administrator");
});

beforeEach(() => context.setOffline(false));

after(() => site?.stop());

const notice = () => page.locator("main [role=alert]", { hasText: "cannot be reached" });

/** Presses a button that cannot reach the server, and finds the page as it was, with one notice. */
async function stays(button, address) {
  await context.setOffline(true);
  for (const time of [1, 2]) {
    await page.locator(button).last().click();
    await notice().waitFor();
    assert.equal(await notice().count(), 1, `pressed ${time} times`);
  }
  assert.equal(new URL(page.url()).pathname, address);
}

test("a new segment", async () => {
  await page.goto("/segments/new");
  await page.locator(".workbench.ready").waitFor();
  await page.fill("#name", "far_away");
  await page.fill("#description", "Typed in a train");
  await stays("[name=refresh]", "/segments/new");
  assert.equal(await page.inputValue("#name"), "far_away");
  assert.equal(await page.inputValue("#description"), "Typed in a train");

  // Once the server is there again, the same form goes where it was meant to, with the button that was pressed.
  await context.setOffline(false);
  await page.click("[name=refresh]");
  await steps.lands(page, /\/segments\/far_away\?done=refreshing/);
  assert.match(await page.locator("main").innerText(), /Typed in a train/);
});

test("a new person", async () => {
  await page.goto("/people/new");
  await page.fill("#login", "ion@example.com");
  await page.fill("#name", "Ion Ionescu");
  await page.check("[name=role][value=contributor]");
  await stays("main button.primary", "/people/new");
  assert.equal(await page.inputValue("#login"), "ion@example.com");
  assert.equal(await page.inputValue("#name"), "Ion Ionescu");
  assert.ok(await page.isChecked("[name=role][value=contributor]"));
});

test("a password", async () => {
  await page.goto("/account");
  await page.fill("[name=current]", "correct horse battery");
  await page.fill("[name=new]", "battery horse correct");
  await stays("form:has([name=new]) button", "/account");
  assert.equal(await page.inputValue("[name=new]"), "battery horse correct");
});

test("Connect asks where it stands, and the key that was typed stays", async () => {
  await page.goto("/connections/new");
  await page.fill("#name", "Shop");
  await page.fill("#host", "shop.api-us1.com");
  await page.fill("#api_key", "a key");
  await page.check("[name=agreed]");
  await stays("[formaction='/connections/connect']", "/connections/new");
  assert.equal(await page.inputValue("#api_key"), "a key");
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("formaction")), "/connections/connect");
});

test("an export: another connection is asked again, and then shows its lists", async () => {
  await page.goto("/exports/new");
  await page.fill("#name", "Letter");
  await page.fill("#tags", "vip");
  await page.check("[name=segment][value=cluj]");
  await page.locator("#email").waitFor();
  await page.selectOption("#connection", { index: 0 });
  await page.locator("#setup:not([aria-busy])").waitFor();

  await context.setOffline(true);
  await page.selectOption("#connection", { index: 1 });
  await notice().waitFor();
  assert.equal(new URL(page.url()).pathname, "/exports/new");
  assert.equal(await page.inputValue("#name"), "Letter");
  assert.equal(await page.inputValue("#tags"), "vip");
  assert.equal(await page.locator("#connection").evaluate((it) => it.selectedIndex), 1);

  await context.setOffline(false);
  await notice().getByRole("button", { name: "Try again" }).click();
  await page.locator("select#list").waitFor();
  assert.equal(await notice().count(), 0);
  assert.equal(await page.inputValue("#tags"), "vip");
  await stays("#setup button.primary", "/exports/new");
});

test("a proxy with nothing behind it is no server", async () => {
  await page.goto("/people/new");
  await page.fill("#name", "Ion Ionescu");
  await page.fill("#login", "ion@example.com");
  await page.route("**/healthz", (route) => route.fulfill({ status: 502, body: "bad gateway" }));
  await page.click("main button.primary");
  await notice().waitFor();
  assert.equal(await page.inputValue("#name"), "Ion Ionescu");
  await page.unroute("**/healthz");
  assert.deepEqual(context.faults, []);
});
