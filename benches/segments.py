#!/usr/bin/env python3
"""Measures segments against DuckDB on the same Parquet files and prints a table.

    benches/segments.py               10,000,000 profiles and 20,000,000 purchases
    benches/segments.py --profiles 1000000

Needs Linux and a release build, which it makes unless told `--no-build`. Each figure is of one whole process, as the
kernel counts it: Segue opens its state, checks the definition and counts; DuckDB (from PyPI) does the same by SQL in Python.
Both use two threads. The two take turns, and every answer is compared.
"""

import argparse, os, pathlib, platform, statistics, subprocess, sys, tempfile, time

from process import PROGRAMS, ROOT, measure, python

DUCKDB = "duckdb==2.0.1"
NOW = "2026-11-26"

DATA = """
SET threads = 2;
SET preserve_insertion_order = false;
CREATE MACRO dice(row, number, sides) AS (hash(row, number) % sides)::BIGINT;
COPY (
    SELECT printf('C%08d', i) AS customer_id,
           printf('person.%x@%s', hash(i), ['example.com', 'example.org', 'mail.example'][1 + dice(i, 1, 3)]) AS email,
           printf('Name %d', dice(i, 2, 100000)) AS name,
           ['Brazil', 'Norway', 'Germany', 'Poland', 'Japan', 'Chile', 'Kenya', 'Canada'][1 + dice(i, 3, 8)] AS country,
           printf('City %d', dice(i, 4, 5000)) AS city,
           CASE WHEN dice(i, 5, 10) > 0 THEN dice(i, 6, 100000)::INTEGER END AS points,
           (dice(i, 7, 2000000) / 100)::DECIMAL(12, 2) AS spent,
           DATE '1940-01-01' + dice(i, 8, 25000)::INTEGER AS born,
           TIMESTAMP '2021-01-01' + INTERVAL 1 SECOND * dice(i, 9, 186000000) AS seen,
           dice(i, 10, 4) = 0 AS vip
    FROM range({profiles}) AS numbers(i)
) TO '{folder}/profiles.parquet' (FORMAT parquet);
COPY (
    SELECT i AS purchase_id,
           printf('C%08d', dice(i, 11, {profiles})) AS customer_id,
           (dice(i, 12, 40000) / 100)::DECIMAL(12, 2) AS amount,
           DATE '2024-11-27' + dice(i, 13, 730)::INTEGER AS bought,
           ['web', 'shop', 'phone'][1 + dice(i, 14, 3)] AS channel
    FROM range({purchases}) AS numbers(i)
) TO '{folder}/purchases.parquet' (FORMAT parquet);
"""

FILTERS = """
version: 1
rules:
  - all:
      - {column: country, one_of: [Brazil, Norway, Japan]}
      - {column: email, ends_with: "@example.com"}
      - {column: points, at_least: 20000}
      - {column: spent, between: [100, 15000]}
      - {column: born, before: 1990-01-01}
      - {column: vip, is: true}
"""
FILTERS_SQL = """
SELECT count(*) FROM profiles
WHERE country IN ('Brazil', 'Norway', 'Japan') AND email LIKE '%@example.com' AND points >= 20000
  AND spent BETWEEN 100 AND 15000 AND born < DATE '1990-01-01' AND vip
"""
BUYERS = """
version: 1
rules:
  - all:
      - related: purchases
        where:
          all:
            - {column: amount, more_than: 100}
            - {column: bought, between: [2025-11-27, 2026-11-26]}
        count: {at_least: 3}
"""
BUYERS_SQL = """
SELECT count(*) FROM profiles
WHERE customer_id IN (
    SELECT customer_id FROM purchases
    WHERE amount > 100 AND bought BETWEEN DATE '2025-11-27' AND DATE '2026-11-26'
    GROUP BY customer_id HAVING count(*) >= 3
)
"""
TOTALS = """
version: 1
rules:
  - all:
      - {column: country, is: Brazil}
      - related: purchases
        sum: {of: amount, more_than: 500}
"""
TOTALS_SQL = """
SELECT count(*) FROM profiles
WHERE country = 'Brazil'
  AND customer_id IN (SELECT customer_id FROM purchases GROUP BY customer_id HAVING sum(amount) > 500)
"""
QUESTIONS = [
    ("six conditions", FILTERS, FILTERS_SQL, "at most 1.0 x DuckDB's CPU"),
    ("3 purchases over 100 in a year", BUYERS, BUYERS_SQL, "at most 1.2 x DuckDB's CPU, 1 GB"),
    ("Brazil, purchases over 500 in all", TOTALS, TOTALS_SQL, ""),
]

