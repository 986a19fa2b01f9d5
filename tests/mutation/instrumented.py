"""A copy of the sources with every check under a number, built once."""

import re
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

from mutation.checks import Mutant, instrument

HEADER = Path(__file__).with_name("mutation.h")
NOT_COPIED = {"build", "tests", "node_modules"}
ROUNDS_MAX = 8


class BuildError(Exception):
    pass


class InstrumentedBuild:
    """`home` is a build folder of its own; what is in it already is used again."""

    def __init__(self, root: Path, folder: Path, home: Path, jobs: int):
        self.root, self.folder, self.jobs = root, folder, jobs
        self.sources, self.objects = home / "source", home / "objects"
        self.output = ""

    def program(self, target: str) -> Path:
        return self.objects / "bin" / target

    def test_targets(self) -> list[str]:
        """One program of tests for each folder that has tests, the folder's own first."""
        lists = sorted((self.root / self.folder).rglob("CMakeLists.txt"))
        named = [path for path in lists if re.search(r"^\s*TESTS\b", path.read_text(), re.MULTILINE)]
        return [".".join(path.parent.relative_to(self.root).parts) + ".test" for path in named]

    def make(self, mutants: list[Mutant]) -> list[Mutant]:
        """Builds the tests with all mutants that compile, and returns those."""
        self._copy_tree()
        for _ in range(ROUNDS_MAX):
            self._write_instrumented(mutants)
            self._configure()
            if self._compile():
                return mutants
            broken = self._broken(mutants)
            if not broken:
                raise BuildError(self.output[-4000:])
            mutants = [mutant for mutant in mutants if mutant not in broken]
        raise BuildError(f"still not compiling after {ROUNDS_MAX} rounds:\n{self.output[-4000:]}")

    # Files that are the same keep their time, so that only what changed is compiled again.
    def _copy_tree(self) -> None:
        wanted = set()
        for top in sorted(self.root.iterdir()):
            if top.name.startswith(".") or top.name in NOT_COPIED:
                continue
            for path in [top] if top.is_file() else sorted(top.rglob("*")):
                if path.is_file() and "__pycache__" not in path.parts:
                    wanted.add(path.relative_to(self.root))
        for path in [path for path in self.sources.rglob("*") if path.is_file()]:
            if path.relative_to(self.sources) not in wanted:
                path.unlink()
        for file in wanted:
            if file.is_relative_to(self.folder) and file.suffix in {".h", ".cpp"}:
                continue  # comes instrumented
            self._write(file, (self.root / file).read_bytes())
            shutil.copymode(self.root / file, self.sources / file)

    def _write(self, file: Path, content: bytes) -> None:
        path = self.sources / file
        if path.is_file() and path.read_bytes() == content:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def _write_instrumented(self, mutants: list[Mutant]) -> None:
        of_file = defaultdict(list)
        for mutant in mutants:
            of_file[mutant.file].append(mutant)
        for path in sorted((self.root / self.folder).rglob("*")):
            if path.suffix in {".h", ".cpp"}:
                file = path.relative_to(self.root)
                self._write(file, instrument(path.read_text(), of_file[file]).encode())

    def _configure(self) -> None:
        # As in day-to-day builds, with warnings off: what is put around a check is not written for eyes.
        flags = f"-O1 -g0 -D_GLIBCXX_ASSERTIONS -w -include {HEADER}"
        command = ["cmake", "-S", self.sources, "-B", self.objects, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=None"]
        command += [f"-DCMAKE_CXX_FLAGS={flags}", "-DSAMBAND_END_TO_END=OFF", "-DSAMBAND_WARNINGS_ARE_ERRORS=OFF"]
        self._run(command)

    def _run(self, command: list) -> None:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            raise BuildError(done.stdout[-4000:])

    def _compile(self) -> bool:
        command = ["ninja", "-C", self.objects, "-k0", f"-j{self.jobs}", *self.test_targets()]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.output = done.stdout
        return done.returncode == 0

    # The mutants on lines that the compiler complains of; where it names none, those of all lines it mentions.
    def _broken(self, mutants: list[Mutant]) -> set[Mutant]:
        place = re.escape(str(self.sources)) + r"/(\S+?):(\d+)"
        for pattern in (place + r":\d+: error:", place):
            lines = {(Path(file), int(line)) for file, line in re.findall(pattern, self.output)}
            broken = {
                mutant
                for mutant in mutants
                for file, line in lines
                if mutant.file == file and mutant.line <= line <= mutant.last_line
            }
            if broken:
                return broken
        return set()
