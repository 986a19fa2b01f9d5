"""Man pages: what people wrote (the .in files beside this one) with the parts that the programs say themselves."""

import re

from help_tree import Command, Entry


def roff(text: str) -> str:
    text = text.replace("\\", "\\e").replace("-", "\\-").replace('"', "\\(dq")
    return "\\&" + text if text.startswith((".", "'")) else text


def heading(entry: Entry) -> str:
    """`--kind TEXT` with names in bold and the argument in italics."""
    if not entry.names[0].startswith("-"):
        return f"\\fI{roff(entry.names[0])}\\fR"
    spelled = ", ".join(f"\\fB{roff(name)}\\fR" for name in entry.names)
    argument = "|".join(entry.choices) or entry.argument
    return f"{spelled} \\fI{roff(argument)}\\fR" if argument else spelled


def described(entry: Entry) -> str:
    words = roff(entry.says)
    if entry.is_required and entry.names[0].startswith("-"):
        words += " (required)"
    if entry.default:
        words += f" (default: {roff(entry.default)})"
    return words


def entries(listed: list[Entry]) -> list[str]:
    lines = []
    for entry in listed:
        lines += [".TP", heading(entry), described(entry)]
    return lines


def is_help(entry: Entry) -> bool:
    return "--help" in entry.names


def synopsis(root: Command) -> str:
    lines = []
    for command in root.walk():
        if command.subcommands and command is not root:
            continue
        arguments = [heading(entry) for entry in command.options if entry.is_required]
        arguments += [heading(entry) if entry.is_required else f"[{heading(entry)}]" for entry in command.positionals]
        optional = any(not entry.is_required and not is_help(entry) for entry in command.options)
        if command is root and root.subcommands:
            arguments = ["\\fIcommand\\fR", "..."]
        spelled = " ".join([f"\\fB{roff(' '.join(command.path))}\\fR", *(["[options]"] if optional else []), *arguments])
        lines += [spelled, ".br"]
    return "\n".join(lines[:-1])


def sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith(".") else text + "."


def commands(root: Command) -> str:
    lines = []
    for command in root.walk():
        if command is root:
            continue
        lines += [f".SS \"{roff(' '.join(command.path))}\"", roff(sentence(command.says))]
        if command.groups:
            lines += [".br", roff(sentence("; ".join(group.strip() for group in command.groups)))]
        lines += entries(command.positionals) + entries([option for option in command.options if not is_help(option)])
        if command.examples and command.examples != root.examples:
            lines += [".PP", "Example:", ".PP", ".nf", ".RS", *(roff(example) for example in command.examples), ".RE",
                      ".fi"]
    return "\n".join(lines)


def settings(configuration: str) -> str:
    """The settings of a configuration file, each with the comment above it and its default."""
    lines, comment = [], []
    for line in configuration.splitlines():
        if line.startswith("#"):
            comment.append(line.lstrip("# ").rstrip())
        elif found := re.fullmatch(r"\[(.*)\]", line):
            lines += [f".SS \"[{roff(found.group(1))}]\""]
            comment = []
        elif found := re.fullmatch(r"(\w+) = (.*)", line):
            lines += [".TP", f"\\fB{roff(found.group(1))}\\fR = \\fI{roff(found.group(2))}\\fR",
                      *(roff(words) for words in comment)]
            comment = []
        else:
            comment = []
    return "\n".join(lines)


def page(source: str, version: str, date: str, root: Command | None, configuration: str) -> str:
    parts = {"VERSION": version, "DATE": date, "SETTINGS": settings(configuration)}
    if root:
        parts |= {"SYNOPSIS": synopsis(root), "COMMANDS": commands(root),
                  "OPTIONS": "\n".join(entries(root.options)[0:])}
    return re.sub(r"@([A-Z]+)@", lambda found: parts[found.group(1)], source)