ASK = """
import duckdb, sys
duckdb.execute("SET threads = 2; SET enable_progress_bar = false")
for table in ("profiles", "purchases"):
    duckdb.execute(f"CREATE VIEW {table} AS SELECT * FROM '{sys.argv[1]}/{table}.parquet'")
print(duckdb.execute(sys.argv[2]).fetchone()[0])
"""


def segue(state, *arguments):
    return [PROGRAMS / "segue", *arguments, "--state", state, "--threads", "2"]


def row(name, values):
    walls, cpus, memories = zip(*values)
    wall, cpu, memory = statistics.median(walls), statistics.median(cpus), max(memories)
    print(f"{name:<48}{wall:>9.2f} s{cpu:>9.2f} s{memory:>8.0f} MB", flush=True)
    return cpu


def compare(folder, state, duckdb, repeats):
    for number, (name, definition, sql, aim) in enumerate(QUESTIONS):
        file = folder / f"question{number}.yaml"
        file.write_text(definition)
        ours, theirs = [], []
        for _ in range(repeats):
            said, *values = measure(segue(state, "segments", "count", file))
            theirs_said, *their_values = measure([duckdb, "-c", ASK, folder, sql])
            members = int(theirs_said)
            assert said.decode().strip() == f"{members:,}", (name, said, members)
            ours.append(values)
            theirs.append(their_values)
        cpu = row(f"{name}: Segue", ours)
        their_cpu = row(f"{name}: DuckDB", theirs)
        print(f"    {members:,} members; {cpu / their_cpu:.2f} times DuckDB's CPU time; {aim}")


def saved(folder, state, repeats):
    """A saved segment: refreshed into its snapshot, then counted and asked about."""
    subprocess.run(segue(state, "segments", "create", "saved", folder / "question0.yaml"), check=True, stdout=subprocess.DEVNULL)
    refreshed = [measure(segue(state, "segments", "refresh", "saved"))[1:] for _ in range(repeats)]
    row("six conditions: refresh of the saved segment", refreshed)
    file = folder / "member.yaml"
    file.write_text("version: 1\nrules:\n  - all:\n      - {member_of: saved}\n")
    row("count of those who are in the saved segment", [measure(segue(state, "segments", "count", file))[1:] for _ in range(repeats)])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profiles", type=int, default=10_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--data", type=pathlib.Path, help="a folder for the files, made once and kept")
    parser.add_argument("--no-build", action="store_true")
    arguments = parser.parse_args()
    if not arguments.no_build:
        subprocess.run(["cargo", "build", "--release", "--workspace"], cwd=ROOT, check=True)
    duckdb = python("duckdb", DUCKDB) / "python"
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, {time.strftime('%Y-%m-%d')}, {DUCKDB}, medians of {arguments.repeats}")
    print("load averages: " + " ".join(f"{load:.2f}" for load in os.getloadavg()))
    with tempfile.TemporaryDirectory() as name:
        folder, state = arguments.data or pathlib.Path(name), pathlib.Path(name) / "state"
        folder.mkdir(exist_ok=True)
        if not (folder / "purchases.parquet").exists():
            made = DATA.format(profiles=arguments.profiles, purchases=2 * arguments.profiles, folder=folder)
            subprocess.run([duckdb, "-c", "import duckdb, sys; duckdb.execute(sys.argv[1])", made], check=True)
        for table, options in [
            ("profiles", ["--key", "customer_id"]),
            ("purchases", ["--relate", "customer_id=profiles.customer_id"]),
        ]:
            command = segue(state, "tables", "add", table, folder / f"{table}.parquet", *options)
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        print(f"\n{'':<48}{'wall':>11}{'CPU':>11}{'peak':>11}")
        compare(folder, state, duckdb, arguments.repeats)
        saved(folder, state, arguments.repeats)


if __name__ == "__main__":
    sys.exit(main())
