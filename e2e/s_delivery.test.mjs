// S0 to S9: what the connector is, what it needs, and how much it takes.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import * as steps from "./steps.mjs";
import { inBothLanguages } from "./walk.mjs";

const CUSTOMERS = `id,first_name,last_name,email,city,spent
1,Ana,Pop,ana@example.com,Cluj,120
2,Bogdan,Rus,bogdan@example.com,Cluj,80
3,Călina,Moț,calina@example.com,Cluj,310
4,Dan,Ilie,not an address,Cluj,15
5,Elena,Stan,,Cluj,40
6,Florin,Dan,florin@example.com,Oradea,12
7,Gina,Lup,gina@example.com,Oradea,18
8,Horia,Sas,horia@example.com,Oradea,55
`;
const SCORES = "id,score\n1,10\n2,20\n";
const VERSION = /version = "(.*)"/.exec(await readFile(new URL("../Cargo.toml", import.meta.url), "utf8"))[1];

/** Contacts that are active on a list of the sandbox, by address. */
const active = async (site) => {
  const contacts = await site.holds("contacts");
  return contacts.filter(({ lists }) => Object.values(lists).some(({ status }) => status === 1)).map(({ email }) => email).sort();
};

inBothLanguages({ customers: CUSTOMERS, files: { "scores.csv": SCORES }, roles: ["contributor"] }, (line) => {
  line("S0: the documents carry date and version", async (here) => {
    const page = await here.page();
    await page.goto("/about");
    assert.match(await page.locator("section[aria-labelledby=program]").innerText(), new RegExp(VERSION.replaceAll(".", "\\.")));
    const document = await (await page.request.get("/docs/errors.md")).text();
    assert.match(document, new RegExp(`For Segue ${VERSION}, as of \\d{4}-\\d{2}-\\d{2}`));
  });

  line("S1: there is a connector ActiveCampaign, and how mature it is", async (here) => {
    const page = await here.page();
    await page.goto("/connections");
    await page.getByRole("heading", { name: "ActiveCampaign", exact: true }).waitFor();
    await page.getByRole("link", { name: `${here.say("connections-set-up")}: ActiveCampaign` }).click();
    const preview = `ActiveCampaign (${here.say("connections-preview")})`;
    assert.deepEqual(await page.locator("#type option").allInnerTexts(), [preview]);
  });

  line("S4: without segments the form leads to making one, and with some it lists them", async (here) => {
    const page = await here.page();
    await steps.addTable(page);
    await steps.connectSandbox(page);
    await page.goto("/exports/new");
    await here.reads(page, "exports-no-segments");
    await here.link(page, "exports-make-segment").click();
    await steps.lands(page, "**/segments/new");
    await steps.makeSegment(page);
    await steps.makeSegment(page, "oradea", "Oradea");
    await page.goto("/exports/new");
    assert.deepEqual(await page.locator("[name=segment]").evaluateAll((all) => all.map((box) => box.value)), ["cluj", "oradea"]);
  });

  line("S5: without a column of text nothing is saved, and whoever has no address is counted", async (here) => {
    const page = await here.page();
    await steps.addTable(page, { name: "scores", kinds: { id: "number", score: "number" }, meanings: {} });
    await steps.define(page, "scored", "- all:\n      - column: score\n        more_than: 0", { table: "scores" });
    await page.goto("/exports/new");
    await page.fill("#name", "Scores");
    await page.check("[name=segment][value=scored]");
    await page.locator("#setup:not([aria-busy]) #email").waitFor();
    await page.selectOption("#list", { index: 1 });
    await page.click("#setup button.primary");
    assert.match(await page.locator("#email-fault").innerText(), /scores/);
    assert.equal(await page.locator("#faults a[href='#email']").innerText(), here.say("exports-attribute-email"));
    assert.deepEqual(await here.site.ask("SELECT count(*) FROM recipe"), [[0]]);

    await steps.setUpExport(page, "Letter to Cluj");
    await page.click("form[action$='/dry-run'] button");
    await steps.runEnds(page);
    const { [here.say("runs-count-invalid")]: invalid } = await steps.counts(page);
    assert.equal(invalid, "2");
    await here.reads(page, "runs-reason-no-email");
    await here.reads(page, "runs-mend-no-email");
  });

  line("S2: every eligible member is an active contact on the list after a run", async (here) => {
    const page = await here.page();
    await steps.openExport(page, "Letter to Cluj");
    await steps.run(page);
    await here.reads(page, "runs-status-succeeded-with-rejections");
    const became = await steps.counts(page);
    assert.equal(became[here.say("runs-count-created")], "3");
    assert.equal(became[here.say("runs-members")], "5");
    assert.deepEqual(await active(here.site), ["ana@example.com", "bogdan@example.com", "calina@example.com"]);
  });

  line("S6: the number of members is shown, and above the limit a warning and a brake", async (here) => {
    const page = await here.page();
    await steps.fillExport(page, "Too many");
    const choice = page.locator("label", { has: page.locator("[name=segment][value=cluj]") });
    assert.match(await choice.innerText(), new RegExp(here.say("exports-members", { members: 5 })));
    await page.locator("#setup:not([aria-busy])").waitFor();
    await page.click("details.options summary");
    await page.fill("#max_profiles", "4");
    await steps.saveExport(page);
    await here.reads(page, "exports-warnings");
    const exported = page.url().split("?")[0];
    await page.goto(`${exported}/edit`);
    await choice.getByText(here.say("exports-over-limit", { limit: 4 })).waitFor();
    await page.goto(exported);
    await steps.run(page);
    await here.reads(page, "runs-status-stopped-by-brake");
    await here.reads(page, "runs-advice-stopped-by-brake");
  });

  line("S8: only segments can be exported", async (here) => {
    const page = await here.page();
    await steps.fillExport(page, "A whole table");
    const offered = await page.locator("[name=segment]").evaluateAll((all) => all.map((box) => box.value));
    assert.ok(!offered.includes("customers"), offered);
    await page.locator("[name=segment][value=cluj]").evaluate((box) => (box.value = "customers"));
    const answering = page.waitForResponse((it) => it.request().isNavigationRequest());
    await page.click("#setup button.primary");
    const answer = await answering;
    assert.equal(answer.status(), 422);
    await page.locator("#faults a[href='#segments']").waitFor();
    assert.match(await page.locator("#segments .fault").innerText(), /customers/);
  });

  line("S9: at the account's limit of contacts a run says so, counts, and goes on later", async (here) => {
    const page = await here.page();
    await steps.setUpExport(page, "Letter to Oradea", "oradea");
    await here.site.arrange("contact-limit", 4);
    await steps.run(page);
    await here.reads(page, "runs-reason-contact-limit");
    await here.reads(page, "runs-mend-contact-limit");
    const became = await steps.counts(page);
    const [created, refused] = ["created", "refused"].map((name) => Number(became[here.say(`runs-count-${name}`)]));
    assert.equal(created + refused, 3, JSON.stringify(became));
    assert.ok(refused > 0);
    await here.site.arrange("contact-limit", null);
    await steps.openExport(page, "Letter to Oradea");
    await steps.run(page);
    assert.equal((await steps.counts(page))[here.say("runs-count-created")], String(refused));
    assert.equal((await active(here.site)).length, 6);
  });
});
