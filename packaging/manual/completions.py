"""Completions for bash, zsh and fish, from the tree of `--help`."""

import re
import shlex

from help_tree import Command, Entry

FOLDERS = ("DIR", "DIRECTORY")


def words(path: list[str]) -> str:
    return " ".join(path[1:])


def options_of(command: Command, root: Command) -> list[Entry]:
    """Those of the command, and those that stand before every command."""
    own = {name for option in command.options for name in option.names}
    return command.options + [option for option in root.options
                              if command is not root and not own & set(option.names)]


def names_of(command: Command, root: Command) -> list[str]:
    return [name for option in options_of(command, root) for name in option.names]


def bash(root: Command) -> str:
    program = root.path[0]
    cases, takes, choices = [], set(), []
    for command in root.walk():
        offered = [sub.path[-1] for sub in command.subcommands] + names_of(command, root)
        cases.append(f"    {shlex.quote(words(command.path))}) offered={shlex.quote(' '.join(offered))} ;;")
        for option in command.options:
            if option.argument:
                takes.update(option.names)
            if option.choices:
                for name in option.names:
                    choices.append(f"    {shlex.quote(f'{words(command.path)} {name}'.strip())}) "
                                   f"choices={shlex.quote(' '.join(option.choices))} ;;")
    commands = " ".join(shlex.quote(words(command.path)) for command in root.walk() if command.path[1:])
    return f"""# bash completion for {program}
_{program}() {{
  local word path='' offered='' choices='' i is_value=''
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}}
  local -a commands=({commands})
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${{COMP_WORDS[i]}}
    if [[ -n $is_value ]]; then is_value=''; continue; fi
    case $word in {'|'.join(sorted(takes)) or '--'}) is_value=yes; continue ;; esac
    for command in "${{commands[@]}}"; do
      if [[ "${{path:+$path }}$word" == "$command" ]]; then path=$command; break; fi
    done
  done
  if [[ -n $is_value ]]; then
    case "${{path:+$path }}$previous" in
{chr(10).join(choices)}
    *) ;;
    esac
    if [[ -n $choices ]]; then mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$current"); fi
    return
  fi
  case $path in
{chr(10).join(cases)}
  esac
  mapfile -t COMPREPLY < <(compgen -W "$offered" -- "$current")
}}
complete -o default -F _{program} {program}
"""


def escaped(text: str) -> str:
    return re.sub(r"([\\\[\]:])", r"\\\1", text)


def zsh_option(option: Entry) -> list[str]:
    says = escaped(option.says)
    if not option.argument:
        action = ""
    elif option.choices:
        action = f":{option.argument.lower()}:({' '.join(option.choices)})"
    elif option.argument in FOLDERS:
        action = ":folder:_files -/"
    else:
        action = f":{option.argument.lower()}:_files"
    return [shlex.quote(f"{name}[{says}]{action}") for name in option.names]


def zsh(root: Command) -> str:
    program = root.path[0]
    functions = []
    for command in root.walk():
        name = "_" + "_".join(word.replace("-", "_") for word in command.path)
        specs = [spec for option in options_of(command, root) for spec in zsh_option(option)]
        if command.subcommands:
            listed = " ".join(shlex.quote(f"{sub.path[-1]}:{escaped(sub.says)}") for sub in command.subcommands)
            cases = "\n".join(f"      {sub.path[-1]}) {name}_{sub.path[-1].replace('-', '_')} ;;"
                              for sub in command.subcommands)
            functions.append(f"""{name}() {{
  local state line
  local -a commands=({listed})
  _arguments -C {' '.join(specs)} '1: :->command' '*:: :->rest'
  case $state in
  command) _describe command commands ;;
  rest)
    case $line[1] in
{cases}
    esac
    ;;
  esac
}}
""")
        else:
            functions.append(f"{name}() {{\n  _arguments {' '.join(specs)} '*:file:_files'\n}}\n")
    return f"#compdef {program}\n" + "\n".join(functions) + f'\n_{program} "$@"\n'


def fish_quote(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def fish_condition(command: Command, root: Command) -> str:
    """True where the command line stands in exactly this command."""
    if command is root:
        return "__fish_use_subcommand"
    seen = "; and ".join(f"__fish_seen_subcommand_from {word}" for word in command.path[1:])
    below = " ".join(sub.path[-1] for sub in command.subcommands)
    return seen + (f"; and not __fish_seen_subcommand_from {below}" if below else "")


def fish(root: Command) -> str:
    program = root.path[0]
    lines = [f"# fish completion for {program}"]
    for command in root.walk():
        condition = fish_quote(fish_condition(command, root))
        for sub in command.subcommands:
            lines.append(f"complete -c {program} -n {condition} -f -a {sub.path[-1]} -d {fish_quote(sub.says)}")
        for option in command.options:
            where = "" if command is root else f" -n {condition}"
            spelled = "".join(f" -l {name[2:]}" if name.startswith("--") else f" -s {name[1:]}" for name in option.names)
            takes = " -r" if option.argument else ""
            if option.choices:
                takes += f" -f -a {fish_quote(' '.join(option.choices))}"
            lines.append(f"complete -c {program}{where}{spelled}{takes} -d {fish_quote(option.says)}")
    return "\n".join(lines) + "\n"
