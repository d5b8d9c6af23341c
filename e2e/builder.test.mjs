// The builder of segments: by the keyboard alone, aloud, and with people who are always those of the rules that are shown.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { PASSWORD, Site, signIn } from "./segue.mjs";
import * as steps from "./steps.mjs";

let site;
let context;

before(async () => {
  site = await Site.start();
  const page = await site.begin();
  await steps.addTable(page);
  // Orders have no key: they are nobody.
  await page.goto("/tables/new");
  await page.fill("#path", "orders.csv");
  await page.fill("#name", "orders");
  await page.click("main button.primary");
  await page.locator("[name=way-column]").first().selectOption("customer");
  await page.locator("[name=way-to]").first().selectOption("customers.id");
  await page.click("main button.primary");
  await steps.lands(page, /\/tables\/orders\?/);
  await steps.makeSegment(page);
  await page.close();
  context = await site.stranger();
  const own = await context.newPage();
  await signIn(own, "administrator");
  await own.close();
});

after(() => site?.stop());

/** A builder with these rules, as text that its form has taken over. */
async function builder(text, options = {}) {
  const page = await context.newPage();
  if (options.viewport) await page.setViewportSize(options.viewport);
  await page.goto("/segments/new");
  await page.locator(".workbench.ready").waitFor();
  if (text) {
    const counted = page.waitForResponse((answer) => answer.url().endsWith("/count") && answer.request().postDataJSON().definition === text);
    await page.fill("#definition", text);
    await counted;
    await page.waitForFunction(() => /\d/.test(document.getElementById("count").textContent));
  }
  return page;
}

const rules = (...conditions) => `version: 1\ntable: customers\nrules:\n  - all:\n${conditions.map((it) => `      - ${it}\n`).join("")}`;
const IN_CLUJ = rules("column: city\n        is: Cluj");

const focused = (page) => page.evaluate(() => document.activeElement.id || document.activeElement.tagName);

async function press(page, id) {
  await page.locator(`[id="${id}"]`).focus();
  await page.keyboard.press("Enter");
  return focused(page);
}

test("the keyboard goes on at what was added, and beside what was taken away", async () => {
  const page = await builder(IN_CLUJ);
  for (const [id, next] of [
    ["/rules/0/add-condition", "/rules/0/all/1/column"],
    ["/rules/0/add-related", "/rules/0/all/2/related"],
    ["/rules/0/all/2/where-add", "/rules/0/all/2/where/joined"],
    ["/rules/0/all/2/where/remove", "/rules/0/all/2/where-add"],
    ["/rules/0/add-segment", "/rules/0/all/3/is"],
    ["/rules/0/add-group", "/rules/0/all/4/joined"],
    ["/rules/0/all/4/add-condition", "/rules/0/all/4/any/1/column"],
    ["/rules/0/all/4/any/0/remove", "/rules/0/all/4/any/0/column"],
    ["/rules/0/all/4/remove", "/rules/0/all/3/is"],
    ["/rules/0/all/2/remove", "/rules/0/all/2/is"],
    ["/rules/add", "/rules/1/name"],
    ["/rules/1/up", "/rules/0/down"],
    ["/rules/0/down", "/rules/1/up"],
    ["/rules/1/remove", "/rules/0/name"],
  ]) {
    assert.equal(await press(page, id), next, `after ${id}`);
  }
  await page.close();
});

test("taking values away leaves the keyboard at the next one, at last at the field", async () => {
  const page = await builder(rules("column: city\n        one_of: [Cluj, Oradea, Iasi]"));
  const at = "/rules/0/all/0/one_of";
  assert.equal(await press(page, `${at}/item/1`), `${at}/item/1`);
  assert.equal(await press(page, `${at}/item/1`), `${at}/item/0`);
  assert.equal(await press(page, `${at}/item/0`), at);
  await page.close();
});

test("undoing to the end hands the keyboard on", async () => {
  const page = await builder(IN_CLUJ);
  await press(page, "/rules/0/add-condition");
  assert.equal(await focused(page), "/rules/0/all/1/column");
  await page.keyboard.press("Control+z");
  assert.equal(await focused(page), "/rules/0/name");
  while (await page.locator("#undo:enabled").count()) assert.match(await press(page, "undo"), /undo|redo/);
  assert.equal(await focused(page), "redo");
  await page.close();
});

test("suggestions of an export come without letting go of the keyboard", async () => {
  const page = await context.newPage();
  await page.goto("/exports/new");
  await page.locator("[name=segment][value=cluj]").focus();
  await page.keyboard.press("Space");
  await page.locator("#email").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.value), "cluj");
  await page.locator("#suggest").focus();
  await page.keyboard.press("Enter");
  await page.locator("#setup[aria-busy]").waitFor({ state: "detached" });
  assert.equal(await focused(page), "suggest");
  await page.close();
});

test("those who are shown are those of the rules, or said to be older", async () => {
  const page = await builder(IN_CLUJ);
  await page.click("#sample-button");
  const sample = page.locator("#sample");
  await sample.getByText("Ana", { exact: true }).waitFor();
  await page.locator('[id="/rules/0/all/0/is"]').fill("Oradea");
  assert.match(await page.locator("#sampled[role=status]").innerText(), /before your change/);
  assert.ok(await sample.evaluate((it) => it.classList.contains("stale")));
  await sample.getByText("Elena", { exact: true }).waitFor();
  assert.equal(await sample.getByText("Ana", { exact: true }).count(), 0);
  assert.equal(await page.locator("#sampled").innerText(), "");

  // A definition that is broken has nobody: they stay those of before, and it is said.
  await page.fill("#definition", "version: 1\ntable: customers\nrules: none\n");
  await page.locator("#findings li").first().waitFor();
  assert.match(await page.locator("#sampled").innerText(), /before your change/);
  await page.fill("#definition", IN_CLUJ);
  await sample.getByText("Ana", { exact: true }).waitFor();
  assert.ok(!(await sample.evaluate((it) => it.classList.contains("stale"))));
  await page.close();
});

