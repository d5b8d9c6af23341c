// S24 to S37: exports, who may set them up, how they are set up, and when they run. On demand, S38, is walked with the runs.
import assert from "node:assert/strict";
import * as steps from "./steps.mjs";
import { inBothLanguages } from "./walk.mjs";

const CUSTOMERS = `id,nickname,first_name,last_name,email,phone,city,spent
1,A,Ana,Pop,ana@example.com,+40700000001,Cluj,120
2,B,Bogdan,Rus,bogdan@example.com,+40700000002,Cluj,80
3,C,Călina,Moț,calina@example.com,+40700000003,Cluj,310
4,D,Dan,Ilie,not an address,,Cluj,15
`;

/** An administrator's connection, which nobody else may use yet. */
async function begin(here) {
  const page = await here.site.page("administrator");
  await steps.addTable(page);
  await steps.makeSegment(page);
  await steps.connectSandbox(page, "administrators");
  await page.close();
}

/** Tells the form that another field of a contact is filled by this column. */
async function match(page, row, attribute, column) {
  await page.locator("[name=attribute]").nth(row).selectOption(attribute);
  await page.locator("[name=column]").nth(row).selectOption(column);
  if ((await page.locator("[name=attribute]").count()) === row + 1) {
    await page.locator("button[value=add]").click();
    await page.locator("[name=attribute]").nth(row + 1).waitFor();
  }
}

const contact = async (here, email) => (await here.site.holds("contacts")).find((one) => one.email === email);
const isSaved = (page) => steps.lands(page, /\/exports\/(?!new)[^/?]+/);
const runs = (page) => page.locator("section[aria-labelledby=latest] tbody tr");

