// One person: what is known, what was sent, what belongs to her; and forgetting her.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { assertNone, faultsHere } from "./look.mjs";
import { Site } from "./segue.mjs";
import * as steps from "./steps.mjs";

let site;

before(async () => {
  site = await Site.start();
  const page = await site.begin();
  await steps.addTable(page);
  const belongs = [{ column: "customer", to_table: "customers", to_column: "id" }];
  const orders = { name: "orders", path: "orders.csv", key: "number", kinds: { customer: "text" }, relationships: belongs };
  const status = await page.evaluate(async (body) => {
    const headers = { "content-type": "application/json" };
    const answer = await fetch("/api/v1/tables", { method: "POST", headers, body: JSON.stringify(body) });
    return `${answer.status} ${answer.ok ? "" : await answer.text()}`;
  }, orders);
  assert.match(status, /^201/);
  await steps.makeSegment(page);
  await steps.makeSegment(page, "oradea", "Oradea");
  await steps.connectSandbox(page);
  await steps.setUpExport(page, "Letter to Cluj");
  await page.click("form[action$='/run'] button");
  await steps.runEnds(page);
});

after(() => site?.stop());

async function search(page, wanted) {
  await page.goto("/customers");
  await page.fill("#search", wanted);
  await page.getByRole("button", { name: "Search" }).click();
}

test("a person's page tells segments, what was sent and what belongs to her", async () => {
  const page = await site.page("administrator");
  await search(page, "ANA@example.com");
  const segments = page.locator("section[aria-labelledby=segments]");
  assert.match(await segments.locator("li", { hasText: "cluj" }).innerText(), /Member/);
  assert.match(await segments.locator("li", { hasText: "oradea" }).innerText(), /Not a member/);
  const sent = page.locator("section[aria-labelledby=sent] tbody tr");
  assert.match(await sent.innerText(), /Letter to Cluj[\s\S]*On the list[\s\S]*Added to the list/);
  const days = await page.locator(".by-day h3").allInnerTexts();
  assert.deepEqual(days, ["1 Mar 2026", "20 Nov 2025"]);
  assert.ok(!page.url().includes("ana"), "nothing of her stands in the address");
  assertNone([...(await faultsHere(page, "person")), ...site.faults()]);
  await sent.locator("a[href^='/runs/']").click();
  await page.getByText("What became of everybody").waitFor();
});

test("whoever could not be sent is told why", async () => {
  const page = await site.page("administrator");
  await search(page, "4");
  const sent = page.locator("section[aria-labelledby=sent] tbody tr");
  assert.match(await sent.innerText(), /Never sent[\s\S]*Not sent[\s\S]*Not an address that ActiveCampaign takes/);
});

test("a viewer sees her and cannot forget her", async () => {
  const page = await site.page("viewer");
  await search(page, "1");
  await page.getByRole("heading", { name: "What was sent" }).waitFor();
  assert.equal(await page.getByRole("button", { name: /Forget/ }).count(), 0);
  assert.equal((await page.goto("/customers/receipts")).status(), 403);
});

for (const language of ["en", "ro"]) {
  test(`forgetting is asked about and leaves a receipt, in ${language}`, async () => {
    const page = await site.page("administrator");
    await page.goto("/account");
    await page.selectOption("[name=language]", language);
    await page.locator("form", { has: page.locator("[name=language]") }).locator("button").first().click();
    await page.waitForURL("**/account?**");
    await page.goto("/customers");
    const key = language === "en" ? "1" : "2";
    await page.fill("#search", key);
    await page.locator("form[role=search] button").click();
    await page.locator("form[action='/customers/forget'] button").click();
    await page.fill("#confirm", "other");
    assertNone(await faultsHere(page, `forget-${language}`));
    await page.locator("form .button.danger").click();
    await page.locator("#confirm-fault").waitFor();
    await page.fill("#confirm", key);
    await page.locator("form .button.danger").click();
    await steps.lands(page, /\/customers\/receipts\/[0-9a-f]{32}/);
    assertNone(await faultsHere(page, `receipt-${language}`));
    const downloading = page.waitForEvent("download");
    await page.locator("a[download]").click();
    const receipt = JSON.parse(await readFile(await (await downloading).path(), "utf8"));
    assert.equal(receipt.ledgers[0].outcome, "unsubscribed");
    assert.deepEqual(receipt.segments, ["cluj"]);
    await page.goto("/customers/receipts");
    assertNone(await faultsHere(page, `receipts-${language}`));
    await page.goto("/customers");
    await page.fill("#search", key);
    await page.locator("form[role=search] button").click();
    await page.locator(`a[href='/customers/receipts/${receipt.id}']`).waitFor();
    assertNone([...(await faultsHere(page, `forgotten-${language}`)), ...site.faults()]);
  });
}
