// S39 to S42: what is agreed to, and who answers for what is sent. How it ends, S43, is walked with the runs.
import assert from "node:assert/strict";
import * as steps from "./steps.mjs";
import { inBothLanguages } from "./walk.mjs";

const POLICY = "https://example.com/privacy";

async function begin(here) {
  const page = await here.site.page("administrator");
  await steps.addTable(page);
  await steps.makeSegment(page);
  await steps.connectSandbox(page);
  await steps.setUpExport(page);
  await page.close();
}

inBothLanguages({ options: ["--privacy-policy", POLICY], begin }, (line, here) => {
  /** What the text that is agreed to says, for this host. */
  const consent = async () => {
    const page = await here.page();
    await page.goto("/connections/new");
    await page.fill("#host", "acme.api-us1.com");
    const told = await page.locator("form[data-connect]").innerText();
    const text = here.say("connections-consent-text", { host: "acme.api-us1.com" });
    assert.ok(told.includes(text), told);
    return text;
  };
  const says = (parts) => parts[here.language];

  line("S39: the text that is agreed to names the target and what is sent, which may be sensitive", async () => {
    const text = await consent();
    assert.match(text, says({ en: /e-mail address.*first name, last name, phone/, ro: /adresa de e-mail.*prenumele, numele de familie, telefonul/ }));
    assert.match(text, says({ en: /may be sensitive\. It leaves this installation/, ro: /pot fi sensibile\. Ele părăsesc această instalare/ }));
  });

  line("S41: the text that is agreed to says who answers for privacy and security", async () => {
    assert.match(await consent(), says({ en: /I answer for .* privacy and security/, ro: /Răspund pentru .* confidențialitate și securitate/ }));
  });

  line("S42: it leads to the operator's own privacy statement", async () => {
    const page = await here.page();
    await page.goto("/connections/new");
    assert.equal(await page.locator("form[data-connect]").getByRole("link", { name: POLICY }).getAttribute("href"), POLICY);
    await page.goto("/connections");
    await page.getByRole("link", { name: "Trial" }).click();
    assert.equal(await here.link(page, "connections-policy").getAttribute("href"), POLICY);
    await page.goto("/about");
    await page.getByRole("link", { name: POLICY }).waitFor();
  });

  line("S40: nothing is sent without an export that is switched on, and each run has somebody who asked", async () => {
    const page = await here.page("contributor");
    await steps.openExport(page, "Letter to Cluj");
    await here.button(page, "exports-disable").click();
    await steps.lands(page, /done=disabled/);
    assert.equal(await here.button(page, "exports-run").count(), 0);
    const admin = await here.page();
    await admin.goto("/status");
    await here.button(admin, "status-refresh").click();
    await steps.runEnds(admin);
    assert.equal((await here.site.holds("state")).imports.batches, 0);

    await here.button(page, "exports-enable").click();
    await steps.lands(page, /done=enabled/);
    await steps.run(page);
    assert.match(await page.locator("section[aria-labelledby=about]").innerText(), /Carl Contributor/);
    await admin.goto("/audit");
    await admin.selectOption("#action", { label: here.say("audit-action-export-run") });
    await here.button(admin, "audit-show").click();
    await admin.waitForURL(/action=/);
    const log = await admin.locator("table.log > tbody").allInnerTexts();
    assert.equal(log.length, 1);
    assert.match(log[0], /carl@example\.com[^]*Letter to Cluj/);
  });
});
