"""Runs the real programs: one server, and a profile for each client."""

import json
import os
import queue
import signal
import subprocess
import threading
import time
from pathlib import Path

COMMAND_SECONDS_MAX = 60


class StepFailed(Exception):
    """A step of the demonstration did not hold."""


class Server:
    def __init__(self, programs: Path, folder: Path):
        self.programs = programs
        self.folder = folder
        self.config = folder / "sambandd.toml"
        self.process = None
        self.address = ""

    def init(self) -> str:
        return run([self.programs / "sambandd", "init", "--dir", self.folder, "--name", "localhost",
                    "--listen", "127.0.0.1:0"]).strip()

    def start(self) -> None:
        self.log = open(self.folder.parent / "sambandd.log", "ab")
        self.process = subprocess.Popen([self.programs / "sambandd", "serve", "--config", self.config],
                                        stdout=subprocess.PIPE, stderr=self.log, text=True)
        line = read_line(self.process, 20)
        if not line.startswith("ready "):
            raise StepFailed(f"sambandd did not become ready: {line!r}; see {self.log.name}")
        self.address = line.split()[2]

    def stop(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            status = self.process.wait(20)
            if status != 0:
                raise StepFailed(f"sambandd ended with status {status}")

    def ctl(self, *arguments: object) -> str:
        return run([self.programs / "sambandctl", "--config", self.config, *arguments])


class Client:
    """One staff member's profile on one device, locked by a passphrase."""

    def __init__(self, programs: Path, folder: Path, secrets: Path, partner: str, staff: str, device: str):
        self.program = programs / "samband"
        self.folder = folder
        self.partner = partner
        self.staff = staff
        self.device = device
        self.passphrase_file = secrets / f"{folder.name}.passphrase"
        self.passphrase_file.write_text(f"samband demo {folder.name}\n")
        self.passphrase_file.chmod(0o600)

    def command(self, *arguments: object) -> list:
        return [self.program, "--profile", self.folder, "--passphrase-file", self.passphrase_file, *arguments]

    def run(self, *arguments: object, cwd: Path | None = None) -> str:
        return run(self.command(*arguments), cwd)

    def json(self, *arguments: object) -> list[dict]:
        return [json.loads(line) for line in self.run("--json", *arguments).splitlines()]

    def enrol(self, invitation: str) -> None:
        self.run("enrol", invitation, "--name", self.staff, "--device", self.device)


class Follower:
    """A client that stays connected; each line it prints is stamped with the time at which it came."""

    def __init__(self, client: Client, *arguments: object):
        self.client = client
        self.lines: queue.Queue = queue.Queue()
        self.process = subprocess.Popen(client.command("--json", *arguments), stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self) -> None:
        for line in self.process.stdout:
            self.lines.put((time.monotonic(), json.loads(line)))

    def wait_for(self, wanted, seconds: float) -> tuple[float, dict]:
        """The first line that `wanted` accepts, and when it came."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                stamped = self.lines.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                why = "" if self.process.poll() is None else ": " + self.process.stderr.read().strip()
                raise StepFailed(f"{self.client.partner}: nothing came in {seconds:.0f} s{why}") from None
            if wanted(stamped[1]):
                return stamped

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(20)


def run(command: list, cwd: Path | None = None) -> str:
    """Standard output of a command that must succeed."""
    words = [str(word) for word in command]
    environment = {**os.environ, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
    result = subprocess.run(words, capture_output=True, text=True, timeout=COMMAND_SECONDS_MAX, cwd=cwd,
                            env=environment, stdin=subprocess.DEVNULL)
    if result.returncode != 0:
        raise StepFailed(f"{' '.join(words[:1] + words[5:])} ended with {result.returncode}: {result.stderr.strip()}")
    return result.stdout


def read_line(process: subprocess.Popen, seconds: float) -> str:
    lines: queue.Queue = queue.Queue()
    threading.Thread(target=lambda: lines.put(process.stdout.readline()), daemon=True).start()
    try:
        return lines.get(timeout=seconds).strip()
    except queue.Empty:
        raise StepFailed(f"no line within {seconds:.0f} s") from None
