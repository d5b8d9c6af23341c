// Runs as they go on: progress, the limit, an end before the end, and refused people who are sent again.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Site } from "./segue.mjs";
import * as steps from "./steps.mjs";
import { inBothLanguages } from "./walk.mjs";

/** Enough for imports to wait for the limit of the provider, which a sandbox keeps that runs as fast as it. */
const MANY = 20_000;
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

inBothLanguages({ customers: `${customers.join("\n")}\n`, speed: 1, roles: [], begin }, (line, here) => {
  line("S7: a run shows how far it is, that it waits for the limit, and ends when it is cancelled", async () => {
    const { say } = here;
    const page = await here.page();
    await steps.openExport(page, "Letter to Cluj");
    await here.button(page, "exports-run").click();
    await steps.lands(page, /\/runs\//);
    // The page follows by itself what it shows.
    await page.locator("#live-status", { hasText: say("runs-status-waiting-for-limit") }).waitFor({ timeout: 60_000 });
    await here.shows(page, "runs-limit");
    const of = say("runs-done-of", { done: "#", total: MANY }).split("#")[1];
    await page.locator("#live-progress p", { hasText: `${say("runs-step-delivering")} · ` }).filter({ hasText: of }).waitFor();
    const [before, after] = say("runs-left", { time: "#" }).split("#");
    const rate = say("runs-rate", { rate: "#" }).split("#")[1];
    await page.locator("#live-progress", { hasText: rate }).filter({ hasText: before.trim() }).filter({ hasText: after.trim() }).waitFor({ timeout: 60_000 });
    const done = async () => Number(await page.locator("progress").getAttribute("value"));
    const first = await done();
    await page.waitForFunction((before) => Number(document.querySelector("progress")?.value) > before, first);

    await here.button(page, "runs-cancel").click();
    await steps.lands(page, /done=cancelled/);
    await steps.runEnds(page);
    const told = await page.locator("#live-status").innerText();
    assert.ok(told.includes(say("runs-status-cancelled")) && told.includes("Ada Admin"), told);
    const counts = await steps.counts(page);
    const [created, unsent] = ["created", "unsent"].map((name) => Number(counts[say(`runs-count-${name}`)].replaceAll(/[.,]/g, "")));
    assert.ok(created > 0 && unsent > 0, `${created} created, ${unsent} not sent`);
    assert.equal(created + unsent, MANY);
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
