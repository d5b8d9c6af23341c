#!/usr/bin/env python3
"""Measures a server that has much to keep, and prints a table.

    benches/serve.py                  1,000 exports, 1,000 segments, 100,000 runs
    benches/serve.py --runs 1000      fewer, to try it

Needs Linux and a release build, which it makes unless told `--no-build`; `--debug` measures the dev build. The server has
one core to itself, whoever asks has another. Rows are put into SQLite past the program. Reads are those of the OpenAPI
document that need nothing to be known, and of one object where a list names one, and the pages of the console that list most.
`e2e/many.test.mjs` prints how long it takes until a browser has painted them.

    start     from the beginning of the process to the first answer of /readyz that says "ready"
    idle      resident memory after the start, when nothing was asked yet, and again after all that was asked; and the part of
              a core that the server then takes while nobody asks anything
    median    of one request after another over one connection, as the asking side sees it
    requests  a second, over eight connections at once; one that fails ends the measurement
"""

import argparse, http.client, json, os, pathlib, platform, re, signal, sqlite3, statistics, subprocess, sys, tempfile
import threading, time

from process import PROGRAMS, ROOT, TARGET

PASSWORD = "correct horse battery"
NOW_MS = int(time.time() * 1000)
DEFINITION = "version: 1\ntable: profiles\nrules: [{all: [{column: city, is: Oslo}]}]\n"
MATCHING = {"email": "email", "first_name": None, "last_name": None, "phone": None, "account_name": None,
            "fields": [], "tags": [], "tag_columns": []}
CONNECTIONS = 8
PAGES = ["/", "/exports", "/exports?sort=-latest_run", "/segments", "/status"]


