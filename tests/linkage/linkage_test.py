"""The server can't open a message because the code that could is not in it: read from the linker's own map."""

import sys
from pathlib import Path

PRIVATE_GROUP = "libcrypto.mls.group.a"


def holds(program_map: Path) -> bool:
    return PRIVATE_GROUP in program_map.read_text(errors="replace")


def main() -> int:
    folder = Path(sys.argv[1])
    faults = []
    if holds(folder / "sambandd.map"):
        faults.append("sambandd holds code of crypto/mls/group")
    if not holds(folder / "samband.map"):
        faults.append("samband holds nothing of crypto/mls/group: this test no longer sees it")
    for fault in faults:
        print(fault)
    print(f"{2 - len(faults)} passed, {len(faults)} failed")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
