"""What `PROGRAM --help` says on every level, read into a tree: man pages and completions are made from it, so that they
can't say anything else than the programs do."""

import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

DESCRIPTION_COLUMN = 30  # where CLI11 begins what an entry says; longer names have it on the next line


@dataclass
class Entry:
    """An option, a positional argument or a subcommand."""

    names: list[str]
    argument: str = ""  # "" for a flag; else its kind, such as TEXT or SECONDS
    choices: list[str] = field(default_factory=list)
    default: str = ""
    is_required: bool = False
    says: str = ""


@dataclass
class Command:
    path: list[str]  # the program's name, then its subcommands
    says: str = ""
    usage: str = ""
    positionals: list[Entry] = field(default_factory=list)
    options: list[Entry] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)  # what groups of options ask for, in words
    examples: list[str] = field(default_factory=list)
    subcommands: list["Command"] = field(default_factory=list)

    def walk(self):
        yield self
        for command in self.subcommands:
            yield from command.walk()


def entry_of(spelled: str, says: str) -> Entry:
    """`--kind TEXT:{a,b} REQUIRED`, `-h,--help`, `FILE TEXT REQUIRED`, `add`."""
    is_required = " REQUIRED" in spelled
    spelled = re.sub(r" (REQUIRED|\.\.\.|Env:\S+|Needs:.*|Excludes:.*)", "", spelled).rstrip()
    names, _, argument = spelled.partition(" ")
    entry = Entry(names=names.split(","), is_required=is_required, says=says)
    if choices := re.search(r":\{([^}]*)\}", argument):
        entry.choices = [choice.split("->")[0] for choice in choices.group(1).split(",")]
        argument = argument.replace(choices.group(0), "")
    if "=" in argument:
        argument, entry.default = argument.split("=", 1)
    entry.argument = re.sub(r":.*| in \[.*", "", argument)
    return entry


def entries_of(lines: list[str]) -> list[Entry]:
    read: list[tuple[str, list[str]]] = []
    for line in lines:
        if line.startswith(" " * (DESCRIPTION_COLUMN - 2)):
            read[-1][1].append(line.strip())
        elif len(line) > DESCRIPTION_COLUMN and line[DESCRIPTION_COLUMN - 1] == " ":
            read.append((line[:DESCRIPTION_COLUMN].strip(), [line[DESCRIPTION_COLUMN:].strip()]))
        else:
            read.append((line.strip(), []))
    return [entry_of(spelled, " ".join(says)) for spelled, says in read]


def sections_of(text: str) -> dict[str, list[str]]:
    """Headings with the lines under them; what is inside an option group loses its indentation."""
    sections: dict[str, list[str]] = {"": []}
    heading, group = "", ""
    for line in text.splitlines():
        if found := re.fullmatch(r"\[Option Group: (.*)\]", line):
            heading = group = f"group {found.group(1)}"
            sections[heading] = []
            continue
        if group:
            line = line[2:] if line.startswith("  ") else line
        if line == "" or re.match(r"Examples?:", line):
            group = ""
        if re.fullmatch(r"(Options|Positionals|Subcommands):", line):
            heading = f"{group} {line[:-1]}".strip()
            sections[heading] = []
        elif found := re.match(r"Examples?:\s*(.*)", line):
            heading = "Example"
            sections[heading] = [found.group(1)] if found.group(1) else []
        elif line.strip():
            sections[heading].append(line)
    return sections


def command_of(path: list[str], text: str) -> Command:
    command = Command(path=path)
    sections = sections_of(text)
    for line in sections.pop(""):
        if line.startswith("Usage: "):
            command.usage = line.removeprefix("Usage: ")
        else:
            command.says = f"{command.says} {line.strip()}".strip()
    for heading, lines in sections.items():
        if heading.endswith("Options"):
            command.options += entries_of(lines)
        elif heading.endswith("Positionals"):
            command.positionals += entries_of(lines)
        elif heading.startswith("group"):
            command.groups += [line.strip().strip("[]") for line in lines]
    command.examples = [line.strip() for line in sections.get("Example", [])]
    return command


def help_of(program: Path, subcommands: list[str]) -> str:
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "LANGUAGE": "C"}
    asked = subprocess.run([program, *subcommands, "--help"], capture_output=True, text=True, timeout=30, check=True,
                           env=environment)
    return asked.stdout


def help_tree(program: Path, subcommands: list[str] | None = None) -> Command:
    subcommands = subcommands or []
    text = help_of(program, subcommands)
    command = command_of([program.name, *subcommands], text)
    for entry in entries_of(sections_of(text).get("Subcommands", [])):
        command.subcommands.append(help_tree(program, [*subcommands, entry.names[0]]))
    return command
