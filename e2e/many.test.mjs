// A thousand exports, 150 columns, 400 segments: pages stay small, quick, and where they are.
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

/** Columns and people of the wide table, and segments over it. */
const WIDE = { columns: 150, people: 120, segments: 400 };

const numbered = (count, one) => Array.from({ length: count }, (_, index) => one(index + 1));
const WIDE_CSV = [
  numbered(WIDE.columns, (column) => `attribute_number_${column}`),
  ...numbered(WIDE.people, (person) => numbered(WIDE.columns, (column) => `value ${column} of ${person}`)),
].map((line) => `${line.join(",")}\n`).join("");

let site;
let page;

before(async () => {
  site = await Site.start({ files: { "wide.csv": WIDE_CSV } });
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
    UPDATE turn SET taken = taken + 1 WHERE name = 'exports';
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

/** Everybody of the wide table, 400 times. */
async function widen() {
  await page.goto("/tables/new");
  await page.fill("#path", "wide.csv");
  await page.fill("#name", "wide");
  await page.fill("#key", "attribute_number_7");
  await page.click("main button.primary");
  await page.getByLabel("What it is to people: attribute_number_3", { exact: true }).selectOption("email");
  await page.getByRole("button", { name: "Next columns" }).click();
  await page.getByLabel("What it is to people: attribute_number_41", { exact: true }).selectOption("city");
  await page.click("main button.primary");
  await steps.lands(page, /\/tables\/wide\?/);
  const saved = await page.evaluate(async (segments) => {
    const definition = { version: 1, table: "wide", rules: [{ all: [{ column: "attribute_number_7", is_empty: false }] }] };
    const refused = [];
    for (let number = 1; number <= segments; number += 1) {
      const body = JSON.stringify({ name: `wide_${number}`, description: "Everybody of the wide table", definition });
      const answer = await fetch("/api/v1/segments", { method: "POST", headers: { "content-type": "application/json" }, body });
      if (answer.status !== 201) refused.push(await answer.text());
    }
    return refused;
  }, WIDE.segments);
  assert.deepEqual(saved, []);
  await page.goto("/segments/wide_1");
  await page.click("form[action$='/refresh'] button");
  await steps.settled(page, async () => /120/.test(await page.locator(".tile .figure").first().innerText()));
}

test(`with ${WIDE.columns} columns and ${WIDE.segments} segments every page is small`, async () => {
  await widen();
  const wrong = [];
  const addresses = [
    ...["", "?show=rows", "?show=rows&from=144", "?show=check", "/edit", "/conditions"].map((end) => `/tables/wide${end}`),
    ...["/segments", "/segments/new", "/segments/wide_1", "/segments/wide_1/edit", "/segments/wide_1?show=members"],
    ...["/exports/new", "/exports/new?segment=wide_400", "/customers", "/audit", "/schedule", "/"],
  ];
  for (const language of ["en", "ro"]) {
    await steps.speak(page, language);
    for (const address of addresses) wrong.push(...(await faultsOf(page, address, { widths: language === "en" ? [1440] : [768] })));
  }
  await steps.speak(page, "en");
  assertNone([...wrong, ...site.faults()]);
});

test("a segment among many is found, and stays chosen", async () => {
  await page.goto("/exports/new?segment=wide_400");
  await page.fill("#find", "wide_37");
  await page.keyboard.press("Enter");
  await page.locator("[name=segment][value=wide_37]").check();
  assert.equal(await page.locator("[name=segment]").count(), 12);
  await page.fill("#find", "nothing is called so");
  await page.keyboard.press("Enter");
  await page.getByText("No other segment matches.").waitFor();
  assert.deepEqual(await page.locator("[name=segment]:checked").evaluateAll((all) => all.map((one) => one.value)), ["wide_37", "wide_400"]);
  const added = page.getByLabel("Row 1: the column that fills it");
  await added.fill("attribute_number_9");
  await page.getByRole("button", { name: "Add attribute" }).click();
  assert.equal(await page.getByLabel("Row 2: the column that fills it").inputValue(), "");
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
