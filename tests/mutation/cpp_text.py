"""C++ source as text with positions: enough to find statements and brackets, without a compiler."""

import re
from dataclasses import dataclass

OPENING = "([{"
CLOSING = ")]}"

_NOT_CODE = re.compile(
    r"""//[^\n]*"""
    r"""|/\*.*?\*/"""
    r"""|R"(?P<mark>[^()\s\\]*)\(.*?\)(?P=mark)\""""
    r"""|"(?:\\.|[^"\\\n])*\""""
    r"""|(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'"""  # not the separator in 1'000
    r"""|^[ \t]*\#(?:\\\n|[^\n])*""",
    re.DOTALL | re.MULTILINE | re.VERBOSE,
)

_CONTROL = {"if", "for", "while", "switch", "catch", "constexpr"}
_QUALIFIERS = re.compile(r"(?:\s*(?:const|noexcept|override|&&|&|->\s*[\w:<>, *]+))*\s*$")


def blank(text: str) -> str:
    """The text with comments, literals and preprocessor lines blanked out, every position kept."""
    return _NOT_CODE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


@dataclass(frozen=True)
class Span:
    start: int
    end: int


class Code:
    """A source file. `code` is its blanked text; positions in it are positions in `text`."""

    def __init__(self, text: str):
        self.text = text
        self.code = blank(text)
        self._partner = self._match_brackets()
        self._partner_of_closing = {end: start for start, end in self._partner.items()}
        self._headers = [(at, name) for at in self._partner if self.code[at] == "{" and (name := self._function_before(at))]

    def _match_brackets(self) -> dict[int, int]:
        partner, open_at = {}, []
        for at, char in enumerate(self.code):
            if char in OPENING:
                open_at.append(at)
            elif char in CLOSING and open_at:
                partner[open_at.pop()] = at
        return partner

    def closing(self, opening: int) -> int:
        """The position of the bracket that closes the one at `opening`."""
        return self._partner.get(opening, len(self.code))

    def line(self, at: int) -> int:
        return self.text.count("\n", 0, at) + 1

    def excerpt(self, span: Span) -> str:
        return " ".join(self.text[span.start : span.end].split())

    def trimmed(self, start: int, end: int) -> Span:
        while start < end and self.code[start].isspace():
            start += 1
        while end > start and self.code[end - 1].isspace():
            end -= 1
        return Span(start, end)

    def find(self, needles: str, start: int, end: int) -> int:
        """The first of the characters `needles` between `start` and `end` that is in no bracket; `end` if none."""
        at = start
        while at < end:
            if self.code[at] in needles:
                return at
            at = self.closing(at) + 1 if self.code[at] in OPENING else at + 1
        return end

    def split(self, separator: str, span: Span) -> list[Span]:
        """The parts of `span` between separators that are in no bracket."""
        parts, start, at = [], span.start, span.start
        while at < span.end:
            if self.code.startswith(separator, at):
                parts.append(self.trimmed(start, at))
                at += len(separator)
                start = at
            else:
                at = self.closing(at) + 1 if self.code[at] in OPENING else at + 1
        return [*parts, self.trimmed(start, span.end)]

    def statement(self, start: int) -> Span:
        """The statement that begins at `start` or behind the blanks there: a block or up to its semicolon."""
        start = self.trimmed(start, len(self.code)).start
        if self.code[start] == "{":
            return Span(start, self.closing(start) + 1)
        end = self.find(";}", start, len(self.code))
        return Span(start, end + 1)

    def statements(self, block: Span) -> list[Span]:
        """The statements of a block; what follows a control statement's brackets counts as one more."""
        found, at = [], block.start + 1
        while (at := self.trimmed(at, block.end - 1).start) < block.end - 1:
            end = at
            while end < block.end - 1 and self.code[end] != ";":
                if self.code[end] == "{":
                    end = self.closing(end)
                    break
                end = self.closing(end) + 1 if self.code[end] in OPENING else end + 1
            found.append(Span(at, end + 1))
            at = end + 1
        return found

    def function(self, at: int) -> str:
        """The name of the function around a position; empty outside of all."""
        around = [header for header in self._headers if header[0] < at < self.closing(header[0])]
        return max(around)[1] if around else ""

    def _function_before(self, opening: int) -> str:
        """The function whose body opens there, as in `name(…) const {`; empty for other blocks and for lambdas."""
        before = _QUALIFIERS.sub("", self.code[max(0, opening - 200) : opening])
        if not before.endswith(")"):
            return ""
        closing = self.code.rindex(")", 0, opening)
        parameters = self._partner_of_closing.get(closing, 0)
        name = re.search(r"((?:\w+::)*\w+)\s*$", self.code[max(0, parameters - 120) : parameters])
        return name[1] if name and name[1] not in _CONTROL else ""
