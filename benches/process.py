"""What the benchmarks share: programs to measure, and how one is measured."""

import os, pathlib, subprocess, sys, time

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
PROGRAMS = TARGET / "release"


def measure(command, may_end_with=(0,), **options):
    """Runs a command; returns its output, wall seconds, CPU seconds and peak MB."""
    began = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
    output = child.stdout.read()
    errors = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.monotonic() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in may_end_with:
        sys.exit(f"{command[0]} ended with {child.returncode}: {errors.decode()}{output.decode()[-2000:]}")
    return output, wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def python(name, requirements):
    """The folder of the programs of a Python environment with these requirements, made once and kept."""
    programs, stamp = TARGET / name / "venv/bin", TARGET / name / "installed.txt"
    if not stamp.exists() or stamp.read_text() != requirements:
        subprocess.run([sys.executable, "-m", "venv", "--clear", programs.parent], check=True)
        wanted = TARGET / name / "requirements.txt"
        wanted.write_text(requirements)
        subprocess.run([programs / "pip", "install", "-q", "--disable-pip-version-check", "-r", wanted], check=True)
        wanted.rename(stamp)
    return programs
