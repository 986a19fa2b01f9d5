"""Holds the ledger to what happens: a test that a row names fails when a check at the row's place is taken out."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from ledger.ledger_test import MLS, ROOT, quoted, rows_of
from mutation.checks import Mutant
from mutation.trial import Tests


class Finding(Enum):
    FAILS = "fails without the check"
    NOTICES_NOTHING = "NOTICES NOTHING that is taken out there"
    NO_CHECK = "there is nothing to take out there"
    ELSEWHERE = "is a test of another folder"


@dataclass(frozen=True)
class Claim:
    """One test of one row."""

    section: str
    rule: str
    places: tuple[str, ...]
    test: str

    def __str__(self) -> str:
        return f"{self.section} {self.rule}: {self.test}"


def claims() -> list[Claim]:
    return [
        Claim(row[0], row[1], tuple(quoted(row[2])), test)
        for row in rows_of((MLS / "README.md").read_text())
        for test in quoted(row[3])
    ]


def stands_at(mutant: Mutant, place: str) -> bool:
    file, _, function = place.partition(": ")
    same_file = mutant.file in (Path(file), (MLS / file).relative_to(ROOT))
    return same_file and (not function or mutant.function.split("::")[-1] == function or function in mutant.function)


def judge(claim: Claim, mutants: list[Mutant], tests: Tests, fails: Callable[[int, list], bool]) -> Finding:
    there = [mutant.number for mutant in mutants if any(stands_at(mutant, place) for place in claim.places)]
    named = tests.named(claim.test)
    if not named:
        return Finding.ELSEWHERE
    if not there:
        return Finding.NO_CHECK
    return Finding.FAILS if any(fails(number, named) for number in there) else Finding.NOTICES_NOTHING


def report(mutants: list[Mutant], tests: Tests) -> int:
    """One line for each claim that does not hold, a count of the others."""
    known: dict[tuple[int, str], bool] = {}

    def fails(number: int, named: list) -> bool:
        key = (number, named[0].name)
        if key not in known:
            known[key] = tests.notice(number, named)
        return known[key]

    counts = dict.fromkeys(Finding, 0)
    for claim in claims():
        finding = judge(claim, mutants, tests, fails)
        counts[finding] += 1
        if finding is not Finding.FAILS:
            print(f"{claim}: {finding.value}")
    print("; ".join(f"{count} {finding.value}" for finding, count in counts.items()))
    return 1 if counts[Finding.NOTICES_NOTHING] else 0
