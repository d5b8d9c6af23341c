// The same walk in each language: what is written once is done by people who read English, and by people who read Romanian.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { assertNone } from "./look.mjs";
import { Site } from "./segue.mjs";
import * as steps from "./steps.mjs";
import { LANGUAGES, englishOn, words } from "./words.mjs";

/** Everything that a step of a walk needs: the server, the words of the console, and pages of people. */
class Walk {
  #pages = [];

  constructor(language) {
    this.language = language;
    this.say = words(language);
  }

  async start(options, roles) {
    this.site = await Site.start(options);
    await (await this.site.begin()).close();
    for (const role of ["administrator", ...roles]) {
      const page = await this.site.page(role);
      await steps.speak(page, this.language);
      await page.close();
    }
  }

  /** A page of somebody with this role, which is looked over when the step is done. */
  async page(role = "administrator") {
    const page = await this.site.page(role);
    this.#pages.push(page);
    return page;
  }

  /** Nothing of what is shown at the end of a step is in another language, and no script has failed. */
  async lookOver() {
    const said = [];
    for (const page of this.#pages.splice(0)) {
      said.push(...(await englishOn(page)));
      await page.close();
    }
    assertNone([...said, ...this.site.faults()]);
  }

  button(page, name, given) {
    return page.getByRole("button", { name: this.say(name, given), exact: true });
  }

  link(page, name, given) {
    return page.getByRole("link", { name: this.say(name, given), exact: true });
  }

  /** Waits until a message is shown. */
  async shows(page, name, given) {
    await page.getByText(this.say(name, given)).first().waitFor();
  }

  /** What a page says as a whole. */
  async reads(page, name, given) {
    const told = await page.locator("main").innerText();
    assert.ok(told.includes(this.say(name, given)), `“${this.say(name, given)}” is not on ${page.url()}:\n${told}`);
  }
}

/** Walks in both languages at the same time, each with a server and people of its own; `begin` arranges what they start from. */
export function inBothLanguages({ roles = ["contributor", "viewer"], begin = async () => {}, ...options }, walk) {
  const inOne = (language) => () => {
    const here = new Walk(language);
    before(async () => {
      await here.start(options, roles);
      await begin(here);
    });
    after(() => here.site?.stop());
    const line = (name, step) =>
      test(name, async () => {
        await step(here);
        await here.lookOver();
      });
    walk(line, here);
  };
  describe("a walk", { concurrency: LANGUAGES.length }, () => {
    for (const language of LANGUAGES) describe(`in ${language}`, { concurrency: 1 }, inOne(language));
  });
}
