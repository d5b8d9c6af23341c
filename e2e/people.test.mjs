// What happens to people: whoever is switched off is out.
import assert from "node:assert/strict";
import * as steps from "./steps.mjs";
import { inBothLanguages } from "./walk.mjs";

inBothLanguages({ roles: ["viewer"] }, (line, here) => {
  line("whoever is switched off is out at once", async () => {
    const page = await here.page();
    await page.goto("/people");
    await page.fill("#search", "VERA");
    await steps.sends(page, page.locator("form[role=search] button"));
    assert.equal(await page.locator("tbody tr").count(), 1);
    await page.getByRole("link", { name: "Vera Viewer" }).click();
    await page.uncheck("[name=enabled]");
    await page.locator("main form .primary").first().click();
    await page.waitForURL(/done=/);
    const viewer = await here.site.page("viewer");
    await viewer.goto("/exports");
    assert.equal(new URL(viewer.url()).pathname, "/sign-in");
  });

  line("a fault of a person's form is told by the name of its field", async () => {
    const page = await here.page();
    await page.goto("/people/new");
    await page.locator("main form").evaluate((form) => (form.noValidate = true));
    await page.fill("#login", "with a space");
    await page.click("main button.primary");
    await page.locator("#login-fault").waitFor();
    const told = page.locator("#faults a");
    assert.deepEqual(await told.allInnerTexts(), [here.say("login"), here.say("people-name")]);
    for (const link of await told.all()) assert.equal(await page.locator(await link.getAttribute("href")).count(), 1);
    assert.ok(!(await page.locator("#faults").innerText()).includes("/"));
  });
});
