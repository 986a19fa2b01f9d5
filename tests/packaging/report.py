"""Checks with one line each, and their count at the end. REQUIRE_ALL=1 turns every skip into a failure."""

import os
import sys
import time
import traceback


class Skipped(Exception):
    """This machine does not allow the check; the text says why."""


class Report:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def line(self, word: str, name: str, why: str = "") -> None:
        print(f"{word:8} {name}{': ' + why if why else ''}", flush=True)

    def check(self, name: str, function, *arguments) -> bool:
        """Runs one check: it passes unless it raises. True when it passed."""
        begun = time.monotonic()
        try:
            function(*arguments)
        except Skipped as why:
            return self.skip(name, str(why))
        except Exception as fault:  # whatever goes wrong is a failure with its place
            place = traceback.extract_tb(fault.__traceback__)[-1]
            self.failed += 1
            self.line("FAILED", name, f"{fault} ({os.path.basename(place.filename)}:{place.lineno})")
            return False
        self.passed += 1
        took = time.monotonic() - begun
        self.line("ok", name, f"{took:.0f} s" if took >= 1 else "")
        return True

    def skip(self, name: str, why: str) -> bool:
        if os.environ.get("REQUIRE_ALL") == "1":
            self.failed += 1
            self.line("FAILED", name, f"skipped: {why}")
        else:
            self.skipped += 1
            self.line("skipped", name, why)
        return False

    def leave_out(self, name: str, why: str) -> None:
        """A check that what was asked for can't show, on whatever machine."""
        self.line("left out", name, why)

    def steps(self, journey) -> None:
        """Checks that stand on each other: methods named step_..., in the order they are written. One that fails or is
        skipped takes those with it that name it in their `needs`."""
        missed: set[str] = set()
        for name in vars(type(journey)):
            if not name.startswith("step_"):
                continue
            step = getattr(journey, name)
            needed = getattr(step, "needs", ())
            words = f"{journey.name}: {(step.__doc__ or name).strip()}"
            absent = [need for need in needed if need in missed]
            if absent:
                self.skip(words, f"it needs {absent[0].removeprefix('step_')}, which did not pass")
            if absent or not self.check(words, step):
                missed.add(name)

    def close(self) -> None:
        print(f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped")
        sys.exit(1 if self.failed else 0)


def needs(*steps: str):
    def mark(function):
        function.needs = tuple(f"step_{step}" for step in steps)
        return function

    return mark


def expect(holds: object, words: str) -> None:
    if not holds:
        raise AssertionError(words)
