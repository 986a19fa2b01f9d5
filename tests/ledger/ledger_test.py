"""The ledger of crypto/mls/README.md names places and tests that exist.

A row is `| section | what must be | file: function | Suite.Test |`; several places or tests stand with commas between.
Files are meant from crypto/mls or from the root.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
MLS = ROOT / "crypto" / "mls"
HEADING = "| § | what must be | where | tests |"
ROWS_MIN = 190  # a table that is no longer read would be a table without faults
TEST = re.compile(r"^TEST(?:_F|_P)?\(\s*(\w+)\s*,\s*(\w+)\s*\)", re.MULTILINE)


def tests_that_exist() -> set[str]:
    sources = [path for top in ("crypto", "storage", "server", "client") for path in (ROOT / top).rglob("*_test.cpp")]
    return {f"{suite}.{name}" for path in sources for suite, name in TEST.findall(path.read_text())}


def rows_of(text: str) -> list[list[str]]:
    lines = text.splitlines()
    rows = []
    for line in lines[lines.index(HEADING) + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def fault_of_place(place: str) -> str | None:
    file, _, function = place.partition(": ")
    paths = [path for path in (MLS / file, ROOT / file) if path.is_file()]
    if not paths:
        return f"no file {file}"
    if function and not re.search(rf"\b{re.escape(function)}\b", paths[0].read_text()):
        return f"no {function} in {file}"
    return None


def faults_of(row: list[str], tests: set[str]) -> list[str]:
    if len(row) != 4:
        return [f"{len(row)} columns"]
    places, named = quoted(row[2]), quoted(row[3])
    faults = [fault for fault in map(fault_of_place, places) if fault]
    faults += [f"no test {name}" for name in named if name not in tests]
    if not places:
        faults.append("no place")
    if not named:
        faults.append("no test")
    return faults


def main() -> int:
    rows = rows_of((MLS / "README.md").read_text())
    tests = tests_that_exist()
    failed = 0
    for row in rows:
        faults = faults_of(row, tests)
        failed += bool(faults)
        for fault in faults:
            print(f"{' | '.join(row[:2])}: {fault}")
    if len(rows) < ROWS_MIN:
        print(f"only {len(rows)} rows were read, {ROWS_MIN} at least were expected")
        failed += 1
    print(f"{len(rows)} rows: {len(rows) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
