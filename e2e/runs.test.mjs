// S7, S38 and S43: runs as they go on, with progress, the limit, and an end before the end. And refused people who are sent again.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Site } from "./segue.mjs";
import * as steps from "./steps.mjs";
import { inBothLanguages } from "./walk.mjs";

/** Enough for imports of every run here to wait for the limit of the provider, which a sandbox keeps that runs as fast as it. */
const MANY = 60_000;
const customers = ["id,first_name,last_name,email,city,spent"];
for (let id = 1; id <= MANY; id += 1) customers.push(`${id},Ana,Pop,person${id}@example.com,Cluj,${id % 100}`);

/** With a server whose sandbox keeps the limits that ActiveCampaign has. */
async function begin(here) {
  const page = await here.site.page("administrator");
  await steps.addTable(page);
  await steps.makeSegment(page);
  await steps.connectSandbox(page);
  await steps.setUpExport(page);
  await page.close();
}

/** Waits until the run whose page is shown has sent something, or would if the limit let it. */
const isUnderWay = (here, page) => {
  const status = (name) => page.locator("#live-status", { hasText: here.say(`runs-status-${name}`) });
  return status("waiting-for-limit").or(page.locator("#live-progress", { hasText: here.say("runs-step-delivering") })).first().waitFor({ timeout: 60_000 });
};

inBothLanguages({ customers: `${customers.join("\n")}\n`, speed: 1, roles: ["contributor"], begin }, (line, here) => {
  line("S7: a run shows how far it is, that it waits for the limit, and ends when it is cancelled", async () => {
    const { say } = here;
    const page = await here.page();
    await steps.openExport(page, "Letter to Cluj");
    await here.button(page, "exports-run").click();
    await steps.lands(page, /\/runs\//);
    // The page follows by itself what it shows.
    await page.locator("#live-status", { hasText: say("runs-status-waiting-for-limit") }).waitFor({ timeout: 60_000 });
    await here.shows(page, "runs-limit");
    const of = say("runs-confirmed-of", { done: "#", total: MANY }).split("#")[1];
    await page.locator("#live-progress p", { hasText: `${say("runs-step-delivering")} · ` }).filter({ hasText: of }).waitFor();
    const [before, after] = say("runs-left", { time: "#" }).split("#");
    const rate = say("runs-rate", { rate: "#" }).split("#")[1];
    await page.locator("#live-progress", { hasText: rate }).filter({ hasText: before.trim() }).filter({ hasText: after.trim() }).waitFor({ timeout: 60_000 });
    const done = async () => Number(await page.locator("progress").getAttribute("value"));
    const first = await done();
    await page.waitForFunction((before) => Number(document.querySelector("progress")?.value) > before, first);

    await here.button(page, "runs-cancel").click();
    await here.button(page, "runs-cancel").waitFor({ state: "detached" });
    await steps.runEnds(page);
    const told = await page.locator("#live-status").innerText();
    assert.ok(told.includes(say("runs-status-cancelled")) && told.includes("Ada Admin"), told);
    const counts = await steps.counts(page);
    const [created, unsent] = ["created", "unsent"].map((name) => Number(counts[say(`runs-count-${name}`)].replaceAll(/[.,]/g, "")));
    assert.ok(created > 0 && unsent > 0, `${created} created, ${unsent} not sent`);
    assert.equal(created + unsent, MANY);
  });

  line("S38: it runs when somebody asks, and never twice at a time", async () => {
    const page = await here.page("contributor");
    await steps.openExport(page, "Letter to Cluj");
    const exported = new URL(page.url()).pathname;
    const begun = [];
    for (let time = 0; time < 3; time += 1) {
      await page.goto(exported);
      await here.button(page, "exports-run").click();
      await steps.lands(page, /\/runs\//);
      begun.push(new URL(page.url()).pathname);
      if (time === 0) await isUnderWay(here, page);
    }
    // Whoever asks while one waits gets the one that waits.
    assert.equal(new Set(begun).size, 2);
    assert.ok((await page.locator("#live-status").innerText()).includes(here.say("runs-status-queued")));
    for (const run of [begun[1], begun[0]]) {
      await page.goto(run);
      await here.button(page, "runs-cancel").click();
      await here.button(page, "runs-cancel").waitFor({ state: "detached" });
      await steps.runEnds(page);
      await page.reload();
      await here.reads(page, "runs-status-cancelled");
    }
  });

  line("S43: an administrator ends it at any time: what runs, what would run, and the key", async () => {
    const page = await here.page("contributor");
    await steps.openExport(page, "Letter to Cluj");
    const exported = new URL(page.url()).pathname;
    await here.button(page, "exports-run").click();
    await steps.lands(page, /\/runs\//);
    await isUnderWay(here, page);

    const admin = await here.page();
    await admin.goto("/connections");
    await admin.getByRole("link", { name: "Trial" }).click();
    const connection = new URL(admin.url()).pathname;
    assert.match(await admin.locator("section[aria-labelledby=used]").innerText(), /Letter to Cluj/);
    await admin.click("a[href$='/remove']");
    assert.match(await admin.locator("section[aria-labelledby=first]").innerText(), /Letter to Cluj/);
    assert.ok(await here.button(admin, "connections-remove-do").isDisabled());
    await admin.getByRole("button", { name: `${here.say("connections-detach")}: Letter to Cluj` }).click();
    await here.shows(admin, "connections-done-detached");

    await steps.runEnds(page);
    await page.reload();
    await here.reads(page, "runs-status-cancelled");
    await here.button(admin, "connections-remove-do").click();
    await here.shows(admin, "connections-done-removed");
    assert.equal(await admin.getByRole("link", { name: "Trial" }).count(), 0);
    assert.equal((await admin.goto(connection)).status(), 404);
    await admin.goto("/connections");
    assert.deepEqual(await here.site.ask("SELECT id FROM connection"), []);

    await page.goto(exported);
    await here.reads(page, "exports-detached-what");
    assert.equal(await here.button(page, "exports-run").count(), 0);
    const sent = (await here.site.holds("state")).imports.batches;
    await admin.goto("/status");
    await here.button(admin, "status-refresh").click();
    await steps.runEnds(admin);
    assert.equal((await here.site.holds("state")).imports.batches, sent);
  });
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
    await other.getByRole("button", { name: "Send only the refused ones again" }).click();
    await steps.lands(other, (address) => address.href !== before && address.pathname.startsWith("/runs/"));
    await steps.runEnds(other);
    const told = await other.locator("main").innerText();
    assert.match(told, /Refused ones again/);
    // It is of few, so it is not compared with the whole run before.
    assert.doesNotMatch(told, /Compared with/);
    assert.deepEqual(few.faults(), []);
  } finally {
    await few.stop();
  }
});
