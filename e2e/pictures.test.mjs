// The pictures of the README: an installation with a month behind it. To make them anew:
//
//     SEGUE_PICTURES=docs/images node --test e2e/pictures.test.mjs
//
// Without that they are made beside the other pictures, so that it is known that they still can be.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { SCREENSHOTS, Site } from "./segue.mjs";
import * as steps from "./steps.mjs";

const FOLDER = process.env.SEGUE_PICTURES ?? path.join(SCREENSHOTS, "readme");
const LARGEST = 150_000;
const CUSTOMERS = 6_000;
const FIRST = ["Ana", "Bogdan", "Călina", "Dan", "Elena", "Florin", "Gina", "Horia", "Ioana", "Jan", "Katrin", "Luca", "Marta", "Nils", "Olga", "Pavel"];
const LAST = ["Pop", "Rus", "Moț", "Ilie", "Stan", "Weber", "Kraus", "Rossi", "Novak", "Silva", "Costa", "Lang", "Meyer"];
const CITIES = ["Cluj", "Cluj", "Oradea", "Iași", "Berlin", "Lisboa", "Milano"];

/** Made-up customers, the same every time. A few have no address, or one that is none. */
function customers() {
  const rows = ["id,first_name,last_name,email,city,spent,newsletter"];
  for (let id = 1; id <= CUSTOMERS; id += 1) {
    const [first, last] = [FIRST[(id * 7) % FIRST.length], LAST[(id * 5) % LAST.length]];
    let email = `customer${id}@example.com`;
    if (id % 211 === 0) email = "";
    if (id % 307 === 0) email = `customer${id}.example.com`;
    rows.push(`C-${String(id).padStart(5, "0")},${first},${last},${email},${CITIES[(id * 3) % CITIES.length]},${(id * 37) % 900},${id % 5 !== 0}`);
  }
  return `${rows.join("\n")}\n`;
}

let site;
let page;
let run;

before(async () => {
  site = await Site.start({ customers: customers() });
  page = await site.begin();
  await steps.addTable(page);
  await define("cluj", "Everybody in Cluj who reads the newsletter", "- all:\n      - column: city\n        is: Cluj\n      - column: newsletter\n        is: true");
  await define("big_spenders", "Spent more than 500", "- all:\n      - column: spent\n        more_than: 500");
  await define("abroad", "Not in Romania", "- any:\n      - column: city\n        one_of: [Berlin, Lisboa, Milano]");
  await steps.connectSandbox(page);
  for (const number of [77, 91, 119, 133, 161]) await site.arrange("exclusions", { phrase: `customer${number}@example.com`, type: "exact" });
  await steps.setUpExport(page, "Letter to Cluj");
  await page.click("form[action$='/run'] button");
  await steps.runEnds(page);
  run = new URL(page.url()).pathname;
  await month();
});

after(() => site?.stop());

async function define(name, description, rules) {
  await page.goto("/segments/new");
  await page.fill("#name", name);
  await page.fill("#description", description);
  await page.fill("#definition", `version: 1\ntable: customers\nrules:\n  ${rules}\n`);
  await page.click("[name=refresh]");
  await steps.lands(page, new RegExp(`/segments/${name}(\\?|$)`));
  await steps.settled(page, async () => /\d/.test(await page.locator(".tile .figure").first().innerText()));
}

/** A month of runs before this one, each with fewer customers than the next. */
async function month() {
  const columns = "id kind subject subject_name holds lane reason note status words is_unwanted due_ms queued_ms started_ms ended_ms run_id product steps".split(" ");
  const ago = (column) => `${column} - n * 86400000 + (n * 7919 % 60) * 60000`;
  const of = (name) => `json_extract(product, '$.report.${name}')`;
  const [members, created, updated] = [`(${of("members")} - n * 6)`, "(40 + n * 37 % 90)", "(450 + n * 131 % 500)"];
  const unchanged = `${members} - ${of("invalid")} - ${of("refused")} - ${created} - ${updated}`;
  const product = `json_set(product, '$.report.members', ${members}, '$.report.created', ${created}, '$.report.updated', ${updated}, '$.report.unchanged', ${unchanged})`;
  const own = { id: "printf('%032x', 4096 - n)", reason: "'refresh'", due_ms: ago("due_ms"), queued_ms: ago("queued_ms"), started_ms: ago("started_ms"), ended_ms: ago("ended_ms"), product, run_id: "NULL" };
  await site.put(`
    CREATE TEMP TABLE done AS SELECT * FROM job WHERE kind = 'export';
    INSERT INTO job (${columns}) WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 29)
      SELECT ${columns.map((column) => own[column] ?? column)} FROM done, number;`);
}

async function picture(name, address, { height = 900, prepare = async () => {} } = {}) {
  await page.setViewportSize({ width: 1280, height });
  await page.goto(address);
  await prepare();
  await mkdir(FOLDER, { recursive: true });
  const image = await page.screenshot({ path: path.join(FOLDER, `${name}.png`) });
  assert.ok(image.length < LARGEST, `${name} has ${image.length} bytes`);
}

test("the pictures of the README are made", async () => {
  await page.goto("/schedule");
  await page.check("[name=schedule][value=on]");
  await page.click("main form .primary");
  await page.waitForURL(/done=/);
  await picture("home", "/", { height: 760 });
  await picture("segment", "/segments/cluj/edit", {
    height: 900,
    prepare: async () => {
      await page.locator(".workbench.ready").waitFor();
      await page.locator("#count", { hasText: /\d/ }).waitFor();
    },
  });
  await picture("export", "/exports/new", {
    height: 900,
    prepare: async () => {
      await steps.fillExport(page, "Big spenders, weekly");
      await page.check("[name=segment][value=big_spenders]");
      await page.uncheck("[name=segment][value=cluj]");
      await page.mouse.move(0, 0);
      await page.locator("#setup:not([aria-busy])").waitFor();
      await page.evaluate(() => scrollTo(0, 0));
    },
  });
  await picture("run", run, { height: 860 });
  assert.deepEqual(site.faults(), []);
  console.log(`The pictures of the README are in ${FOLDER}`);
});
