// Every page, for everybody who may see it: accessible, within the window, small, and without errors.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertNone, faultsOf, overflow, violations } from "./look.mjs";
import { SCREENSHOTS, Site } from "./segue.mjs";
import * as steps from "./steps.mjs";

let site;
let places;

/** Pages of an installation where nothing is yet. */
const EMPTY = {
  "home-empty": "/",
  "tables-empty": "/tables",
  "table-new": "/tables/new",
  "segments-empty": "/segments",
  "segment-new-empty": "/segments/new",
  "customers-empty": "/customers",
  "exports-empty": "/exports",
  "connections-empty": "/connections",
  "status-empty": "/status",
};

before(async () => {
  site = await Site.start();
});

after(() => site?.stop());

async function look(page, pages, options = {}) {
  const wrong = [];
  for (const [name, address] of Object.entries(pages)) {
    const picture = options.pictures === false ? "" : `${options.prefix ?? ""}${name}`;
    wrong.push(...(await faultsOf(page, address, { ...options, picture })));
  }
  assertNone([...wrong, ...site.faults()]);
}

/** As long as a name may be, without a place to break it. */
const LONG = "everybody_who_lives_in_cluj_and_has_bought_something_".padEnd(64, "o");

/** Gives the export a second segment with a long name, and times of its own, so that there is a next run. */
async function lengthen(page, exported) {
  await steps.makeSegment(page, LONG, "Cluj");
  await page.goto(`${exported}/edit`);
  await page.check(`[name=segment][value=${LONG}]`);
  await page.check("[name=schedule][value=own]");
  await page.locator("[name=at]").first().fill("07:15");
  await page.click("#setup button.primary");
  await steps.lands(page, /done=changed/);
  await page.goto("/account");
  await page.fill("#token-name", "Depozit");
  await page.click("form[action='/account/tokens'] button");
  await page.locator("#shown").waitFor();
}

/** Does the whole job once, so that every page has something to show. */
async function fill(page) {
  await steps.addTable(page);
  await steps.makeSegment(page);
  await steps.makeSegment(page, "oradea", "Oradea");
  await page.goto("/tables/customers/conditions");
  await page.fill("#name", "reachable");
  await page.fill("#definition", "all:\n  - column: email\n    is_empty: false\n");
  await page.click("main button.primary");
  await steps.lands(page, /\/tables\/customers(\?|$)/);
  await steps.connectSandbox(page);
  const connection = new URL(page.url()).pathname;
  await steps.setUpExport(page);
  const exported = new URL(page.url()).pathname;
  await page.click("form[action$='/dry-run'] button");
  await steps.runEnds(page);
  const plan = new URL(page.url()).pathname;
  await page.click("form[action$='/approve'] button");
  await steps.runEnds(page);
  const run = new URL(page.url()).pathname;
  await lengthen(page, exported);
  await page.goto("/status");
  await page.click("form[action='/status/refresh'] button");
  await steps.runEnds(page);
  const refresh = new URL(page.url()).pathname;
  await (await site.page("contributor")).close();
  await (await site.page("viewer")).close();
  await page.goto("/people");
  const person = await page.getByRole("link", { name: "Carl Contributor" }).getAttribute("href");
  return { connection, exported, plan, run, refresh, person };
}

/** What everybody may see. */
function common({ exported, plan, run, refresh }) {
  return {
    home: "/",
    tables: "/tables",
    table: "/tables/customers",
    "table-rows": "/tables/customers?show=rows",
    "table-check": "/tables/customers?show=check",
    segments: "/segments",
    "segments-none-found": "/segments?search=nothing",
    segment: "/segments/cluj",
    "segment-members": "/segments/cluj?show=members",
    "segment-long": `/segments/${LONG}`,
    "segment-inspect": "/segments/cluj?show=inspect",
    overlap: "/overlap?segment=cluj&segment=oradea",
    customers: "/customers",
    exports: "/exports",
    export: exported,
    "export-runs": `${exported}/runs`,
    "dry-run": plan,
    run,
    "run-rows": `${run}/rows`,
    "run-rows-none": `${run}/rows?reason=bounced`,
    refresh,
    status: "/status",
    schedule: "/schedule",
    about: "/about",
    errors: "/errors",
    error: "/errors/stale",
    account: "/account",
  };
}

/** What contributors may change. */
function changes({ exported }) {
  return {
    "segment-new": "/segments/new",
    "segment-edit": "/segments/cluj/edit",
    "segment-remove": "/segments/cluj/remove",
    "export-new": "/exports/new",
    "export-edit": `${exported}/edit`,
    "export-remove": `${exported}/remove`,
    "export-run-all": "/exports/run-all",
    "export-add-segment": `${exported}/edit?add=oradea`,
    "export-schedules": `/exports/schedules?export=${exported.split("/").pop()}`,
    "export-schedules-none": "/exports/schedules",
  };
}

