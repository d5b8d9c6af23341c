#!/usr/bin/env python3
"""Measures `segue push` against the sandbox in another process and prints a table.

    benches/push.py            the table of docs/benchmarks.md
    benches/push.py --drt      also runs drt-core from PyPI beside it
    benches/push.py --script   also runs a plain Python script that only reads and sends
    benches/push.py --only limits

Needs Linux and a release build, which it makes unless told `--no-build`. Wall time, CPU time and peak memory are those
of the measured process alone, as the kernel counts them. What `--drt` and `--script` run is in benches/drt.
"""

import argparse, json, os, pathlib, platform, shutil, statistics, subprocess, tempfile, time, urllib.request

import process
from process import PROGRAMS, ROOT, measure

DRT = ROOT / "benches/drt"
KEY = "sandbox-key"
COLUMNS = [
    "--email", "Email", "--first-name", "FirstName", "--last-name", "LastName", "--phone", "Phone",
    "--field", "City=City", "--field", "Customer number=CustomerNumber", "--field", "Lifetime value=LifetimeValue",
    "--field", "Birthday=Birthday", "--tag-column", "Orders",
]


class Sandbox:
    def __init__(self, *options):
        self.process = subprocess.Popen(
            [PROGRAMS / "segue", "sandbox", "--port", "0", *options], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self.host = self.process.stdout.readline().decode().split()[1]

    def get(self, path):
        with urllib.request.urlopen(self.host + path) as answer:
            return json.load(answer)

    def settled(self):
        """What it holds once every import that it was handed is through."""
        state, before = self.get("/sim/state"), None
        while state["contacts"] != before:
            before = state["contacts"]
            time.sleep(0.5)
            state = self.get("/sim/state")
        return state

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def push(sandbox, source, state, *options):
    command = [
        PROGRAMS / "segue", "push", source, "--host", sandbox.host, "--allow-insecure-host", "--list", "3",
        *COLUMNS, "--state", state, "--json", *options,
    ]
    output, wall, cpu, memory = measure(command, may_end_with=(0, 3), env={"SEGUE_API_KEY": KEY, "PATH": os.environ["PATH"]})
    return json.loads(output), wall, cpu, memory


def profiles(path, rows, changed=None):
    subprocess.run([PROGRAMS / "profiles", path, str(rows), *([str(changed)] if changed else [])], check=True)


def row(name, values, target):
    walls, cpus, memories = zip(*values)
    wall, cpu, memory = statistics.median(walls), statistics.median(cpus), max(memories)
    print(f"{name:<44}{wall:>9.2f} s{cpu:>9.2f} s{memory:>8.0f} MB   {target}", flush=True)
    return wall, cpu


def load():
    print("    load averages: " + " ".join(f"{load:.2f}" for load in os.getloadavg()), flush=True)


FREE = ["--no-limits", "--import-rate", "1e12", "--queue-delay", "0", "--speed", "1000"]


def without_limits(folder, rows, repeats, is_drt=False, is_script=False):
    first, again, changed, loops, scripts = [], [], [], [], []
    source, other = folder / f"{rows}.parquet", folder / f"{rows}-changed.parquet"
    profiles(source, rows)
    profiles(other, rows, 100)
    options = ["--no-limits", "--max-profiles", str(rows)]
    for repeat in range(repeats):
        state = folder / f"state-{rows}-{repeat}"
        with Sandbox(*FREE) as sandbox:
            report, *values = push(sandbox, source, state, *options)
            assert report["created"] == rows, report
            first.append(values)
            report, *values = push(sandbox, source, state, *options)
            assert report["unchanged"] == rows, report
            again.append(values)
            report, *values = push(sandbox, other, state, *options)
            assert report["updated"] == rows // 100, report
            changed.append(values)
        with Sandbox(*FREE) as sandbox:
            loops.append(measure([PROGRAMS / "plain_loop", sandbox.host, KEY, str(rows // 250)])[1:])
        if is_script:
            scripts.append(script(source, rows))
    count = f"{rows:,}"
    is_million = rows == 1_000_000
    wall, cpu = row(f"{count} created", first, "at most 6 s, 3.3 CPU-s, 250 MB" if is_million else "at most 250 MB")
    row(f"{count} unchanged", again, "at most 2.5 s" if is_million else "")
    row(f"{count}, 1% changed", changed, "at most 3 s" if is_million else "")
    loop, _ = row("plain loop of pre-built bodies", loops, "the physical limit")
    others = [("plain Python script, which only sends", scripts)] if is_script else []
    others += drt(folder, source, rows) if is_drt else []
    for name, values in others:
        its_wall, its_cpu = row(name, values, "")
        print(f"    {its_wall / wall:.2f} times the wall time and {its_cpu / cpu:.2f} times the CPU time of created")
    print(f"    created takes {wall / loop:.2f} times as long as the plain loop; the sandbox took {rows / loop:,.0f} contacts a second from it")
    load()


def with_limits(folder, rows, speed):
    source = folder / f"{rows}-limits.parquet"
    profiles(source, rows)
    with Sandbox("--speed", str(speed), "--import-rate", "5000") as sandbox:
        report, wall, cpu, memory = push(sandbox, source, folder / "state-limits", "--speed", str(speed))
        assert report["created"] == rows, report
        limits = sandbox.get("/sim/state")["limits"]
    floor = rows / 250 / 100 * 60 / speed
    row(f"{rows:,} at the limits, {speed:g} times as fast", [(wall, cpu, memory)], f"{wall / floor:.3f} x the floor of {floor:.1f} s; at most 1.02")
    print(f"    requests over a limit: {sum(budget['refused'] for budget in limits.values())}; peaks: " + ", ".join(f"{name} {budget['peak']}/{budget['limit']}" for name, budget in limits.items()))
    load()


def python():
    """The folder of the programs of a Python environment with drt-core 1.2.1 and pyarrow."""
    return process.python("drt", (DRT / "requirements.txt").read_text())


def script(source, rows):
    with Sandbox(*FREE) as sandbox:
        _, *values = measure([python() / "python", DRT / "script.py", sandbox.host.removeprefix("http://"), KEY, source])
        state = sandbox.settled()
    assert state["contacts"] == rows, state
    return values


def drt(folder, source, rows):
    """One run for each of the syncs of benches/drt, and what became of the rows."""
    home = folder / "drt"
    results = []
    for sync, name in [("templates", "drt-core 1.2.1, fields named in a template"), ("sql", "drt-core 1.2.1, contacts made by DuckDB")]:
        shutil.copytree(DRT, home)
        (home / ".drt").mkdir()
        (home / "profiles.yml").rename(home / ".drt/profiles.yml")
        with Sandbox(*FREE) as sandbox:
            environment = {"HOME": str(home), "PATH": os.environ["PATH"], "DO_NOT_TRACK": "1", "HOST": sandbox.host, "KEY": KEY, "PROFILES": str(source)}
            command = [python() / "drt", "run", "--select", sync, "--output", "json"]
            output, *values = measure(command, cwd=home, env=environment)
            state = sandbox.settled()
        shutil.rmtree(home)
        said = json.loads(output)["syncs"][0]
        lists = state["lists"].get("3", {}).get("active", 0)
        said = ", ".join(f"{said[key]} {key}" for key in ("rows_extracted", "rows_synced", "rows_failed", "rows_skipped"))
        print(f"    drt {sync}: it says {said}; the sandbox has {state['contacts']:,} contacts, {lists:,} on list 3, of {state['imports']['batches']:,} imports")
        assert state["contacts"] == rows, state
        results.append((name, [values]))
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", choices=["million", "memory", "limits"])
    parser.add_argument("--rows", type=int, default=1_000_000, help="fewer, to try it")
    parser.add_argument("--speed", type=float, default=10, help="of the clock of the run at the limits")
    parser.add_argument("--drt", action="store_true")
    parser.add_argument("--script", action="store_true")
    parser.add_argument("--no-build", action="store_true")
    arguments = parser.parse_args()
    if not arguments.no_build:
        subprocess.run(["cargo", "build", "--release", "-p", "segue", "-p", "segue-benches"], cwd=ROOT, check=True)
    if arguments.drt or arguments.script:
        python()
    cores = os.cpu_count()
    print(f"{platform.processor() or platform.machine()}, {cores} cores, {time.strftime('%Y-%m-%d')}, medians of {arguments.repeats}, of drt one run")
    load()
    print()
    print(f"{'':<44}{'wall':>11}{'CPU':>11}{'peak':>11}")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        if arguments.only in (None, "million"):
            without_limits(folder, arguments.rows, arguments.repeats, arguments.drt, arguments.script)
        if arguments.only in (None, "memory"):
            without_limits(folder, 4_000_000, 1)
        if arguments.only in (None, "limits"):
            with_limits(folder, arguments.rows, arguments.speed)


if __name__ == "__main__":
    main()
