// Runs as they go on: progress, the limit, an end before the end, and refused people who are sent again.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Site } from "./segue.mjs";
import * as steps from "./steps.mjs";

/** Enough for imports to wait for the limit of the provider, which a sandbox keeps that runs as fast as it. */
const MANY = 20_000;
const customers = ["id,first_name,last_name,email,city,spent"];
for (let id = 1; id <= MANY; id += 1) customers.push(`${id},Ana,Pop,person${id}@example.com,Cluj,${id % 100}`);

let site;
let page;

before(async () => {
  site = await Site.start({ customers: `${customers.join("\n")}\n`, speed: 1 });
  page = await site.begin();
  await steps.addTable(page);
  await steps.makeSegment(page);
  await steps.connectSandbox(page);
  await steps.setUpExport(page);
});

after(() => site?.stop());

test("a run shows how far it is, that it waits for the limit, and ends when it is cancelled", async () => {
  await page.click("form[action$='/run'] button");
  await steps.lands(page, /\/runs\//);
  // The page follows by itself what it shows.
  await page.locator("#live-status", { hasText: "Waiting for the limit" }).waitFor({ timeout: 60_000 });
  await page.getByText("it goes on by itself as soon as the limit allows").waitFor();
  await page.getByText(/^Sending · [\d,]+ handed over to ActiveCampaign · [\d,]+ of 20,000 confirmed$/).waitFor();
  await page.locator("#live-progress", { hasText: /a second · about .* left/ }).waitFor({ timeout: 60_000 });
  const done = async () => Number(await page.locator("progress").getAttribute("value"));
  const first = await done();
  await page.waitForFunction((before) => Number(document.querySelector("progress")?.value) > before, first);

  await page.getByRole("button", { name: "Cancel run" }).click();
  await page.locator("#live-status", { hasText: /nothing more is sent|Cancelled/ }).waitFor();
  await steps.runEnds(page);
  assert.match(await page.locator("#live-status").innerText(), /Cancelled[^]*Ada Admin has cancelled it/);
  const count = async (name) => {
    const row = page.locator("section[aria-labelledby=counts] tr", { has: page.locator(".name", { hasText: new RegExp(`^${name}$`) }) });
    return Number((await row.locator("td").first().innerText()).replaceAll(",", ""));
  };
  const [created, unsent] = [await count("Created"), await count("Not sent")];
  assert.ok(created > 0 && unsent > 0, `${created} created, ${unsent} not sent`);
  assert.equal(created + unsent, MANY);
  assert.deepEqual(site.faults(), []);
});

test("whom ActiveCampaign refused is found, and sent again when that is asked for", async () => {
  const few = await Site.start();
  try {
    const other = await few.begin();
    await steps.addTable(other);
    await steps.makeSegment(other);
    await steps.connectSandbox(other);
    await few.arrange("exclusions", { phrase: "bogdan@example.com", type: "exact" });
    await steps.setUpExport(other);
    await other.click("form[action$='/run'] button");
    await steps.runEnds(other);
    await other.getByText("One refused: theirs to explain").waitFor();
    await other.getByRole("link", { name: "1: Refused" }).click();
    assert.match(await other.locator("tbody").innerText(), /bogdan@example\.com\s+Refused\s+On the account's exclusion list/);
    await other.goBack();
    const before = other.url();
    await other.getByRole("button", { name: "Send refused ones again" }).click();
    await steps.lands(other, (address) => address.href !== before && address.pathname.startsWith("/runs/"));
    await steps.runEnds(other);
    const told = await other.locator("main").innerText();
    assert.match(told, /Refused ones again/);
    // It is compared with the run before.
    assert.match(told, /Compared with/);
    assert.deepEqual(few.faults(), []);
  } finally {
    await few.stop();
  }
});
