"""Looks for plaintext on the disk: in every file below a folder, byte for byte."""

from pathlib import Path


def needles_of_file(content: bytes, piece: int = 48, count: int = 24) -> list[bytes]:
    """Pieces from all over a file, so that a copy of any good part of it is noticed."""
    step = max(1, (len(content) - piece) // count)
    return [content[at:at + piece] for at in range(0, len(content) - piece, step)]


def needles_of_text(text: str) -> list[bytes]:
    """The text as it is kept by programs that do not encrypt it: UTF-8, and UTF-16 for good measure."""
    return [text.encode("utf-8"), text.encode("utf-16-le")]


def find(folders: list[Path], needles: list[bytes]) -> list[tuple[Path, bytes]]:
    """Every file that holds a needle, with the needle."""
    found = []
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if not path.is_file() or path.is_symlink():
                continue
            content = path.read_bytes()
            name = str(path.relative_to(folder)).encode()
            found += [(path, needle) for needle in needles if needle in content or needle in name]
    return found


def bytes_below(folders: list[Path]) -> int:
    return sum(path.stat().st_size for folder in folders for path in folder.rglob("*") if path.is_file())
