"""The checks whose absence nobody can notice, each with its reason: equivalent.txt."""

from pathlib import Path

from mutation.checks import Mutant

LIST = Path(__file__).with_name("equivalent.txt")


class Equivalents:
    def __init__(self, path: Path = LIST):
        self.path = path
        self.reasons: dict[tuple[str, str, str], str] = {}
        for line in path.read_text().splitlines():
            if line and not line.startswith("#"):
                file, function, text, reason = (part.strip() for part in line.split(" | "))
                self.reasons[file, function, text] = reason

    def reason(self, mutant: Mutant) -> str | None:
        return self.reasons.get((str(mutant.file), mutant.function, mutant.text))

    def stale(self, mutants: list[Mutant], folder: Path) -> list[str]:
        """Entries about files of `folder` that no longer name a check."""
        known = {(str(mutant.file), mutant.function, mutant.text) for mutant in mutants}
        return [
            " | ".join(key) for key in self.reasons if Path(key[0]).is_relative_to(folder) and key not in known
        ]
