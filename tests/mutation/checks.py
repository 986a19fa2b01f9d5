"""Finds the checks in a C++ source, and says how to take each of them out.

A mutant is text put around a piece of the source, so that `mutation::is(N)` switches the check off at run time:

    if (size > max) return std::unexpected(…);     if (!mutation::is(7) && (size > max)) return …
    if (!a || b) return false;                     each side of || counts as false, each side of && as true
    in.fail(error);                                if (!mutation::is(8)) in.fail(error);
    return verify_leaf(leaf);                      return mutation::passing(9, verify_leaf(leaf));
    in.bytes(key_bytes_max)                        in.bytes(mutation::unbounded(10, key_bytes_max))
    keys_.erase(node);                             if (!mutation::is(11)) keys_.erase(node);

The last is no check, but what must be forgotten (RFC 9420 §9.2) is as easily left out as what must be refused.
Assertions are not looked at: bytes of a peer never reach one.
"""

import re
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from mutation.cpp_text import Code, Span


# As many numbers as mutation.h has room for.
BLOCKS, BLOCK_SIZE = 4096, 256


@dataclass(frozen=True)
class Mutant:
    number: int
    file: Path
    line: int
    last_line: int
    function: str
    text: str  # what is taken out
    around: Span = field(repr=False)
    before: str = field(repr=False)
    behind: str = field(repr=False)

    def __str__(self) -> str:
        place = f" in {self.function}" if self.function else ""
        return f"{self.file}:{self.line}{place}: {self.text}"


_REFUSAL = re.compile(
    r"(?:co_)?return\s+(?:std::unexpected\b|false;|std::nullopt;|nullptr;|\w*Error::\w+;)|(?:[\w.>-]+(?:\.|->))?fail\("
)
_PASSED_ON = re.compile(r"(?:co_)?return\s+(\w+)(?:\.error\(\))?;")
_FAIL = re.compile(r"(?:[\w.>-]*\w(?:\.|->))?fail\(")
_STATEMENT = re.compile(r"(?:^|[;{})]|[^:]:|\belse)\s*$")
_UNEXPECTED = re.compile(r"\breturn std::unexpected\(")
_VERDICT = re.compile(r"\breturn\s+(?=(?:[\w.:>-]*\b)?(?:verify|check|judge|to_step|validate)\w*\()")
_RETURN = re.compile(r"\breturn\b")
_BOOL = re.compile(r"\bbool\s+\w+\s*=(?!=)")
_ASSIGNED = re.compile(r"(?<=\s)[\w.]+\s*([|&]?=)(?!=)(?=\s)")
_BOUND = re.compile(r"\b(?:bytes_owned|bytes|vector|read_vector)(?:<[^;{}]*?>)?\((?=[^()]*\b\w+_max\b)")
NO_BOUND = "vector_bytes_max"  # what the encoding itself can say
_BOUND_ALONE = re.compile(r"(?:[\w:]+\s*[+*-]\s*)*\w+_max(?:\s*[+*-]\s*[\w:]+)*")
_FORGET = re.compile(
    r"(?<=[\n;{)])\s*(?=(?:[\w.:>-]*\b)?(?:erase|clear|reset|erase_if|consume|wipe|forget_\w+)\([^;]*;)"
)


