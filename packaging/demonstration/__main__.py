"""packaging/demo calls this; run with --help for its options."""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from demonstration.programs import StepFailed
from demonstration.scenario import COMMITTEE_CHANNEL, GUIDANCE_CHANNEL, Scenario


def show_commands(scenario: Scenario) -> None:
    first = scenario.clients[0]
    samband = " ".join(str(word) for word in first.command())
    print("It runs on. Commands to try (each client has a profile and a passphrase file):\n")
    for words in (f"read '{COMMITTEE_CHANNEL}'", f"send '{COMMITTEE_CHANNEL}' 'Hei fra {first.partner}'",
                  "guidance list", "channel list", f"channel members '{GUIDANCE_CHANNEL}'", "partners", ""):
        print(f"  {samband} {words}")
    print(f"\n  {scenario.server.programs}/sambandctl --config {scenario.server.config} status\n")
    print("Press Enter to stop it and delete the folder.")
    try:
        input()
    except (EOFError, KeyboardInterrupt):
        pass


def main() -> int:
    parser = argparse.ArgumentParser(prog="packaging/demo", description="samband at work, on loopback")
    parser.add_argument("--programs", type=Path, required=True, help="the folder of sambandd, sambandctl and samband")
    parser.add_argument("--keep", action="store_true", help="leave it running and print commands to try by hand")
    parser.add_argument("--partners", type=int, help="fewer partners, at least 5 (default: all 23)")
    options = parser.parse_args()
    if options.partners and options.partners < 5:
        parser.error("--partners: at least 5")

    folder = Path(tempfile.mkdtemp(prefix="samband-demo-"))
    scenario = Scenario(options.programs.resolve(), folder, options.partners)
    try:
        scenario.run()
        if options.keep:
            show_commands(scenario)
        status = 0
    except (StepFailed, KeyboardInterrupt) as failure:
        print(f"packaging/demo: a step did not hold: {failure}", file=sys.stderr)
        log = folder / "sambandd.log"
        if log.exists():
            print("".join(log.read_text().splitlines(keepends=True)[-15:]), file=sys.stderr)
        status = 1
    try:
        scenario.stop()
    except (StepFailed, TimeoutError) as failure:
        print(f"packaging/demo: {failure}", file=sys.stderr)
        status = 1
    shutil.rmtree(folder, ignore_errors=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