test("comments go with a warning, and come back", async () => {
  const written = `# Asked for by Ana\n${IN_CLUJ}`;
  const page = await builder(written);
  const value = page.locator('[id="/rules/0/all/0/is"]');
  await value.fill("Oradea");
  assert.ok(!(await page.inputValue("#definition")).includes("#"));
  const warning = page.locator("#lost[role=status] .notice");
  assert.match(await warning.innerText(), /comments/);
  await warning.getByRole("button", { name: "Undo" }).click();
  assert.equal(await page.inputValue("#definition"), written);
  assert.equal(await value.inputValue(), "Cluj");
  assert.equal(await warning.count(), 0);

  // What was typed a moment before, and is not taken over yet, comes back as well.
  await page.evaluate((text) => {
    const area = document.getElementById("definition");
    area.value = text;
    area.dispatchEvent(new Event("input"));
    document.getElementById("/rules/0/add-condition").click();
  }, IN_CLUJ.replace("Cluj", "Oradea"));
  await warning.getByRole("button", { name: "Undo" }).click();
  await page.waitForFunction(() => document.getElementById("/rules/0/all/0/is").value === "Oradea");

  // A number sign in a value is no comment.
  await page.fill("#definition", rules('column: city\n        is: "No # here"'));
  await page.waitForFunction(() => document.getElementById("/rules/0/all/0/is").value === "No # here");
  await value.fill("Cluj");
  assert.equal(await warning.count(), 0);
  await page.close();
});

test("what is found is said aloud, and every field has its name", async () => {
  const page = await builder(rules("column: spent\n        between: [10, 90]"));
  assert.equal(await page.getByRole("textbox", { name: "From", exact: true }).inputValue(), "10");
  assert.equal(await page.getByRole("textbox", { name: "To", exact: true }).inputValue(), "90");
  assert.equal(await page.getAttribute("#said", "role"), "status");
  assert.equal(await page.getAttribute("#findings", "aria-live"), "polite");
  // Without a key nobody is told apart.
  const added = await page.evaluate(async (table) => {
    const headers = { "content-type": "application/json" };
    return (await fetch("/api/v1/tables", { method: "POST", headers, body: JSON.stringify(table) })).status;
  }, { name: "loose", path: "orders.csv" });
  assert.equal(added, 201);
  await page.reload();
  await page.locator("[id='/table'] option").first().waitFor({ state: "attached" });
  const tables = await page.locator("[id='/table'] option").allInnerTexts();
  assert.deepEqual(tables, ["customers", "orders"]);
  await page.goto("/customers");
  assert.deepEqual(await page.locator("#table option").allInnerTexts(), ["customers", "orders"]);
  await page.close();
});

test("nothing that is chosen is cut off at 360 px", async () => {
  const page = await context.newPage();
  await steps.speak(page, "ro");
  await page.close();
  const two = `${IN_CLUJ}  - combine: except\n    all:\n      - column: city\n        is: Cluj\n`;
  const narrow = await builder(two, { viewport: { width: 360, height: 900 } });
  // As wide as its text would be on one line, a field has one line; narrower, it has more.
  const cut = await narrow.locator(".row-line select").evaluateAll((selects) => selects.flatMap((select) => {
    const style = getComputedStyle(select);
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = style.font;
    // The arrow needs its place, whoever draws it.
    const inner = select.clientWidth - parseFloat(style.paddingLeft) - Math.max(24, parseFloat(style.paddingRight));
    const line = 1.1 * parseFloat(style.fontSize);
    const shown = select.selectedOptions[0].text;
    const lines = Math.ceil(pen.measureText(shown).width / (inner + 1));
    return select.clientHeight < lines * line ? [`${shown}: ${lines} lines in ${select.clientHeight} px`] : [];
  }));
  assert.deepEqual(cut, []);
  await narrow.close();
  const last = await context.newPage();
  await steps.speak(last, "en");
  await last.close();
});

test("a session that has ended is begun anew beside the builder, which then goes on", async () => {
  const page = await builder(IN_CLUJ);
  await context.clearCookies();
  const value = page.locator('[id="/rules/0/all/0/is"]');
  await value.fill("Oradea");
  const link = page.locator("#said").getByRole("link", { name: "Sign in" });
  await link.waitFor();
  assert.match(await page.locator("#said").innerText(), /session has ended/);
  const opening = context.waitForEvent("page");
  await link.click();
  const other = await opening;
  await other.fill("#login", "ada@example.com");
  await other.fill("#password", PASSWORD);
  await other.click("button.primary");
  await other.waitForURL((address) => address.pathname === "/");
  await other.close();
  await page.bringToFront();
  await page.evaluate(() => window.dispatchEvent(new Event("focus")));
  await page.waitForFunction(() => document.getElementById("count").textContent === "1");
  assert.equal(await value.inputValue(), "Oradea");
  assert.deepEqual(context.faults, []);
  await page.close();
});