class _Finder:
    def __init__(self, file: Path, text: str, first_number: int):
        self.file = file
        self.source = Code(text)
        self.first_number = first_number
        self.found: list[Mutant] = []
        self.seen: set[tuple[Span, str]] = set()
        self.conditional: set[int] = set()  # where refusals stand that an `if` leads to

    def add(self, around: Span, before: str, behind: str = "", shown: Span | None = None) -> None:
        if (around, before) in self.seen:
            return
        self.seen.add((around, before))
        number = self.first_number + len(self.found)
        source = self.source
        self.found.append(
            Mutant(
                number=number,
                file=self.file,
                line=source.line(around.start),
                last_line=source.line(around.end),
                function=source.function(around.start),
                text=source.excerpt(shown or around),
                around=around,
                before=before.replace("#", str(number)),
                behind=behind.replace("#", str(number)),
            )
        )

    def find(self) -> list[Mutant]:
        self.conditions()
        self.failures()
        self.verdicts()
        self.truths()
        self.bounds()
        self.what_is_forgotten()
        return self.found

    # --- `if`

    def conditions(self) -> None:
        for found in re.finditer(r"\bif\s*\(", self.source.code):
            opening = found.end() - 1
            closing = self.source.closing(opening)
            refusal = self.refusal_behind(closing + 1)
            if refusal is None:
                continue
            self.conditional.add(refusal)
            inside = Span(opening + 1, closing)
            condition = self.source.split(";", inside)[-1]
            if declared := re.match(r"(?:const\s+)?auto[*&]?\s+(\w+)\s*=(?!=)", self.code(condition)):
                self.add(condition, "", f"; !::mutation::is(#) && {declared[1]}")
            else:
                self.operands(condition, whole=True)

    def code(self, span: Span) -> str:
        return self.source.code[span.start : span.end]

    # Where a refusal stands that the statement at `start` comes to, or None.
    def refusal_behind(self, start: int) -> int | None:
        statement = self.source.statement(start)
        if self.source.code[statement.start] != "{":
            return statement.start if self.is_refusal(statement, start) else None
        inside = self.source.statements(statement)
        for each in inside:
            if _FAIL.match(self.code(each)):
                return each.start
        return inside[-1].start if inside and self.is_refusal(inside[-1], start) else None

    def is_refusal(self, statement: Span, condition_end: int) -> bool:
        text = self.code(statement)
        if _REFUSAL.match(text):
            return True
        passed_on = _PASSED_ON.match(text)
        opening = self.source.code.rfind("if", 0, condition_end)
        return bool(passed_on and re.search(rf"!\s*{passed_on[1]}\b", self.source.code[opening:condition_end]))

    # Each side of || and &&, at any depth of brackets that hold nothing else.
    def operands(self, condition: Span, whole: bool) -> None:
        if whole and len(self.source.split("||", condition)) == 1:
            self.add(condition, "!::mutation::is(#) && (", ")")
        for separator, before in (("||", "(!::mutation::is(#) && ("), ("&&", "(::mutation::is(#) || (")):
            parts = self.source.split(separator, condition)
            if len(parts) > 1:
                for part in parts:
                    self.add(part, before, "))")
                    self.operands(part, whole=False)
                return
        inner = self.code(condition)
        if inner.startswith("(") and self.source.closing(condition.start) == condition.end - 1:
            self.operands(self.source.trimmed(condition.start + 1, condition.end - 1), whole=False)

    # --- refusals that no `if` leads to, such as those behind a switch

    def failures(self) -> None:
        for found in _FAIL.finditer(self.source.code):
            before = self.source.code[max(0, found.start() - 120) : found.start()]
            if found.start() not in self.conditional and _STATEMENT.search(before):
                self.add(self.source.statement(found.start()), "if (!::mutation::is(#)) ")
        for found in _UNEXPECTED.finditer(self.source.code):
            if found.start() not in self.conditional:
                self.add(self.source.statement(found.start()), "if (!::mutation::is(#)) ", " return {};")

    # --- what is returned

    def verdicts(self) -> None:
        for found in _VERDICT.finditer(self.source.code):
            end = self.source.statement(found.end()).end - 1
            called = self.source.code.index("(", found.end())
            if self.source.closing(called) == end - 1:
                self.add(Span(found.end(), end), "::mutation::passing(#, ", ")")

    def truths(self) -> None:
        for found in _RETURN.finditer(self.source.code):
            self.truth(found.end())
        for found in _BOOL.finditer(self.source.code):
            self.truth(found.end())
        for found in _ASSIGNED.finditer(self.source.code):
            value = self.truth(found.end())
            if found[1] == "|=":
                self.add(value, "(!::mutation::is(#) && (", "))")
            elif found[1] == "&=":
                self.add(value, "(::mutation::is(#) || (", "))")

    def truth(self, start: int) -> Span:
        end = self.source.find(";,", start, len(self.source.code))
        value = self.source.trimmed(start, end)
        if self.source.find("?", value.start, value.end) == value.end:
            self.operands(value, whole=False)
        return value

    # --- bounds, and what is forgotten

    def bounds(self) -> None:
        for found in _BOUND.finditer(self.source.code):
            closing = self.source.closing(found.end() - 1)
            for argument in self.source.split(",", Span(found.end(), closing)):
                if _BOUND_ALONE.fullmatch(self.code(argument)) and self.code(argument) != NO_BOUND:
                    self.add(argument, "::mutation::unbounded(#, ", ")")

    def what_is_forgotten(self) -> None:
        for found in _FORGET.finditer(self.source.code):
            statement = self.source.statement(found.end())
            self.add(statement, "if (!::mutation::is(#)) ")


def is_checked(file: Path, text: str) -> bool:
    """Whether the source belongs to what is shipped: tests, fuzzers and what only they include do not."""
    if re.search(r"(_test|_fuzz|_fixture)\.(cpp|h)$|^test_", file.name):
        return False
    opening = text.split("#pragma once")[0]
    return not re.search(r"\b[Tt]ests only|by tests only", opening)


def is_for_fuzzing_only(folder: Path) -> bool:
    lists = folder / "CMakeLists.txt"
    return lists.is_file() and lists.read_text().startswith("if(NOT SAMBAND_FUZZ)")


def number_blocks(files: list[Path]) -> dict[Path, int]:
    """The first number of each file, which stays what it is when checks come and go in other files: a build that was
    made before has but little to compile again."""
    blocks: dict[int, Path] = {}
    for file in files:
        block = zlib.crc32(str(file).encode()) % BLOCKS
        while block in blocks:
            block = (block + 1) % BLOCKS
        blocks[block] = file
    return {file: block * BLOCK_SIZE for block, file in blocks.items()}


def find_checks(root: Path, folder: Path) -> list[Mutant]:
    texts = {}
    for path in sorted((root / folder).rglob("*")):
        if path.suffix not in {".h", ".cpp"} or is_for_fuzzing_only(path.parent):
            continue
        text = path.read_text()
        file = path.relative_to(root)
        if is_checked(file, text):
            texts[file] = text
    mutants: list[Mutant] = []
    for file, first_number in number_blocks(list(texts)).items():
        found = _Finder(file, texts[file], first_number).find()
        assert len(found) <= BLOCK_SIZE, f"{file} has more checks than numbers"
        mutants += found
    return sorted(mutants, key=lambda mutant: (mutant.file, mutant.number))


def instrument(text: str, mutants: list[Mutant]) -> str:
    """The source with each mutant's text around its place. Lines stay where they are."""
    put: list[tuple[tuple[int, int, int], int, str]] = []
    for mutant in mutants:
        size = mutant.around.end - mutant.around.start
        put.append(((mutant.around.start, 1, -size), mutant.around.start, mutant.before))
        put.append(((mutant.around.end, 0, size), mutant.around.end, mutant.behind))
    out, at = [], 0
    for _, position, piece in sorted(put, key=lambda item: item[0]):
        out += [text[at:position], piece]
        at = position
    return "".join([*out, text[at:]])
