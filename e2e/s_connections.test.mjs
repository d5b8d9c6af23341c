// S10 to S23: connections, which administrators set up in the order of the page.
import assert from "node:assert/strict";
import { PASSWORD } from "./segue.mjs";
import * as steps from "./steps.mjs";
import { inBothLanguages } from "./walk.mjs";

const KEY = "sandbox-key";

/** Fills the form of a connection to the sandbox, apart from what is named. */
async function fill(page, site, { name = "Shop letters", host = site.sandbox, key = KEY, agreed = true, password = PASSWORD } = {}) {
  await page.goto("/connections/new");
  await page.fill("#name", name);
  await page.fill("#host", host);
  await page.fill("#api_key", key);
  if (agreed) await page.check("[name=agreed]");
  await page.fill("#password", password);
}

/** Sends the form as a browser would that checks nothing itself. */
async function save(page) {
  await page.locator("form[data-connect]").evaluate((form) => (form.noValidate = true));
  await steps.sends(page, page.locator("form[data-connect] .actions button.primary"));
}

const isSaved = (page) => steps.lands(page, /\/connections\/(?!new)[^/?]+\?/);
const connections = (here) => here.site.ask("SELECT name FROM connection ORDER BY name");

/** Asks the API as the person whose page it is, and gives the status. */
const status = (page, method, address, body) =>
  page.evaluate(
    async ([method, address, body]) => {
      const options = { method, headers: { "content-type": "application/json" }, body: body && JSON.stringify(body) };
      return (await fetch(address, options)).status;
    },
    [method, address, body],
  );

/** The sandbox begins when somebody first wants it. */
async function begin(here) {
  const page = await here.site.page("administrator");
  await page.goto("/connections");
  await page.click("form[action='/connections/sandbox'] button");
  await steps.lands(page, "**/connections/new**");
  await steps.addTable(page);
  await steps.makeSegment(page);
  await page.close();
}

