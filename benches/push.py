#!/usr/bin/env python3
"""Measures `segue push` against the sandbox in another process and prints a table.

    benches/push.py            the table of docs/benchmarks.md
    benches/push.py --drt      also runs drt-core from PyPI beside it
    benches/push.py --only limits

Needs Linux and a release build, which it makes. Wall time, CPU time and peak memory are those of the measured process
alone, as the kernel counts them.
"""

import argparse, json, os, pathlib, platform, statistics, subprocess, sys, tempfile, time, urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
PROGRAMS = TARGET / "release"
KEY = "sandbox-key"
COLUMNS = [
    "--email", "Email", "--first-name", "FirstName", "--last-name", "LastName", "--phone", "Phone",
    "--field", "City=City", "--field", "Customer number=CustomerNumber", "--field", "Lifetime value=LifetimeValue",
    "--field", "Birthday=Birthday", "--tag-column", "Orders",
]


def measure(command, **options):
    """Runs a command; returns its output, wall seconds, CPU seconds and peak MB."""
    began = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
    output = child.stdout.read()
    errors = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.monotonic() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in (0, 3):
        sys.exit(f"{command[0]} ended with {child.returncode}: {errors.decode()}")
    return output, wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


class Sandbox:
    def __init__(self, *options):
        self.process = subprocess.Popen(
            [PROGRAMS / "segue", "sandbox", "--port", "0", *options], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self.host = self.process.stdout.readline().decode().split()[1]

    def get(self, path):
        with urllib.request.urlopen(self.host + path) as answer:
            return json.load(answer)

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
    output, wall, cpu, memory = measure(command, env={"SEGUE_API_KEY": KEY, "PATH": os.environ["PATH"]})
    return json.loads(output), wall, cpu, memory


def profiles(path, rows, changed=None):
    subprocess.run([PROGRAMS / "profiles", path, str(rows), *([str(changed)] if changed else [])], check=True)


def row(name, values, target):
    walls, cpus, memories = zip(*values)
    wall, cpu, memory = statistics.median(walls), statistics.median(cpus), max(memories)
    print(f"{name:<44}{wall:>9.2f} s{cpu:>9.2f} s{memory:>8.0f} MB   {target}", flush=True)
    return wall


def without_limits(folder, rows, repeats):
    free = ["--no-limits", "--import-rate", "1e12", "--queue-delay", "0", "--speed", "1000"]
    first, again, changed, loops = [], [], [], []
    source, other = folder / f"{rows}.parquet", folder / f"{rows}-changed.parquet"
    profiles(source, rows)
    profiles(other, rows, 100)
    options = ["--no-limits", "--max-profiles", str(rows)]
    for repeat in range(repeats):
        state = folder / f"state-{rows}-{repeat}"
        with Sandbox(*free) as sandbox:
            report, *values = push(sandbox, source, state, *options)
            assert report["created"] == rows, report
            first.append(values)
            report, *values = push(sandbox, source, state, *options)
            assert report["unchanged"] == rows, report
            again.append(values)
            report, *values = push(sandbox, other, state, *options)
            assert report["updated"] == rows // 100, report
            changed.append(values)
        with Sandbox(*free) as sandbox:
            loops.append(measure([PROGRAMS / "plain_loop", sandbox.host, KEY, str(rows // 250)])[1:])
    count = f"{rows:,}"
    is_million = rows == 1_000_000
    ours = row(f"{count} created", first, "at most 6 s, 3.3 CPU-s, 250 MB" if is_million else "at most 250 MB")
    row(f"{count} unchanged", again, "at most 2.5 s" if is_million else "")
    row(f"{count}, 1% changed", changed, "at most 3 s" if is_million else "")
    loop = row("plain loop of pre-built bodies", loops, "the physical limit")
    print(f"    created takes {ours / loop:.2f} times as long as the plain loop; the sandbox took {rows / loop:,.0f} contacts a second from it")


def with_limits(folder, rows):
    speed = 60
    source = folder / f"{rows}-limits.parquet"
    profiles(source, rows)
    with Sandbox("--speed", str(speed), "--import-rate", "5000") as sandbox:
        report, wall, cpu, memory = push(sandbox, source, folder / "state-limits", "--speed", str(speed))
        assert report["created"] == rows, report
        limits = sandbox.get("/sim/state")["limits"]
    floor = rows / 250 / 100 * 60 / speed
    row(f"{rows:,} at the documented limits, {speed} times as fast", [(wall, cpu, memory)], f"{wall / floor:.3f} x the floor of {floor:.1f} s; at most 1.02")
    print(f"    requests over a limit: {sum(budget['refused'] for budget in limits.values())}; peaks: " + ", ".join(f"{name} {budget['peak']}/{budget['limit']}" for name, budget in limits.items()))


def drt(folder, rows):
    environment = folder / "drt"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    subprocess.run([environment / "bin/pip", "install", "-q", "drt-core==1.2.1", "duckdb", "pyarrow"], check=True)
    print((environment / "bin/drt").exists() and "drt-core 1.2.1 is installed in " + str(environment))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", choices=["million", "memory", "limits"])
    arguments = parser.parse_args()
    subprocess.run(["cargo", "build", "--release", "-p", "segue", "-p", "segue-benches"], cwd=ROOT, check=True)
    cores = os.cpu_count()
    print(f"{platform.processor() or platform.machine()}, {cores} cores, {time.strftime('%Y-%m-%d')}, medians of {arguments.repeats}\n")
    print(f"{'':<44}{'wall':>11}{'CPU':>11}{'peak':>11}")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        if arguments.only in (None, "million"):
            without_limits(folder, 1_000_000, arguments.repeats)
        if arguments.only in (None, "memory"):
            without_limits(folder, 4_000_000, 1)
        if arguments.only in (None, "limits"):
            with_limits(folder, 1_000_000)


if __name__ == "__main__":
    main()
