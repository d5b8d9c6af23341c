// Forms: what is typed is never lost, and everything works without scripts.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertNone, faultsHere } from "./look.mjs";
import { PASSWORD, Site, signIn } from "./segue.mjs";
import * as steps from "./steps.mjs";

let site;
let host;

before(async () => {
  site = await Site.start();
  const page = await site.begin();
  await steps.addTable(page);
  await steps.makeSegment(page);
  await steps.connectSandbox(page);
  host = await page.locator(".facts dd").nth(1).innerText();
});

after(() => site?.stop());

test("what is typed for a connection is kept, apart from secrets", async () => {
  const page = await site.page("administrator");
  await page.goto("/connections/new");
  await page.fill("#name", "Shop, by hand");
  await page.check("[name=sharing][value=contributors]");
  await page.fill("#host", host);
  assert.equal(await page.locator("#consent-host").innerText(), host.replace(/^http:\/\//, ""));
  await page.fill("#api_key", "not the key");
  // Without the consent nothing is asked.
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await page.locator("#account [role=alert]").waitFor();
  assert.equal(await page.inputValue("#api_key"), "not the key");

  // A wrong password of one's own: nothing is saved, and only secrets are to be typed again.
  await page.check("[name=agreed]");
  await page.fill("#password", "not my password");
  await page.getByRole("button", { name: "Save" }).click();
  await page.locator("main [role=alert]").first().waitFor();
  assert.equal(await page.inputValue("#name"), "Shop, by hand");
  assert.equal(await page.inputValue("#host"), host);
  assert.ok(await page.isChecked("[name=sharing][value=contributors]"));
  assert.equal(await page.inputValue("#api_key"), "");
  await page.goto("/connections");
  assert.equal(await page.locator("tbody tr").count(), 1);
});

test("whatever is typed while an answer is under way stays", async () => {
  const page = await site.page("administrator");
  await page.route("**/exports/new", async (route) => {
    const answer = await route.fetch();
    await new Promise((resolve) => setTimeout(resolve, 300));
    await route.fulfill({ response: answer });
  });
  await page.goto("/exports/new");
  await page.check("[name=segment][value=cluj]");
  await page.selectOption("#connection", { index: 1 });
  await page.fill("#name", "Typed meanwhile");
  await page.fill("#tags", "vip");
  await page.locator("#setup:not([aria-busy]) select#list").waitFor();
  await page.selectOption("#list", { index: 1 });
  assert.equal(await page.inputValue("#name"), "Typed meanwhile");
  assert.equal(await page.inputValue("#tags"), "vip");
  assert.ok(await page.isChecked("[name=segment][value=cluj]"));
  await page.close();
});

test("a session that ends while a form is typed loses nothing", async () => {
  const context = await site.stranger();
  const page = await context.newPage();
  await signIn(page, "administrator");
  await page.goto("/segments/new");
  await page.fill("#name", "written_for_long");
  await page.fill("#description", "O zi de „lucru” <b>");
  await page.fill("#definition", "version: 1\ntable: customers\nrules:\n  - all:\n      - column: city\n        is: Oradea\n");
  await context.clearCookies();
  await page.click("[name=refresh]");
  await page.getByRole("heading", { name: "session has ended" }).waitFor();

  const opening = context.waitForEvent("page");
  await page.getByRole("link", { name: "Sign in" }).click();
  const other = await opening;
  await other.fill("#login", "ada@example.com");
  await other.fill("#password", PASSWORD);
  await other.click("button.primary");
  await other.waitForURL((address) => address.pathname === "/");

  await page.getByRole("button", { name: "Send again" }).click();
  await steps.lands(page, /\/segments\/written_for_long/);
  assert.match(await page.locator("main").innerText(), /O zi de „lucru” <b>/);
  assert.deepEqual(context.faults, []);
});

test("without scripts: sign in, set an export up, run it", async () => {
  const context = await site.stranger({ javaScriptEnabled: false });
  const page = await context.newPage();
  await signIn(page, "administrator", "/exports/new");
  assert.equal(new URL(page.url()).pathname, "/exports/new");
  await page.fill("#name", "By hand only");
  await page.check("[name=segment][value=cluj]");
  await page.selectOption("#connection", { index: 1 });
  await page.click("[name=step][value=account]");
  assert.equal(await page.inputValue("#name"), "By hand only");
  await page.selectOption("select#list", { index: 1 });
  await page.selectOption("#email", "email");
  await page.click("[name=step][value=add]");
  await page.check("[name=schedule][value=off]");
  await page.click("[name=step][value=recap]");
  assert.match(await page.locator("#recap").innerText(), /cluj/);
  await page.getByRole("button", { name: "Save export" }).last().click();
  await steps.lands(page, /\/exports\/(?!new)[^/?]+/);

  await page.click("form[action$='/run'] button");
  await steps.lands(page, /\/runs\//);
  await steps.settled(page, async () => (await page.locator("progress").count()) === 0);
  assert.match(await page.locator("section[aria-labelledby=counts]").innerText(), /Created[^0-9]*3/);
});

test("without scripts: a file that is chosen becomes a table", async () => {
  const context = await site.stranger({ javaScriptEnabled: false });
  const page = await context.newPage();
  await signIn(page, "administrator", "/tables/new");
  await page.setInputFiles("#file", { name: "new people.csv", mimeType: "text/csv", buffer: Buffer.from("id,email\n1,ana@example.com\n") });
  await page.fill("#name", "people");
  await page.fill("#key", "id");
  await page.click("main button.primary");
  await steps.lands(page, "**/tables/people/edit?done=added");
  assert.equal(await page.inputValue("#path").then((path) => path.split("/").pop()), "new_people.csv");

  // Neither a file nor a path: it is said, and what was typed stays.
  await page.goto("/tables/new");
  await page.fill("#name", "nothing");
  await page.click("main button.primary");
  await page.locator("#path-fault").waitFor();
  assert.equal(await page.inputValue("#name"), "nothing");
  await context.close();
});

test("with scripts a file is sent as it is chosen, and not once more with the form", async () => {
  const page = await site.page("administrator");
  await page.goto("/tables/new");
  await page.setInputFiles("#file", { name: "later people.csv", mimeType: "text/csv", buffer: Buffer.from("id,email\n1,ana@example.com\n") });
  await page.waitForFunction(() => document.getElementById("path").value === "later_people.csv");
  await page.click("main button.primary");
  await steps.lands(page, "**/tables/later_people/edit?done=added");
  await page.close();
});

test("whoever saves too late sees what somebody else has changed, and saves again", async () => {
  const page = await site.page("administrator");
  const other = await site.page("contributor");
  await page.goto("/segments/cluj/edit");
  await other.goto("/segments/cluj/edit");
  await other.fill("#description", "Changed by Carl");
  await other.click("button:not([name])[class=button]:has-text('Save')");
  await steps.lands(other, /done=changed/);
  await other.close();

  await page.locator(".workbench.ready").waitFor();
  await page.fill("#description", "Changed by Ada");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  const theirs = page.locator("section[aria-labelledby=theirs]");
  await theirs.waitFor();
  assert.deepEqual(await theirs.locator("tbody tr").allInnerTexts(), ["Description\tChanged by Carl\tChanged by Ada"]);
  assert.equal(await page.inputValue("#description"), "Changed by Ada");
  assertNone(await faultsHere(page, "segment-stale"));
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await steps.lands(page, /done=changed/);
  await page.close();
});

test("a link that was used says so before anybody thinks of a password", async () => {
  const page = await site.page("administrator");
  await page.goto("/people/new");
  await page.fill("#login", "ion@example.com");
  await page.fill("#name", "Ion Ionescu");
  await page.check("[name=role][value=viewer]");
  await page.click("main button.primary");
  const link = await page.inputValue("#shown");
  await page.close();
  const context = await site.stranger();
  const invited = await context.newPage();
  await invited.goto(link);
  await invited.fill("#password", PASSWORD);
  await invited.click("button.primary");
  await invited.waitForURL("**/sign-in");

  await invited.goto(link);
  await invited.getByRole("alert").getByRole("heading", { name: "does not work any more" }).waitFor();
  assert.ok(await invited.locator("#password").isHidden());
  assertNone(await faultsHere(invited, "setup-spent"));
  await context.close();
});

test("a fault of a form stands at its field, and the rest is kept", async () => {
  const page = await site.page("administrator");
  await page.goto("/exports/new");
  await page.fill("#name", "Half done");
  await page.fill("#tags", "vip");
  await page.click("#setup button.primary");
  await page.locator("#faults").waitFor();
  assert.equal(await page.inputValue("#name"), "Half done");
  assert.equal(await page.inputValue("#tags"), "vip");
  const links = await page.locator("#faults a").all();
  assert.ok(links.length > 0);
  for (const link of links) {
    const at = await link.getAttribute("href");
    assert.equal(await page.locator(at).count(), 1, `${at} names no field`);
  }
  await page.close();
});