inBothLanguages({ roles: ["contributor", "viewer", "deputy"], begin }, (line, here) => {
  line("S10: Connections stand under Admin, for administrators only", async () => {
    const page = await here.page();
    await page.goto("/");
    const group = page.locator(".nav-group", { hasText: here.say("nav-admin") });
    await group.getByRole("link", { name: here.say("nav-connections") }).click();
    await here.reads(page, "connections-about");
    for (const role of ["contributor", "viewer"]) {
      const other = await here.page(role);
      await other.goto("/");
      assert.equal(await other.locator("#menu a[href='/connections']").count(), 0, role);
      for (const address of ["/connections", "/connections/new"]) {
        assert.equal((await other.goto(address)).status(), 403, `${role} at ${address}`);
        await here.reads(other, "problem-forbidden");
      }
      assert.equal(await status(other, "POST", "/api/v1/connections", { name: "Mine", host: here.site.sandbox, api_key: KEY, agreed: 1, password: PASSWORD }), 403);
    }
    const viewer = await here.page("viewer");
    await viewer.goto("/about");
    assert.equal(await status(viewer, "GET", "/api/v1/connections"), 403);
  });

  line("S11: adding one and choosing ActiveCampaign opens its form, in order", async () => {
    const page = await here.page();
    await page.goto("/connections");
    await page.getByRole("link", { name: `${here.say("connections-set-up")}: ActiveCampaign` }).click();
    await page.locator("#type").selectOption({ index: 0 });
    assert.match(await page.locator("#type option:checked").innerText(), /^ActiveCampaign/);
    const names = await page.locator("form[data-connect]").evaluate((form) => [...new Set([...form.elements].map((it) => it.name).filter(Boolean))]);
    assert.deepEqual(names, ["type", "name", "sharing", "person", "host", "api_key", "api_key_from", "agreed", "password"]);
  });

  line("S14: the name should explain purpose and target", async () => {
    const page = await here.page();
    await page.goto("/connections/new");
    assert.ok((await page.getAttribute("#name", "aria-describedby")).includes("name-hint"));
    assert.equal(await page.locator("#name-hint").innerText(), here.say("connections-display-name-hint"));
  });

  line("S15: who can use it is chosen", async () => {
    const page = await here.page();
    await page.goto("/connections/new");
    const choices = await page.locator("[name=sharing]").evaluateAll((all) => all.map((one) => one.value));
    assert.deepEqual(choices, ["administrators", "contributors", "people"]);
    for (const choice of choices) await here.reads(page, `connections-sharing-${choice}`);
  });

  line("S16: administrators only unless told", async () => {
    const page = await here.page();
    await page.goto("/connections/new");
    assert.equal(await page.locator("[name=sharing]:checked").getAttribute("value"), "administrators");
  });

  line("S18: host and key are required, and help is linked", async () => {
    const page = await here.page();
    await fill(page, here.site, { host: "" });
    assert.equal(await page.locator("#host").evaluate((field) => field.required), true);
    await save(page);
    await page.locator("#host-fault").waitFor();
    await fill(page, here.site, { host: "acct.api-us1.com", key: "" });
    await save(page);
    await page.locator("#api_key-fault").waitFor();
    const help = here.link(page, "connections-key-where");
    assert.match(await help.getAttribute("href"), /^https:\/\/help\.activecampaign\.com\/.*207317590/);
    const summary = page.locator("#faults a[href='#api_key']");
    assert.equal(await summary.innerText(), here.say("connections-key"));
  });

  line("S19: the host is a host name only", async () => {
    const page = await here.page();
    for (const [typed, shown] of [["acct.api-us1.com", "acct.api-us1.com"], ["https://acct.api-us1.com/api/3/", "acct.api-us1.com"]]) {
      await fill(page, here.site, { host: typed, key: "" });
      assert.equal(await page.locator("#consent-host").innerText(), shown);
      await save(page);
      assert.equal(await page.locator("#host-fault").count(), 0, typed);
    }
    for (const [typed, why] of [["acct.api-us1.com/admin", /acme\.api-us1\.com/], ["10.1.2.3", /10\.1\.2\.3/], ["http://acct.api-us1.com", /https/]]) {
      await fill(page, here.site, { host: typed });
      await save(page);
      assert.match(await page.locator("#host-fault").innerText(), why);
      await page.locator("#faults a[href='#host']").waitFor();
    }
  });

  line("S20: without agreeing nothing is connected or saved", async () => {
    const page = await here.page();
    await fill(page, here.site, { agreed: false });
    await here.button(page, "connections-connect").click();
    await page.locator("#account [role=alert]").waitFor();
    await save(page);
    await page.locator("#agreed-fault").waitFor();
    assert.equal(await page.locator("[name=agreed]").evaluate((box) => box.required), true);
    const body = { name: "Not agreed", host: here.site.sandbox, api_key: KEY, password: PASSWORD };
    assert.equal(await status(page, "POST", "/api/v1/connections", body), 422);
    assert.deepEqual(await connections(here), []);
  });

  line("S3 and S21: connecting shows the account, or why it could not be reached, as with a key without rights", async () => {
    const page = await here.page();
    await fill(page, here.site);
    await here.button(page, "connections-connect").click();
    const found = page.locator("#account [role=status]");
    await found.waitFor();
    assert.ok((await found.innerText()).includes(here.say("connections-connected", { host: here.site.sandbox })));
    assert.ok((await found.locator("li").count()) > 0);
    for (const [key, problem] of [["no-key-of-it", "connect-key"], ["restricted-key", "connect-permission"]]) {
      await page.fill("#api_key", key);
      await here.button(page, "connections-connect").click();
      await page.locator("#account", { hasText: here.say(`problem-${problem}`) }).waitFor();
    }
    await page.fill("#api_key", KEY);
    for (const [fault, problem] of [["402@users:count=9", "connect-account"], ["html-200@users:count=9", "connect-host"]]) {
      await here.site.arrange("faults", [fault]);
      await here.button(page, "connections-connect").click();
      await page.locator("#account", { hasText: here.say(`problem-${problem}`) }).waitFor();
    }
    await here.site.arrange("faults", []);
    await page.fill("#host", "nowhere.invalid");
    await here.button(page, "connections-connect").click();
    await page.locator("#account", { hasText: here.say("problem-connect-host") }).or(page.locator("#account", { hasText: here.say("problem-connect-network") })).first().waitFor();
    assert.deepEqual(await connections(here), []);
  });

  line("S23: only what connects is saved, and then it is in the list", async () => {
    const page = await here.page();
    await fill(page, here.site, { key: "no-key-of-it" });
    await save(page);
    await here.shows(page, "problem-connect-key");
    assert.deepEqual(await connections(here), []);
    await fill(page, here.site, { name: "  Shop letters ", host: `${here.site.sandbox}/api/3/` });
    await save(page);
    await isSaved(page);
    await here.reads(page, "connections-done-added");
    await page.goto("/connections");
    const row = page.locator("tbody tr");
    assert.equal(await row.count(), 1);
    assert.ok((await row.innerText()).includes(here.say("connections-works")));
    assert.ok((await row.innerText()).includes(here.say("connections-sharing-administrators")), "as S16 says");
  });

  line("S12: the name is required, trimmed, not too long, and nobody else's", async () => {
    const page = await here.page();
    await page.goto("/connections");
    assert.equal(await page.locator("tbody .name").textContent(), "Shop letters");
    await fill(page, here.site, { name: "" });
    assert.equal(await page.locator("#name").evaluate((field) => field.required), true);
    await save(page);
    await page.locator("#name-fault").waitFor();
    assert.equal(await page.locator("#faults a[href='#name']").innerText(), here.say("connections-display-name"));
    await fill(page, here.site);
    await page.locator("#name").evaluate((field) => {
      field.removeAttribute("maxlength");
      field.value = "x".repeat(101);
    });
    await save(page);
    assert.match(await page.locator("#name-fault").innerText(), /100/);
    await fill(page, here.site, { name: "SHOP letters" });
    await save(page);
    await here.shows(page, "problem-taken");
    assert.deepEqual(await connections(here), [["Shop letters"]]);
  });

  line("S20: who agreed, when and to which text is kept", async () => {
    const page = await here.page();
    await page.goto("/connections");
    await page.locator("tbody .name").click();
    const facts = await page.locator("dl.facts").innerText();
    assert.ok(facts.includes(here.say("connections-consent")) && facts.includes("Ada Admin"), facts);
    assert.match(facts, new RegExp(here.say("connections-consent-version", { version: "\\d+" })));
  });

  line("S18: the key is sealed and not shown again", async () => {
    const page = await here.page();
    await page.goto("/connections");
    await page.locator("tbody .name").click();
    await page.locator("dl.facts").waitFor();
    await here.reads(page, "connections-key-sealed");
    const own = new URL(page.url()).pathname;
    for (const address of [own, `${own}/edit`, `${own}/key`, "/connections", "/audit", `/api/v1${own}`]) {
      assert.ok(!(await (await page.request.get(address)).text()).includes(KEY), address);
    }
  });

  line("S17: a contributor sees nothing of it before it is shared, then its name and type", async () => {
    const page = await here.page("contributor");
    await page.goto("/exports/new");
    await here.reads(page, "exports-no-connection-contributor", { administrators: "Ada Admin, Dana Deputy" });
    assert.ok(!(await page.content()).includes("Shop letters"));
    const admin = await here.page();
    await steps.setUpExport(admin, "Made by Ada");
    assert.equal(await admin.locator("form[action$='/run']").count(), 1);
    await steps.openExport(page, "Made by Ada");
    assert.equal(await page.locator("form[action$='/run']").count(), 0);

    await admin.goto("/connections");
    await admin.locator("tbody .name").click();
    await admin.locator("a[href$='/edit']").click();
    await admin.check("[name=sharing][value=contributors]");
    await here.button(admin, "save").click();
    await here.shows(admin, "connections-done-changed");
    await page.goto("/exports/new");
    assert.deepEqual(await page.locator("#connection optgroup option").allInnerTexts(), ["Shop letters"]);
    const host = new URL(here.site.sandbox).host;
    for (const address of ["/exports/new", "/exports", "/api/v1/connections"]) {
      const told = await (await page.request.get(address)).text();
      assert.ok(!told.includes(host) && !told.includes("Who may use"), address);
    }
    // Every export on it is a contributor's to manage, whoever made it.
    await steps.openExport(page, "Made by Ada");
    await page.locator("a[href$='/edit']").click();
    await page.fill("#tags", "vip");
    await page.click("#setup button.primary");
    await here.shows(page, "exports-done-changed");
  });

  line("S13: lists and pickers show name and type", async () => {
    const admin = await here.page();
    await admin.goto("/connections");
    assert.match(await admin.locator("tbody th").innerText(), /Shop letters[^]*ActiveCampaign/);
    for (const role of ["administrator", "contributor"]) {
      const page = await here.page(role);
      await page.goto("/exports/new");
      assert.equal(await page.locator("#connection optgroup", { hasText: "Shop letters" }).getAttribute("label"), "ActiveCampaign");
      await steps.openExport(page, "Made by Ada");
      assert.match(await page.locator("section[aria-labelledby=facts]").innerText(), /Shop letters \(ActiveCampaign\)/);
    }
  });

  line("S22: an export user answers for it, proven by password, shown, noted, and replaced", async () => {
    const page = await here.page();
    await fill(page, here.site, { name: "Second", password: "not my password" });
    await save(page);
    await page.locator("#password-fault").waitFor();
    assert.deepEqual(await connections(here), [["Shop letters"]]);

    const deputy = await here.page("deputy");
    await deputy.goto("/connections");
    assert.ok((await deputy.locator("tbody tr").innerText()).includes("Ada Admin"));
    await deputy.locator("tbody .name").click();
    await deputy.fill("#password", PASSWORD);
    await here.button(deputy, "connections-become-user").click();
    await here.shows(deputy, "connections-done-export-user");
    await here.reads(deputy, "connections-you-are-user");
    await page.goto("/audit?object_kind=connection");
    assert.match(await page.locator("main").innerText(), /dana@example\.com/);

    // Nobody sends in the name of somebody who is switched off.
    await page.goto("/people");
    await page.getByRole("link", { name: "Dana Deputy" }).click();
    await page.uncheck("[name=enabled]");
    await page.locator("main form .primary").first().click();
    await page.waitForURL(/done=/);
    await page.goto("/connections");
    assert.ok((await page.locator("tbody tr").innerText()).includes(here.say("connections-gone-disabled")));
    await steps.openExport(page, "Made by Ada");
    await page.click("form[action$='/run'] button");
    await steps.runEnds(page);
    await here.reads(page, "runs-status-failed");
    assert.match(await page.locator("#live-status").innerText(), here.language === "en" ? /export user is disabled/ : /utilizatorul de export al conexiunii este dezactivat/);
    await page.goto("/connections");
    await page.locator("tbody .name").click();
    await page.locator("#user").waitFor();
    await here.reads(page, "connections-gone-why-disabled");
    await page.fill("#password", PASSWORD);
    await here.button(page, "connections-become-user").click();
    await here.shows(page, "connections-done-export-user");
    await steps.openExport(page, "Made by Ada");
    await steps.run(page);
  });
});