/** What only administrators may do. */
function administration({ connection, exported, person }) {
  return {
    "table-new-filled": "/tables/new",
    "table-edit": "/tables/customers/edit",
    "table-remove": "/tables/customers/remove",
    "table-condition": "/tables/customers/conditions",
    "table-condition-edit": "/tables/customers/conditions?name=reachable",
    "export-detach": `${exported}/detach`,
    connections: "/connections",
    "connection-new": "/connections/new",
    "connection-new-sandbox": "/connections/new?type=sandbox",
    connection,
    "connection-edit": `${connection}/edit`,
    "connection-key": `${connection}/key`,
    "connection-remove": `${connection}/remove`,
    people: "/people",
    "person-new": "/people/new",
    person,
    "person-remove": `${person}/remove`,
    audit: "/audit",
  };
}

test("what is wrong with a page is found", async () => {
  const page = await (await site.stranger({ viewport: { width: 360, height: 900 } })).newPage();
  await page.setContent("<html><title>t</title><body style='margin:0'><p style='width:500px;color:#bbb;background:#fff'>Pale</p><input></body></html>");
  const rules = (await violations(page)).map((found) => found.split(":")[0]);
  assert.deepEqual(rules.sort(), ["color-contrast", "html-has-lang", "label"]);
  assert.equal((await overflow(page))[0], "500 of 360 px");
});

test("pages outside", async () => {
  const context = await site.stranger();
  await look(await context.newPage(), { "sign-in": "/sign-in", setup: "/setup" });
  assertNone(context.faults);
});

test("pages of an empty installation", async () => {
  await look(await site.begin(), EMPTY);
});

test("pages of an administrator", async () => {
  const page = await site.page("administrator");
  places = await fill(page);
  await look(page, { ...common(places), ...changes(places), ...administration(places) });
});

test("pages of a contributor", async () => {
  await look(await site.page("contributor"), changes(places), { widths: [1440], pictures: false });
});

test("pages of a viewer", async () => {
  const page = await site.page("viewer");
  await look(page, common(places), { widths: [1440], pictures: false });
  for (const address of Object.values({ ...changes(places), ...administration(places) })) {
    // A page with something to change is refused, or leads to the one where it is only shown.
    const answer = await page.goto(address);
    assert.ok(answer.status() === 403 || new URL(page.url()).pathname !== address, address);
  }
});

test("pages that refuse", async () => {
  const page = await site.page("viewer");
  const wrong = [];
  for (const [address, status] of [["/people", 403], ["/nowhere", 404], ["/runs/none", 404]]) {
    assert.equal((await page.goto(address)).status(), status);
    assert.equal(await page.locator("h1").count(), 1);
    wrong.push(...(await violations(page)), ...(await overflow(page)));
  }
  assertNone(wrong);
});

test("pages in Romanian", async () => {
  const page = await site.page("administrator");
  await steps.speak(page, "ro");
  const pages = { ...common(places), ...changes(places), ...administration(places) };
  await look(page, pages, { prefix: "ro-" });
  await steps.speak(page, "en");
});

test("the menu of a phone opens and closes", async () => {
  const page = await site.page("viewer");
  await page.setViewportSize({ width: 360, height: 900 });
  await page.goto("/segments");
  const [menu, brand] = [page.locator("nav#menu"), page.locator(".brand")];
  assert.equal(await menu.isVisible(), false);
  await page.getByRole("link", { name: "Menu", exact: true }).click();
  assert.ok(await menu.isVisible());
  assert.ok((await brand.boundingBox()).y >= 0, "the head of the page stays in view");
  assertNone(await violations(page));
  await page.getByRole("link", { name: "Close menu" }).click();
  assert.equal(await menu.isVisible(), false);
});

test("scripts are small in all", async () => {
  const page = await site.page("administrator");
  const scripts = new Map();
  page.on("response", async (answer) => {
    if (answer.request().resourceType() === "script") scripts.set(answer.url(), (await answer.body()).length);
  });
  for (const address of ["/tables/new", "/segments/new", "/exports/new", "/connections/new", places.run, "/", "/setup"]) {
    await page.goto(address, { waitUntil: "networkidle" });
  }
  const size = [...scripts.values()].reduce((sum, bytes) => sum + bytes, 0);
  assert.ok(scripts.size >= 6, `only ${[...scripts.keys()]}`);
  assert.ok(size < 60_000, `${size} bytes`);
});

test("pictures are kept", () => {
  console.log(`Pictures of all pages are in ${SCREENSHOTS}`);
});
