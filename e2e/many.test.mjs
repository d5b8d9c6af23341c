// A thousand exports: pages stay small, quick, and where they are.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertNone, faultsOf } from "./look.mjs";
import { Site } from "./segue.mjs";
import * as steps from "./steps.mjs";

const EXPORTS = 1_000;
/** Milliseconds from the request to the first paint that are meant, on a machine that does nothing else. */
const MEANT = 200;

/** Milliseconds until something could be read. */
const firstPaint = () =>
  new Promise((resolve) => {
    const observer = new PerformanceObserver((list) => {
      for (const { name, startTime } of list.getEntries()) if (name === "first-contentful-paint") resolve(startTime);
    });
    observer.observe({ type: "paint", buffered: true });
  });

let site;
let page;

before(async () => {
  site = await Site.start();
  page = await site.begin();
  await steps.addTable(page);
  await steps.makeSegment(page);
  await steps.connectSandbox(page);
  await steps.setUpExport(page);
  await page.click("form[action$='/run'] button");
  await steps.runEnds(page);
  const numbers = `WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ${EXPORTS - 1})`;
  const copied = (columns, own) => columns.map((column) => own[column] ?? column).join(", ");
  const recipe = "id name folded_name document is_enabled version connection_id created_by created_name created_ms updated_by updated_name updated_ms".split(" ");
  const job = "id kind subject subject_name holds lane reason note status words is_unwanted due_ms queued_ms started_ms ended_ms run_id product steps".split(" ");
  const id = "printf('%032x', n)";
  await site.put(`
    CREATE TEMP TABLE first AS SELECT * FROM recipe;
    CREATE TEMP TABLE done AS SELECT * FROM job WHERE kind = 'export';
    INSERT INTO recipe (${recipe}) ${numbers}
      SELECT ${copied(recipe, { id, name: "'Letter ' || n", folded_name: "'letter ' || n" })} FROM first, number;
    INSERT INTO recipe_segment (recipe_id, segment) ${numbers} SELECT ${id}, 'cluj' FROM number;
    INSERT INTO job (${job}) ${numbers}
      SELECT ${copied(job, { id: "printf('%032x', 1000000 + n)", subject: id, subject_name: "'Letter ' || n", holds: `'export ' || ${id}` })} FROM done, number;`);
});

after(() => site?.stop());

test(`with ${EXPORTS} exports every page is small and nothing moves`, async () => {
  const wrong = [];
  for (const address of ["/", "/exports", "/exports?sort=-latest_run", "/exports?search=letter", "/status", "/schedule", "/connections", "/segments", "/segments/cluj", "/exports/new"]) {
    wrong.push(...(await faultsOf(page, address, { widths: [1440] })));
  }
  assertNone([...wrong, ...site.faults()]);
  await page.goto("/exports");
  assert.equal(await page.locator("tbody tr").count(), 50);
  await page.getByRole("link", { name: "Next page" }).click();
  assert.equal(await page.locator("tbody tr").count(), 50);
});

test("the first paint is measured", async () => {
  for (const address of ["/", "/exports", "/exports?sort=-latest_run", "/segments", "/status"]) {
    const took = [];
    for (let look = 0; look < 5; look += 1) {
      await page.goto(address);
      took.push(await page.evaluate(firstPaint));
    }
    const [, , median] = took.toSorted((one, other) => one - other);
    console.log(`${address}: first paint after ${median.toFixed(0)} ms, ${MEANT} ms are meant`);
    // A debug build on a busy machine is slower; this much slower only if a page reads what it does not show.
    assert.ok(median < 10 * MEANT, `${address}: ${took}`);
  }
});

test("several exports get one schedule, without scripts too", async () => {
  const context = await site.stranger({ javaScriptEnabled: false, storageState: await page.context().storageState() });
  const plain = await context.newPage();
  await plain.goto("/exports?search=letter+99");
  const chosen = ["Letter 99", "Letter 990", "Letter 999"];
  for (const name of chosen) await plain.getByLabel(`Choose ${name}`, { exact: true }).check();
  await plain.getByRole("button", { name: "Set schedule of chosen" }).click();
  await plain.getByRole("heading", { name: "3 chosen exports" }).waitFor();
  await plain.check("[name=schedule][value=own]");
  await plain.locator("[name=at]").first().fill("07:15");
  await plain.getByRole("button", { name: "Set the schedule of 3 exports" }).click();
  await steps.lands(plain, /done=scheduled/);
  await plain.getByRole("button", { name: "Search" }).waitFor();
  await plain.goto("/exports?search=letter+990");
  await plain.getByRole("link", { name: "Letter 990" }).click();
  assert.match(await plain.locator("main").innerText(), /every day at 07:15/i);
});