class Server:
    """`segue serve` on a state directory, on the first core."""

    def __init__(self, program, state):
        command = [program, "serve", "--listen", "127.0.0.1:0", "--state", state]
        environment = {**os.environ, "SEGUE_LOG": "warn"}
        began = time.monotonic()
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        preexec_fn=lambda: os.sched_setaffinity(0, {0}))
        for line in self.process.stderr:
            if listening := re.search(r"Listening on http://([^ ]+)\. ", line):
                self.host = listening[1]
                break
        else:
            sys.exit("the server has not started")
        while self.ask(self.connect(), "/readyz")[0] != 200:
            time.sleep(0.001)
        self.start = time.monotonic() - began

    def connect(self):
        return http.client.HTTPConnection(self.host, timeout=60)

    def ask(self, connection, path, method="GET", body=None, cookie=None):
        headers = {"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin"}
        if cookie:
            headers["Cookie"] = cookie
        connection.request(method, path, json.dumps(body) if body else None, headers)
        response = connection.getresponse()
        return response.status, response.read(), response

    def memory(self):
        """Resident megabytes."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024

    def cpu(self, seconds):
        """The part of a core that it takes in so many seconds, in percent."""
        def ticks():
            after_name = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
            return int(after_name[11]) + int(after_name[12])
        began = ticks()
        time.sleep(seconds)
        return 100 * (ticks() - began) / os.sysconf("SC_CLK_TCK") / seconds

    def sign_in(self):
        """The first administrator, from the link that is printed at the first start; later the same one again."""
        connection = self.connect()
        person = {"login": "root@example.com", "password": PASSWORD}
        status, _, response = self.ask(connection, "/api/v1/session", "POST", person)
        if status != 200:
            secret = self.process.stdout.readline().strip().split("#")[1]
            setup = {"secret": secret, "name": "Root", **person}
            assert self.ask(connection, "/api/v1/setup", "POST", setup)[0] == 201
            status, _, response = self.ask(connection, "/api/v1/session", "POST", person)
        assert status == 200
        return response.headers["Set-Cookie"].split(";")[0]

    def end(self):
        self.process.send_signal(signal.SIGINT)
        self.process.communicate()


def fill(program, folder, exports, segments, runs):
    """A table and a segment by the program, and as many more of everything as are wanted by SQL."""
    state = str(folder / "state")
    (folder / "people.csv").write_text("id,email,city\n1,ann@example.com,Oslo\n2,bob@example.com,Rome\n")
    (folder / "one.yaml").write_text(DEFINITION)
    for command in (["tables", "add", "profiles", str(folder / "people.csv"), "--key", "id"],
                    ["segments", "create", "segment-0", str(folder / "one.yaml")],
                    ["segments", "refresh", "segment-0"]):
        subprocess.run([program, *command, "--state", state], check=True, capture_output=True)
    database = sqlite3.connect(folder / "state/segue.db")
    database.execute("PRAGMA foreign_keys = ON")
    database.execute(
        """INSERT INTO segment (name, definition, is_static, is_active, snapshot, refreshed_ms, members, description)
           WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n + 1 < ?)
           SELECT 'segment-' || n, definition, is_static, is_active, snapshot, refreshed_ms, members, description
           FROM segment, number WHERE name = 'segment-0' AND ? > 1""", (segments, segments))
    for number in range(exports):
        segment = f"segment-{number % segments}"
        recipe = {"list": {"id": 3, "name": "Customers"}, "segments": [segment], "matching": MATCHING}
        database.execute(
            """INSERT INTO recipe (id, name, folded_name, document, is_enabled, version, created_by, created_name,
               created_ms, updated_by, updated_name, updated_ms) VALUES (?, ?, ?, ?, 1, 1, 'root', 'Root', ?, 'root', 'Root', ?)""",
            (f"{number:032x}", f"Export {number}", f"export {number}", json.dumps(recipe), NOW_MS, NOW_MS))
        database.execute("INSERT INTO recipe_segment (recipe_id, segment) VALUES (?, ?)", (f"{number:032x}", segment))
    statuses = ["succeeded"] * 7 + ["succeeded_with_rejections", "failed", "skipped"]
    steps = json.dumps([{"name": "planning", "millis": 800}, {"name": "delivering", "millis": 61_000}])
    rows = ((f"{0x1000000 + number:032x}", f"{number % exports:032x}", f"Export {number % exports}", f"account {number % 7}",
             statuses[number % 10], NOW_MS - 60_000 * (runs - number), NOW_MS - 60_000 * (runs - number) + 62_000, steps)
            for number in range(runs))
    database.executemany(
        """INSERT INTO job (id, kind, subject, subject_name, holds, lane, reason, note, status, words, is_unwanted, due_ms,
           queued_ms, started_ms, ended_ms, product, steps)
           VALUES (?1, 'export', ?2, ?3, 'export ' || ?2, ?4, 'schedule', '', ?5, '', 0, ?6, ?6, ?6, ?7, '{}', ?8)""", rows)
    database.commit()
    database.close()


def reads(server, cookie):
    """What can be read without knowing anything, and one object of each list."""
    connection = server.connect()
    document = json.loads(server.ask(connection, "/api/v1/openapi.json")[1])
    found = []
    for path, item in document["paths"].items():
        get = item.get("get")
        if get is None or "download" in path or any(one.get("required") and one["in"] == "query" for one in get.get("parameters", [])):
            continue
        if "{" in path:
            prefix, _, rest = path.partition("/{")
            if not rest.endswith("}") or "/" in rest:
                continue
            status, body, _ = server.ask(connection, prefix, cookie=cookie)
            items = json.loads(body).get("items", []) if status == 200 else []
            if not items:
                continue
            path = f"{prefix}/{items[0].get('id') or items[0].get('name')}"
        if server.ask(connection, path, cookie=cookie)[0] == 200:
            found.append(path)
    return found


def median(server, cookie, path, seconds):
    """Milliseconds of one request after another."""
    connection, took = server.connect(), []
    until = time.monotonic() + seconds
    while time.monotonic() < until or len(took) < 20:
        began = time.monotonic()
        assert server.ask(connection, path, cookie=cookie)[0] == 200, path
        took.append(time.monotonic() - began)
    return 1000 * statistics.median(took)


def rate(server, cookie, path, seconds):
    """Requests a second over several connections."""
    counts, failures = [0] * CONNECTIONS, []
    until = time.monotonic() + seconds

    def work(number):
        try:
            connection = server.connect()
            while time.monotonic() < until:
                status = server.ask(connection, path, cookie=cookie)[0]
                if status != 200:
                    failures.append(status)
                    return
                counts[number] += 1
        except OSError as error:
            failures.append(error)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(CONNECTIONS)]
    [worker.start() for worker in workers]
    [worker.join() for worker in workers]
    if failures:
        sys.exit(f"{path}: {failures[0]}")
    return sum(counts) / seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--exports", type=int, default=1_000)
    parser.add_argument("--segments", type=int, default=1_000)
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--starts", type=int, default=5, help="of which the median is shown")
    parser.add_argument("--seconds", type=float, default=3, help="for each figure")
    parser.add_argument("--debug", action="store_true", help="the dev build, to try it")
    parser.add_argument("--no-build", action="store_true")
    arguments = parser.parse_args()
    if not arguments.no_build:
        kind = [] if arguments.debug else ["--release"]
        subprocess.run(["cargo", "build", *kind, "-p", "segue"], cwd=ROOT, check=True)
    program = (TARGET / "debug" if arguments.debug else PROGRAMS) / "segue"
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) > 1:
        os.sched_setaffinity(0, set(cores[1:]))
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"{platform.processor() or platform.machine()}, {len(cores)} cores, {time.strftime('%Y-%m-%d')}, load {load}")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        fill(program, folder, arguments.exports, arguments.segments, arguments.runs)
        print(f"{arguments.exports:,} exports, {arguments.segments:,} segments, {arguments.runs:,} runs\n")
        starts = []
        for _ in range(arguments.starts):
            server = Server(program, str(folder / "state"))
            starts.append(server.start)
            if len(starts) < arguments.starts:
                server.end()
        # What a start leaves behind to be done is done.
        time.sleep(2)
        idle, cpu = server.memory(), server.cpu(20)
        cookie = server.sign_in()
        print(f"{'':<44}{'median':>10}{'requests':>13}")
        for path in reads(server, cookie) + PAGES:
            shown = re.sub(r"/[0-9a-f]{32}$", "/…", path)
            took, done = median(server, cookie, path, arguments.seconds), rate(server, cookie, path, arguments.seconds)
            print(f"{'GET ' + shown:<44}{took:>7.2f} ms{done:>11,.0f}/s")
        print(f"\nstart to ready {1000 * statistics.median(starts):.0f} ms; "
              f"idle memory {idle:.0f} MB, {server.memory():.0f} MB after all that; idle CPU {cpu:.2f}%")
        server.end()


if __name__ == "__main__":
    main()
