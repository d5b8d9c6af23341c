// A real server with a state folder of its own, and browsers that are signed in to it.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { chromium } from "playwright-core";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const TARGET = process.env.CARGO_TARGET_DIR ?? path.join(ROOT, "target");
const PROGRAM = process.env.SEGUE_PROGRAM ?? path.join(TARGET, "debug", "segue");
const CHROMIUM = process.env.SEGUE_CHROMIUM ?? "/usr/bin/chromium";

/** Where pictures of pages are put. */
export const SCREENSHOTS = path.join(TARGET, "screenshots");

export const PASSWORD = "correct horse battery";

/** Who signs in: the administrator is made first, the others by her. */
export const PEOPLE = {
  administrator: { name: "Ada Admin", login: "ada@example.com" },
  contributor: { name: "Carl Contributor", login: "carl@example.com" },
  viewer: { name: "Vera Viewer", login: "vera@example.com" },
};

/** Made-up customers: three good ones in Cluj, one whose address is none, one elsewhere. */
const CUSTOMERS = `id,first_name,last_name,email,city,spent
1,Ana,Pop,ana@example.com,Cluj,120
2,Bogdan,Rus,bogdan@example.com,Cluj,80
3,Călina,Moț,calina@example.com,Cluj,310
4,Dan,Ilie,not an address,Cluj,15
5,Elena,Stan,elena@example.com,Oradea,40
`;

/** What they have bought. */
const ORDERS = `number,customer,day,article,total
1001,1,2026-03-01,Tea,12.50
1002,1,2026-03-01,A set of eight hand-painted cups with saucers,89
1003,1,2025-11-20,Bread,4
1004,2,2026-01-15,Tea,12.50
`;

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** The program without options that whoever runs the tests may have set. */
function environment() {
  const set = Object.entries(process.env).filter(([name]) => !name.startsWith("SEGUE_"));
  return { ...Object.fromEntries(set), SEGUE_CONFIG: "/dev/null" };
}

export class Site {
  #server;
  #folder;
  #browser;
  #contexts = new Map();

  /**
   * Starts a server that nobody has signed in to, with these customers and further files, and a sandbox that runs so many
   * times too fast.
   */
  static async start({ customers = CUSTOMERS, files = {}, speed = 50 } = {}) {
    const site = new Site();
    site.#folder = await mkdtemp(path.join(tmpdir(), "segue-browser."));
    try {
      await site.#serve({ "customers.csv": customers, "orders.csv": ORDERS, ...files }, speed);
      site.#browser = await chromium.launch({
        executablePath: CHROMIUM,
        args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-quic"],
      });
    } catch (error) {
      await site.stop();
      throw error;
    }
    return site;
  }

  async #serve(files, speed) {
    const data = path.join(this.#folder, "data");
    await mkdir(data);
    for (const [name, text] of Object.entries(files)) await writeFile(path.join(data, name), text);
    const port = await freePort();
    this.sandbox = `http://127.0.0.1:${port}`;
    const options = [
      ["--listen", "127.0.0.1:0"],
      ["--state", path.join(this.#folder, "state")],
      ["--data-folder", data],
      ["--sandbox-port", String(port)],
      ["--sandbox-speed", String(speed)],
    ];
    this.#server = spawn(PROGRAM, ["serve", ...options.flat()], { env: environment(), stdio: ["ignore", "pipe", "pipe"] });
    const spoken = [];
    createInterface(this.#server.stderr).on("line", (line) => spoken.push(line));
    const ended = once(this.#server, "exit").then(() => {
      throw new Error(`${PROGRAM} serve has ended:\n${spoken.join("\n")}`);
    });
    ended.catch(() => {});
    const printed = once(createInterface(this.#server.stdout), "line");
    const [link] = await Promise.race([printed, ended]);
    this.setupLink = link;
    this.base = new URL(link).origin;
  }

  async stop() {
    await this.#browser?.close();
    if (this.#server && this.#server.exitCode === null) {
      this.#server.kill("SIGTERM");
      await once(this.#server, "exit");
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** A browser that nobody is signed in with. Errors in its pages are errors of the test, which asks for them at its end. */
  async stranger(options = {}) {
    const context = await this.#browser.newContext({
      baseURL: this.base,
      locale: "en-GB",
      viewport: { width: 1440, height: 900 },
      reducedMotion: "reduce",
      ...options,
    });
    context.setDefaultTimeout(20_000);
    context.faults = [];
    context.on("weberror", (error) => context.faults.push(String(error.error())));
    context.on("console", (message) => {
      if (/Content Security Policy/.test(message.text())) context.faults.push(message.text());
    });
    return context;
  }

  /** Makes the administrator with the link that the server has printed. */
  async begin(options = {}) {
    const context = await this.stranger(options);
    const page = await context.newPage();
    await page.goto(this.setupLink);
    await page.fill("#name", PEOPLE.administrator.name);
    await page.fill("#login", PEOPLE.administrator.login);
    await page.fill("#password", PASSWORD);
    await page.click("button.primary");
    await page.waitForURL("**/sign-in");
    await signIn(page, "administrator");
    this.#contexts.set("administrator", context);
    return page;
  }

  /** A page of a person with this role; people are made when they are first wanted. */
  async page(role) {
    if (!this.#contexts.has(role)) this.#contexts.set(role, await this.#invite(role));
    return this.#contexts.get(role).newPage();
  }

  async #invite(role) {
    const page = await this.page("administrator");
    await page.goto("/people/new");
    await page.fill("#login", PEOPLE[role].login);
    await page.fill("#name", PEOPLE[role].name);
    await page.check(`[name=role][value=${role}]`);
    await page.click("main button.primary");
    const link = await page.inputValue("#shown");
    await page.close();
    const context = await this.stranger();
    const invited = await context.newPage();
    await invited.goto(link);
    await invited.fill("#password", PASSWORD);
    await invited.click("button.primary");
    await invited.waitForURL("**/sign-in");
    await signIn(invited, role);
    await invited.close();
    return context;
  }

  /** Arranges something at the sandbox, as `POST /sim/…` of the simulator tells. */
  async arrange(what, body) {
    const answer = await fetch(`${this.sandbox}/sim/${what}`, { method: "POST", body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${what}: ${answer.status}`);
  }

  /** Puts rows into the database past the program: a year of work, or a thousand exports. */
  async put(statements) {
    const program = "import sqlite3, sys\nbase = sqlite3.connect(sys.argv[1], timeout=20)\nbase.executescript(sys.argv[2])\nbase.commit()";
    await promisify(execFile)("python3", ["-c", program, path.join(this.#folder, "state", "segue.db"), statements]);
  }

  /** What has gone wrong in the pages of everybody who is signed in. */
  faults() {
    return [...this.#contexts.values()].flatMap((context) => context.faults);
  }
}

export async function signIn(page, role, next = "") {
  await page.goto(`/sign-in${next && `?next=${encodeURIComponent(next)}`}`);
  await page.fill("#login", PEOPLE[role].login);
  await page.fill("#password", PASSWORD);
  await page.click("button.primary");
  await page.waitForURL((address) => address.pathname !== "/sign-in");
}