inBothLanguages({ customers: CUSTOMERS, begin }, (line, here) => {
  line("S29: without a connection for somebody there is no section, and an administrator is to be asked", async () => {
    const page = await here.page("contributor");
    await page.goto("/exports/new");
    assert.equal(await page.locator("#connection optgroup").count(), 0);
    await here.reads(page, "exports-no-connection-contributor", { administrators: "Ada Admin" });
  });

  line("S24: only with a connection that is shared with them contributors set up exports", async () => {
    const page = await here.page("contributor");
    await page.goto("/exports");
    assert.equal(await page.locator("a[href='/exports/new']").count(), 0);
    await here.reads(page, "exports-no-connection-contributor", { administrators: "Ada Admin" });
    const [[connection]] = await here.site.ask("SELECT id FROM connection");
    const refused = await page.evaluate(async (connection) => {
      const body = { name: "Mine", connection, list: 2, segments: ["cluj"], matching: { email: "email" } };
      const headers = { "content-type": "application/json" };
      return (await fetch("/api/v1/exports", { method: "POST", headers, body: JSON.stringify(body) })).status;
    }, connection);
    assert.ok(refused >= 400 && refused < 500, String(refused));
    assert.deepEqual(await here.site.ask("SELECT name FROM recipe"), []);

    const admin = await here.page();
    await admin.goto("/connections");
    await admin.getByRole("link", { name: "Trial" }).click();
    await admin.locator("a[href$='/edit']").click();
    await admin.check("[name=sharing][value=contributors]");
    await here.button(admin, "save").click();
    await here.shows(admin, "connections-done-changed");
    await page.goto("/exports/new");
    assert.equal(await page.locator("#connection optgroup").count(), 1);
  });

  line("S28: a connection is chosen in the section of its type", async () => {
    for (const role of ["administrator", "contributor"]) {
      const page = await here.page(role);
      await page.goto("/exports/new");
      assert.deepEqual(await page.locator("#connection optgroup").evaluateAll((all) => all.map((one) => one.label)), ["ActiveCampaign"]);
      assert.deepEqual(await page.locator("#connection optgroup option").allInnerTexts(), ["Trial"]);
    }
  });

  line("S27: whoever may adds an export with a button", async () => {
    for (const role of ["administrator", "contributor"]) {
      const page = await here.page(role);
      await page.goto("/exports");
      await here.link(page, "exports-add").first().click();
      await steps.lands(page, "**/exports/new");
    }
    const viewer = await here.page("viewer");
    await viewer.goto("/exports");
    assert.equal(await here.link(viewer, "exports-add").count(), 0);
    assert.equal((await viewer.goto("/exports/new")).status(), 403);
  });

  line("S30: a list of the account is required, checked, and shown by its name", async () => {
    const page = await here.page("contributor");
    await steps.fillExport(page, "Letter");
    assert.match(await here.link(page, "exports-list-help").getAttribute("href"), /360000030559/);
    await page.selectOption("#list", "");
    await page.click("#setup button.primary");
    await page.locator("#list-fault").waitFor();
    assert.equal(await page.locator("#faults a[href='#list']").innerText(), here.say("exports-list"));
    await page.locator("#list option").last().evaluate((option) => (option.value = "99 Gone"));
    await page.selectOption("#list", { index: 3 });
    await page.click("#setup button.primary");
    await page.locator("#list-fault", { hasText: "99" }).waitFor();
    assert.match(await page.locator("#list-fault").innerText(), /Newsletter/);
    await page.selectOption("#list", { label: "Newsletter" });
    await page.locator("#recap", { hasText: "Newsletter" }).waitFor();
  });

  line("S31: the column of the address is required, and columns of addresses come first", async () => {
    const page = await here.page("contributor");
    await steps.fillExport(page, "Letter");
    const options = await page.locator("#email option").evaluateAll((all) => all.map((option) => option.value));
    assert.deepEqual(options.slice(0, 2), ["", "email"]);
    assert.ok(options.includes("nickname") && !options.includes("spent"), String(options));
    await page.goto("/exports/new?segment=cluj");
    assert.equal(await page.inputValue("#email"), "email");
    await steps.fillExport(page, "Letter");
    await page.selectOption("#email", "");
    await page.locator("#setup").evaluate((form) => form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "kept" })));
    await page.click("#setup button.primary");
    await page.locator("#email-fault").waitFor();
    assert.equal(await page.locator("#faults a[href='#email']").innerText(), here.say("exports-attribute-email"));
  });

  line("S32: segments are required", async () => {
    const page = await here.page("contributor");
    await steps.fillExport(page, "Letter");
    await page.uncheck("[name=segment][value=cluj]");
    await page.click("#setup button.primary");
    await page.locator("#segments .fault").waitFor();
    assert.equal(await page.locator("#faults a[href='#segments']").innerText(), here.say("exports-segments"));
    assert.deepEqual(await here.site.ask("SELECT name FROM recipe"), []);
  });

  line("S34: attributes are added once, removed, and refused where they do not fit", async () => {
    const page = await here.page("contributor");
    await steps.fillExport(page, "Letter");
    await match(page, 0, "first_name", "first_name");
    await match(page, 1, "first_name", "last_name");
    const birthday = await page.locator("[name=attribute]").first().locator("option", { hasText: "Birthday" }).first().getAttribute("value");
    await match(page, 2, birthday, "spent");
    await page.click("#setup button.primary");
    await page.locator("#row-1-fault").waitFor();
    await page.locator("[data-drop]").nth(1).click();
    await page.waitForFunction(() => document.querySelectorAll("[name=attribute]").length === 3);
    await page.click("#setup button.primary");
    await page.locator("#row-1-fault", { hasText: "spent" }).waitFor();
    assert.equal(await page.locator("#faults a[href='#matching']").innerText(), here.say("exports-fields"));
    await page.locator("[data-drop]").nth(1).click();
    await page.waitForFunction(() => document.querySelectorAll("[name=attribute]").length === 2);
    assert.equal(await page.locator("[name=attribute]").first().inputValue(), "first_name");
  });

  line("S35: saving keeps the export and lists it", async () => {
    const page = await here.page("contributor");
    await steps.fillExport(page, "Letter to Cluj");
    await match(page, 0, "first_name", "first_name");
    await match(page, 1, "phone", "phone");
    await page.click("#setup button.primary");
    await isSaved(page);
    await here.reads(page, "exports-done-created");
    assert.match(await page.locator("section[aria-labelledby=facts]").innerText(), /Newsletter \(\d+\)/);
    await page.goto("/exports");
    const row = await page.locator("tbody tr").innerText();
    for (const part of ["Letter to Cluj", "cluj"]) assert.ok(row.includes(part), row);
  });

  line("S36: saving does not run it", async () => {
    const page = await here.page("contributor");
    await page.goto("/exports/new");
    await here.reads(page, "exports-saving-sends-nothing");
    await page.goto("/exports");
    const row = await page.locator("tbody tr").innerText();
    for (const part of [here.say("runs-status-not-started"), here.say("never")]) assert.ok(row.includes(part), row);
    await steps.openExport(page, "Letter to Cluj");
    await here.reads(page, "exports-no-runs");
    const { imports, contacts } = await here.site.holds("state");
    assert.deepEqual([imports.batches, contacts], [0, 0]);
  });

  line("S26: Exports stand under Data and list all of them, for everybody", async () => {
    for (const [role, permission] of [["administrator", "edit"], ["contributor", "edit"], ["viewer", "view"]]) {
      const page = await here.page(role);
      await page.goto("/");
      await page.locator(".nav-group", { hasText: here.say("nav-data") }).getByRole("link", { name: here.say("nav-exports") }).click();
      const row = page.locator("tbody tr", { hasText: "Letter to Cluj" });
      assert.ok((await row.innerText()).includes(here.say(`exports-permission-${permission}`)), role);
    }
  });

  line("S33: only what is mapped is sent, and nothing else is cleared", async () => {
    const page = await here.page("contributor");
    await steps.openExport(page, "Letter to Cluj");
    await steps.run(page);
    const ana = await contact(here, "ana@example.com");
    assert.deepEqual([ana.firstName, ana.lastName, ana.phone], ["Ana", "", "+40700000001"]);
    await steps.openExport(page, "Letter to Cluj");
    await page.locator("a[href$='/edit']").click();
    await page.locator("[data-drop]").nth(1).click();
    await page.waitForFunction(() => document.querySelectorAll("[name=attribute]").length === 2);
    await page.locator("[name=column]").first().selectOption("nickname");
    await page.click("#setup button.primary");
    await here.shows(page, "exports-done-changed");
    await steps.run(page);
    assert.equal((await steps.counts(page))[here.say("runs-count-updated")], "3");
    const changed = await contact(here, "ana@example.com");
    assert.deepEqual([changed.firstName, changed.phone], ["A", "+40700000001"]);
  });

  line("S37: unless told otherwise it runs once with every system refresh, behind its segments", async () => {
    const admin = await here.page();
    await admin.goto("/exports/new");
    assert.equal(await admin.locator("[name=schedule]:checked").getAttribute("value"), "follows_refresh");
    await steps.fillExport(admin, "Follower");
    await admin.check("[name=schedule][value=follows_refresh]");
    await steps.saveExport(admin);
    await admin.goto("/status");
    await here.button(admin, "status-refresh").click();
    await steps.runEnds(admin);
    assert.deepEqual(await admin.locator("section[aria-labelledby=refreshed] tbody .name").allInnerTexts(), ["cluj"]);
    await steps.settled(admin, async () => (await admin.locator("section[aria-labelledby=followers]", { hasText: here.say("runs-status-succeeded-with-rejections") }).count()) === 1);
    assert.deepEqual(await admin.locator("section[aria-labelledby=followers] tbody .name").allInnerTexts(), ["Follower"]);
    await steps.openExport(admin, "Follower");
    assert.equal(await runs(admin).count(), 1);
    assert.ok((await runs(admin).innerText()).includes(here.say("runs-trigger-refresh")));
  });

  line("S25: a contributor copies, schedules and removes exports, and cannot detach them", async () => {
    const page = await here.page("contributor");
    await steps.openExport(page, "Letter to Cluj");
    assert.equal(await page.locator("a[href$='/detach']").count(), 0);
    await page.fill("#copy", "Second letter");
    await here.button(page, "exports-duplicate").click();
    await steps.lands(page, /done=copied/);
    await here.reads(page, "exports-done-copied");
    await here.button(page, "exports-enable").click();
    await steps.lands(page, /done=enabled/);
    await page.goto("/exports");
    for (const box of await page.locator("[name=export]").all()) await box.check();
    await page.click("#several button");
    await page.check("[name=schedule][value=follows_refresh]");
    await page.click("main form .primary");
    await steps.lands(page, /done=scheduled/);
    await here.reads(page, "exports-scheduled");
    await steps.openExport(page, "Second letter");
    await page.click("a[href$='/remove']");
    await page.click("main form .danger");
    await steps.lands(page, /done=removed/);
    assert.equal(await page.getByRole("link", { name: "Second letter" }).count(), 0);
  });

  line("S25: a viewer sees it all and can change nothing", async () => {
    const page = await here.page("viewer");
    await steps.openExport(page, "Letter to Cluj");
    const exported = new URL(page.url()).pathname;
    const run = await page.locator("a[href^='/runs/']").first().getAttribute("href");
    for (const address of [exported, run, `${run}/rows`, "/exports", "/segments", "/segments/cluj", "/tables", "/tables/customers", "/status", "/schedule"]) {
      await page.goto(address);
      const forms = await page.locator("main form[method=post]").evaluateAll((all) => all.map((form) => form.getAttribute("action")));
      // To ask why somebody is in, and to search, changes nothing.
      assert.deepEqual(forms.filter((action) => !/\/(explain|rows|customers)/.test(action)), [], address);
      const ways = await page.locator("main a").evaluateAll((all) => all.map((link) => link.getAttribute("href")));
      assert.deepEqual(ways.filter((way) => /\/(new|edit|remove|detach)$/.test(way)), [], address);
    }
    for (const address of ["/exports/new", "/segments/new", "/connections", "/people", "/audit", `${exported}/edit`, `${exported}/remove`]) {
      const answer = await page.goto(address);
      assert.ok(answer.status() === 403 || new URL(page.url()).pathname === exported, `${address}: ${answer.status()}`);
    }
    const own = await page.evaluate(async (id) => (await fetch(`/api/v1/exports/${id}/run`, { method: "POST" })).status, exported.split("/").pop());
    assert.equal(own, 403);
  });
});
