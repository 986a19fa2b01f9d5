"""Man pages and completions say what `--help` says. `--help` is read here in a way of its own, more simply than where the
pages are made."""

import gzip
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from package_checks import Packages, output
from report import Report, Skipped, expect

PROGRAMS = {"sambandd": ("server", "usr/sbin", 8), "sambandctl": ("server", "usr/sbin", 8), "samband": ("client", "usr/bin", 1)}


def help_of(program: Path, words: list[str]) -> str:
    done = subprocess.run([program, *words, "--help"], capture_output=True, text=True, check=True, timeout=30,
                          env={**os.environ, "LC_ALL": "C.UTF-8", "LANGUAGE": "C"})
    return done.stdout


def commands_of(program: Path, words: list[str]) -> dict[tuple[str, ...], set[str]]:
    """Each command with the options that its `--help` lists."""
    text = help_of(program, words)
    found = {tuple(words): set(re.findall(r"^ +(?:-\w,)?(--[a-z][a-z-]*)", text, re.M)) - {"--help"}}
    listed = text.split("\nSubcommands:\n")
    for name in re.findall(r"^  ([a-z][a-z-]*)", listed[1].split("\n\n")[0], re.M) if len(listed) > 1 else []:
        found |= commands_of(program, [*words, name])
    return found


def of_programs(packages: Packages):
    for name, (kind, folder, _) in PROGRAMS.items():
        program = packages.deb(kind) / folder / name
        try:
            found = commands_of(program, [])
        except subprocess.CalledProcessError as fault:
            raise Skipped(f"{name} of the deb does not run here: {fault.stderr.strip()}") from fault
        expect(len(found) > 3, f"{name} --help lists {len(found)} commands")
        yield name, found


def page_text(packages: Packages, name: str) -> str:
    kind, _, section = PROGRAMS[name]
    page = gzip.open(packages.deb(kind) / f"usr/share/man/man{section}/{name}.{section}.gz", "rt").read()
    return page.replace("\\-", "-")


def section_of(page: str, title: str) -> str:
    """What stands under a heading of a man page, up to the next one."""
    found = re.search(rf'^\.S[SH] "?{re.escape(title)}"?\n(.*?)(?=^\.S[SH] |\Z)', page, re.M | re.S)
    expect(found, f"no section {title}")
    return found[1]


def options_in(section: str) -> set[str]:
    return set(re.findall(r"\\fB(--[a-z][a-z-]*)\\fR", section))


def pages_match_help(packages: Packages) -> None:
    for name, commands in of_programs(packages):
        page = page_text(packages, name)
        for words, options in commands.items():
            title = " ".join([name, *words]) if words else "OPTIONS"
            listed = options_in(section_of(page, title)) - {"--help"}
            expect(listed == options, f"{name}.{PROGRAMS[name][2]}, {title}: differs from --help in {listed ^ options}")
        extra = set(re.findall(rf'^\.SS "{name} (.*)"', page, re.M)) - {" ".join(words) for words in commands}
        expect(not extra, f"the page of {name} has commands that do not exist: {extra}")


def pages_are_well_formed(packages: Packages) -> None:
    if not shutil.which("man"):
        raise Skipped("there is no man here")
    for kind, page in [(kind, page) for kind in ("server", "client") for page in packages.deb(kind).glob("usr/share/man/man*/*")]:
        done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", page], capture_output=True, text=True,
                              env={**os.environ, "LC_ALL": "C.UTF-8", "MANROFFSEQ": "", "MANWIDTH": "80"})
        expect(done.returncode == 0 and not done.stderr, f"{page.name}: {done.stderr}")


def settings_are_all_there(packages: Packages) -> None:
    text = (packages.deb("server") / "etc/samband/sambandd.toml").read_text()
    page = gzip.open(packages.deb("server") / "usr/share/man/man5/sambandd.toml.5.gz", "rt").read()
    settings = re.findall(r"^(\w+) = ", text, re.M)
    expect(len(settings) > 10, f"{len(settings)} settings")
    for setting in settings:
        expect(rf"\fB{setting}\fR" in page, f"sambandd.toml.5 does not have {setting}")


