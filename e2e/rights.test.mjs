// What people with each role see and do, in both languages.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Site } from "./segue.mjs";
import * as steps from "./steps.mjs";

/** What is looked for on pages, where its place does not say it. */
const SAID = {
  en: { succeeded: "Succeeded", ran: "ran the export", copied: "This is the copy", changed: "have their new schedule", home: "Home" },
  ro: { succeeded: "Reușit", ran: "a rulat exportul", copied: "Aceasta este copia", changed: "au noul program", home: "Acasă" },
};

const navigation = (page) => page.locator("#menu a").evaluateAll((links) => links.map((link) => link.getAttribute("href")));

for (const [language, said] of Object.entries(SAID)) {
  describe(`in ${language}`, () => {
    let site;

    before(async () => {
      site = await Site.start();
      const page = await site.begin();
      for (const role of ["administrator", "contributor", "viewer"]) {
        const own = await site.page(role);
        await steps.speak(own, language);
        assert.equal(await own.locator("#menu a").first().innerText(), said.home);
        await own.close();
      }
      await steps.addTable(page);
      await steps.connectSandbox(page);
    });

    after(() => site?.stop());

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
      assert.ok((await page.locator("#live-status").innerText()).includes(said.succeeded));
      assert.match(await page.locator("main").innerText(), /Carl Contributor/);
      // Every number leads to its rows.
      await page.locator("section[aria-labelledby=counts] a").first().click();
      await steps.lands(page, /\/rows\?fate=created/);
      assert.equal(await page.locator("tbody tr").count(), 3);
    });

    test("a contributor copies, changes, schedules and removes an export, and cannot detach it", async () => {
      const page = await site.page("contributor");
      await page.goto("/exports");
      await page.getByRole("link", { name: "Carl's letter" }).click();
      assert.equal(await page.locator("a[href$='/detach']").count(), 0);
      await page.fill("#copy", "Second letter");
      await page.click("form[action$='/duplicate'] button");
      await steps.lands(page, /done=copied/);
      assert.ok((await page.locator("[role=status]").first().innerText()).includes(said.copied));
      await page.click("form[action$='/enable'] button");
      await steps.lands(page, /done=enabled/);
      await page.click("a[href$='/edit']");
      await page.fill("#tags", "vip");
      await page.click("#setup button.primary");
      await steps.lands(page, /done=changed/);
      await page.goto("/exports");
      for (const box of await page.locator("[name=export]").all()) await box.check();
      await page.click("#several button");
      await page.check("[name=schedule][value=follows_refresh]");
      await page.click("main form .primary");
      await steps.lands(page, /done=scheduled/);
      assert.ok((await page.locator("[role=status]").first().innerText()).includes(said.changed));
      await page.getByRole("link", { name: "Second letter" }).click();
      await page.click("a[href$='/remove']");
      await page.click("main form .danger");
      await steps.lands(page, /done=removed/);
      assert.equal(await page.getByRole("link", { name: "Second letter" }).count(), 0);
    });

    test("a viewer sees it all and can change nothing", async () => {
      const page = await site.page("viewer");
      await page.goto("/exports");
      await page.getByRole("link", { name: "Carl's letter" }).click();
      const exported = page.url();
      const run = await page.locator("a[href^='/runs/']").first().getAttribute("href");
      for (const address of [exported, run, `${run}/rows`, "/exports", "/segments", "/segments/cluj", "/tables", "/tables/customers", "/status", "/schedule"]) {
        await page.goto(address);
        const forms = await page.locator("main form[method=post]").evaluateAll((all) => all.map((form) => form.getAttribute("action")));
        // To ask why somebody is in, and to search, changes nothing.
        assert.deepEqual(forms.filter((action) => !/\/(explain|rows)/.test(action)), [], address);
        const ways = await page.locator("main a").evaluateAll((all) => all.map((link) => link.getAttribute("href")));
        assert.deepEqual(ways.filter((way) => /\/(new|edit|remove|detach)$/.test(way)), [], address);
      }
      for (const address of ["/exports/new", "/segments/new", "/connections", "/people", "/audit", `${exported}/edit`, `${exported}/remove`]) {
        const answer = await page.goto(address);
        assert.ok(answer.status() === 403 || page.url() === exported, `${address}: ${answer.status()}`);
      }
    });

    test("an administrator sees who did what, detaches an export, and removes the connection", async () => {
      const page = await site.page("administrator");
      await page.goto("/audit");
      const told = await page.locator("main").innerText();
      assert.match(told, /Carl Contributor|carl@example\.com/);
      await page.goto("/exports");
      await page.getByRole("link", { name: "Carl's letter" }).click();
      await page.click("a[href$='/detach']");
      await page.click("main form .danger");
      await steps.lands(page, /done=detached/);
      await page.goto("/connections");
      await page.getByRole("link", { name: "Sandbox" }).first().click();
      await page.click("a[href$='/remove']");
      await page.click("main form .danger");
      await steps.lands(page, (address) => address.pathname === "/connections");
      assert.equal(await page.getByRole("link", { name: "Sandbox" }).count(), 0);
    });

    test("whoever is switched off is out at once", async () => {
      const page = await site.page("administrator");
      await page.goto("/people");
      await page.fill("#search", "VERA");
      await page.click("form[role=search] button");
      await page.waitForLoadState();
      assert.equal(await page.locator("tbody tr").count(), 1);
      await page.getByRole("link", { name: "Vera Viewer" }).click();
      await page.uncheck("[name=enabled]");
      await page.locator("main form .primary").first().click();
      await page.waitForURL(/done=/);
      const viewer = await site.page("viewer");
      await viewer.goto("/exports");
      assert.equal(new URL(viewer.url()).pathname, "/sign-in");
      assert.deepEqual(site.faults(), []);
    });
  });
}
