// What is asked of every page, whatever is on it.
import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { SCREENSHOTS } from "./segue.mjs";
import { englishOn } from "./words.mjs";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const LARGEST_PAGE = 100_000;

/** From a phone to a wide screen: with and without the menu at the side, and where tables and columns side by side give way. */
export const WIDTHS = [360, 768, 900, 1024, 1440];
const [NARROWEST, WIDEST] = [WIDTHS[0], WIDTHS.at(-1)];

/** Violations of the rules of accessibility, with the elements that break them. */
export async function violations(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate(
    (values) => axe.run(document, { runOnly: { type: "tag", values }, rules: { "landmark-unique": { enabled: true } } }),
    RULES,
  );
  return found.violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help}: ${node.html.slice(0, 200)} ${node.any.map((it) => it.message).join("; ").slice(0, 300)}`));
}

/** Elements that reach beyond the window, if it scrolls sideways, and those of which a part cannot be seen at all. */
export function overflow(page) {
  return page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    const all = [...document.querySelectorAll("body *:not(input, .sr-only)")];
    const isCut = (it) => {
      const { overflowX, textOverflow } = getComputedStyle(it);
      const cuts = ["hidden", "clip"].includes(overflowX) && textOverflow !== "ellipsis" && it.clientWidth > 1;
      return cuts && it.scrollWidth > it.clientWidth + 1;
    };
    const cut = all.filter(isCut).map((it) => `cut off: ${it.outerHTML.slice(0, 160)}`);
    if (scrollWidth <= clientWidth) return cut;
    const wide = all.filter((it) => it.getBoundingClientRect().right > clientWidth + 1);
    return [`${scrollWidth} of ${clientWidth} px`, ...wide.slice(0, 5).map((it) => it.outerHTML.slice(0, 160)), ...cut];
  });
}

/** How much of the page has moved after it was shown: 0 is nothing, 1 all of the window. */
function shift(page) {
  return page.evaluate(
    () =>
      new Promise((resolve) => {
        let sum = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) sum += entry.hadRecentInput ? 0 : entry.value;
        }).observe({ type: "layout-shift", buffered: true });
        // What is buffered is told before the second frame.
        requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => resolve(sum), 0)));
      }),
  );
}

/** Looks at an address at every width, light and dark, and gives what is wrong with it. */
export async function faultsOf(page, address, { widths = WIDTHS, picture = "" } = {}) {
  const wrong = [];
  await page.setViewportSize({ width: widths[0], height: 900 });
  const answer = await page.goto(address);
  await page.locator(".workbench:not(.ready)").waitFor({ state: "detached" });
  if (answer.status() !== 200) return [`${address} answers ${answer.status()}`];
  const size = (await answer.body()).length;
  if (size > LARGEST_PAGE) wrong.push(`${address} has ${size} bytes`);
  const moved = await shift(page);
  // A hundredth of what Chromium calls good: a pixel while a busy machine draws.
  if (moved > 0.001) wrong.push(`${address} moves by ${moved} after it is shown`);
  wrong.push(...(await englishOn(page)));
  const headings = await page.locator("h1").count();
  if (headings !== 1) wrong.push(`${address} has ${headings} headings of the first level`);
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 });
    for (const found of await overflow(page)) wrong.push(`${address} at ${width} px overflows: ${found}`);
    if (width !== NARROWEST && width !== WIDEST) continue;
    const colorScheme = width === NARROWEST ? "dark" : "light";
    await page.emulateMedia({ colorScheme });
    for (const found of await violations(page)) wrong.push(`${address} at ${width} px, ${colorScheme}: ${found}`);
    if (picture) {
      await mkdir(SCREENSHOTS, { recursive: true });
      await page.screenshot({ path: path.join(SCREENSHOTS, `${picture}-${width}-${colorScheme}.png`), fullPage: true });
    }
  }
  return wrong;
}

/** Looks at the page that is shown, which no address leads to, narrow and wide, light and dark. */
export async function faultsHere(page, picture) {
  const wrong = await englishOn(page);
  for (const width of [NARROWEST, WIDEST]) {
    await page.setViewportSize({ width, height: 900 });
    for (const found of await overflow(page)) wrong.push(`${picture} at ${width} px overflows: ${found}`);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      for (const found of await violations(page)) wrong.push(`${picture} at ${width} px, ${colorScheme}: ${found}`);
      await mkdir(SCREENSHOTS, { recursive: true });
      await page.screenshot({ path: path.join(SCREENSHOTS, `${picture}-${width}-${colorScheme}.png`), fullPage: true });
    }
  }
  return wrong;
}

export function assertNone(wrong) {
  assert.equal(wrong.length, 0, `\n${wrong.join("\n")}`);
}
