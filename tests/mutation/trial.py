"""Runs the tests that reach a check while the check is taken out."""

import os
import re
import resource
import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

TIMEOUT_SECONDS = 20  # and ten times what the tests take when nothing is taken out
MEMORY_BYTES_MAX = 4 << 30
QUICK_SECONDS = 0.3


class TrialError(Exception):
    pass


@dataclass(frozen=True)
class Test:
    program: Path
    name: str

    def __str__(self) -> str:
        return self.name


@dataclass
class Outcome:
    passed: bool
    failed: list[str]
    ended_in: str | None = None  # the test that was running when the process ended or had to be ended
    skipped: bool = False


def run(program: Path, names: Iterable[str], environment: dict[str, str], timeout: float, fail_fast: bool) -> Outcome:
    command = [program, "--gtest_filter=" + ":".join(names), "--gtest_color=no"]
    command += ["--gtest_fail_fast"] if fail_fast else []
    with tempfile.TemporaryFile("w+", errors="replace") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=os.environ | environment)
        resource.prlimit(process.pid, resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
        resource.prlimit(process.pid, resource.RLIMIT_CORE, (0, 0))
        try:
            process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        output.seek(0)
        text = output.read()
    failed = re.findall(r"^\[  FAILED  \] (\S+?),? .*\(\d+ ms\)$", text, re.MULTILINE)
    ended_in = None
    if "Global test environment tear-down" not in text:
        ended_in = (re.findall(r"^\[ RUN      \] (\S+)$", text, re.MULTILINE) or [None])[-1]
        failed += [ended_in] if ended_in and ended_in not in failed else []
    return Outcome(process.returncode == 0, failed, ended_in, "[  SKIPPED ]" in text)


class Tests:
    """The tests of some programs: how long each takes, and which checks it reaches."""

    def __init__(self, programs: list[Path], shared: Path, jobs: int):
        self.programs = programs
        self.jobs = jobs
        self.environment = {"SAMBAND_SHARED": str(shared)}
        self.seconds: dict[Test, float] = {}
        self.reaching: dict[int, list[Test]] = defaultdict(list)
        self.skipped: list[Test] = []

    def _names(self, program: Path) -> list[str]:
        listed = subprocess.run([program, "--gtest_list_tests"], stdout=subprocess.PIPE, text=True, check=True).stdout
        names, suite = [], ""
        for line in listed.splitlines():
            word = line.split("#")[0].strip()
            if line.startswith(" "):
                names.append(suite + word)
            elif word.endswith("."):
                suite = word
        return names

    def trace(self) -> None:
        """Runs every test by itself with nothing taken out."""
        tests = [Test(program, name) for program in self.programs for name in self._names(program)]
        with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(self.jobs) as pool:
            traces = [Path(folder) / str(i) for i in range(len(tests))]
            failed = [test for test in pool.map(self._trace_one, tests, traces) if test]
            for test, trace in zip(tests, traces):
                for number in trace.read_text().split() if trace.is_file() else []:
                    self.reaching[int(number)].append(test)
        if failed:
            raise TrialError("fails with nothing taken out: " + ", ".join(map(str, failed)))

    def _trace_one(self, test: Test, trace: Path) -> Test | None:
        begun = time.monotonic()
        outcome = run(test.program, [test.name], self.environment | {"MUTATION_TRACE": str(trace)}, 600, True)
        self.seconds[test] = time.monotonic() - begun
        if outcome.skipped:
            self.skipped.append(test)
        return None if outcome.passed else test

    def named(self, name: str) -> list[Test]:
        """The tests of that name; several where it has parameters."""
        suite, test = name.split(".")
        instance = re.compile(rf"(?:\w+/)?{suite}\.{test}(?:/\w+)?")
        return [each for each in self.seconds if instance.fullmatch(each.name)]

    def notice(self, number: int, tests: list[Test]) -> bool:
        """Whether one of these, all of one program, fails without the check."""
        reached = [test for test in tests if test in self.reaching.get(number, [])]
        seconds = sum(self.seconds[test] for test in reached)
        names = [test.name for test in reached]
        return bool(names) and not self._run_without(number, reached[0].program, names, seconds, True).passed

    def first_to_notice(self, number: int) -> list[str]:
        """The first test found that fails without the check, in a list; empty when none does."""
        for program, names, seconds in self._batches(number):
            outcome = self._run_without(number, program, names, seconds, fail_fast=True)
            if not outcome.passed:
                return outcome.failed[:1] or ["(the program as a whole)"]
        return []

    def all_that_notice(self, number: int) -> list[str]:
        noticed: list[str] = []
        for program, names, seconds in self._batches(number):
            while names:
                outcome = self._run_without(number, program, names, seconds, fail_fast=False)
                noticed += outcome.failed
                # Where the process ended, the tests behind that one have yet to run.
                names = names[names.index(outcome.ended_in) + 1 :] if outcome.ended_in in names else []
        return noticed

    def _run_without(self, number: int, program: Path, names: list[str], seconds: float, fail_fast: bool) -> Outcome:
        environment = self.environment | {"MUTANT": str(number)}
        return run(program, names, environment, TIMEOUT_SECONDS + 10 * seconds, fail_fast)

    # Quick tests of a program together, then the slow ones each by itself.
    def _batches(self, number: int) -> list[tuple[Path, list[str], float]]:
        tests = self.reaching.get(number, [])
        quick, slow = defaultdict(list), []
        for test in tests:
            if self.seconds[test] < QUICK_SECONDS:
                quick[test.program].append(test)
            else:
                slow.append(test)
        groups = [*quick.values(), *([test] for test in sorted(slow, key=self.seconds.__getitem__))]
        return [
            (group[0].program, [test.name for test in group], sum(self.seconds[test] for test in group))
            for group in groups
        ]