def bash_offers(script: Path, line: str) -> set[str]:
    """What pressing the tabulator after `line` offers."""
    asked = subprocess.run(
        ["bash", "--norc", "-c", 'source "$1"; read -ra COMP_WORDS <<<"$2"; COMP_WORDS+=(""); COMP_CWORD=$((${#COMP_WORDS[@]}-1)); '
         '"_${COMP_WORDS[0]}"; printf "%s\\n" "${COMPREPLY[@]}"', "bash", script, line],
        capture_output=True, text=True, check=True, timeout=30)
    expect(not asked.stderr, asked.stderr)
    return set(asked.stdout.split())


def bash_completes(packages: Packages) -> None:
    for name, commands in of_programs(packages):
        script = packages.deb(PROGRAMS[name][0]) / "usr/share/bash-completion/completions" / name
        for words, options in commands.items():
            offered = bash_offers(script, " ".join([name, *words]))
            below = {other[-1] for other in commands if other and list(other[:-1]) == list(words)}
            expect(below | options <= offered, f"after {name} {' '.join(words)} bash lacks {(below | options) - offered}")
    offered = bash_offers(packages.deb("client") / "usr/share/bash-completion/completions/samband", "samband channel create --kind")
    expect(offered == {"discussion", "guidance"}, f"after --kind bash offers {offered}")


def fish_completes(packages: Packages) -> None:
    if not shutil.which("fish"):
        raise Skipped("there is no fish here")
    with tempfile.TemporaryDirectory() as home:
        for name, commands in of_programs(packages):
            script = packages.deb(PROGRAMS[name][0]) / f"usr/share/fish/vendor_completions.d/{name}.fish"
            lines = [f"complete -C '{' '.join([name, *words, ''])}'; echo ==" for words in commands]
            asked = subprocess.run(["fish", "--no-config", "-c", f"source {script}; " + "; ".join(lines)], capture_output=True,
                                   text=True, timeout=120, env={"HOME": home, "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"})
            expect(asked.returncode == 0, asked.stderr)
            for words, offered in zip(commands, asked.stdout.split("==\n")):
                below = {other[-1] for other in commands if other and list(other[:-1]) == list(words)}
                has = {line.split("\t")[0].strip() for line in offered.splitlines()}
                expect(below <= has, f"after {name} {' '.join(words)} fish lacks {below - has}")


def zsh_completes(packages: Packages) -> None:
    if not shutil.which("zsh"):
        raise Skipped("there is no zsh here")
    for name, commands in of_programs(packages):
        script = packages.deb(PROGRAMS[name][0]) / f"usr/share/zsh/vendor-completions/_{name}"
        output("zsh", "-n", script)
        text = script.read_text()
        for words, options in commands.items():
            function = "_" + "_".join(word.replace("-", "_") for word in [name, *words])
            body = re.search(rf"^{function}\(\) {{\n(.*?)^}}", text, re.M | re.S)
            expect(body, f"zsh has nothing for {name} {' '.join(words)}")
            below = {other[-1] for other in commands if other and list(other[:-1]) == list(words)}
            for word in below:
                expect(re.search(rf"['(\s]{word}:", body[1]), f"after {name} {' '.join(words)} zsh lacks {word}")
            for option in options:
                expect(f"{option}[" in body[1], f"after {name} {' '.join(words)} zsh lacks {option}")


def check(report: Report, packages: Packages) -> None:
    report.check("man pages say what --help says", pages_match_help, packages)
    report.check("man pages are well formed", pages_are_well_formed, packages)
    report.check("sambandd.toml(5) has every setting", settings_are_all_there, packages)
    report.check("bash completes every command and option", bash_completes, packages)
    report.check("fish completes every command", fish_completes, packages)
    report.check("zsh completes every command and option", zsh_completes, packages)
