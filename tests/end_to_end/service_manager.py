"""What systemd does for sambandd, done by the test: it owns the listening sockets, passes them on, hears how the service
fares, and starts it again. The protocols are those of sd_listen_fds(3) and sd_notify(3)."""

import os
import select
import socket
import subprocess
import sys
import time
from pathlib import Path

# Runs in the process that becomes the server: LISTEN_PID is its own number, and the sockets begin at 3.
LAUNCH = """
import fcntl, os, sys
given = [int(text) for text in sys.argv[1].split(",") if text]
high = [fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, 100) for number in given]
for number in given:
    os.close(number)
for place, number in enumerate(high):
    os.dup2(number, 3 + place)
os.environ["LISTEN_PID"] = str(os.getpid())
os.environ["LISTEN_FDS"] = str(len(high))
if "WATCHDOG_USEC" in os.environ and "WATCHDOG_PID" not in os.environ:
    os.environ["WATCHDOG_PID"] = str(os.getpid())
os.execv(sys.argv[2], sys.argv[2:])
"""


def listening_socket(host: str = "127.0.0.1", port: int = 0) -> socket.socket:
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((host, port))
    made.listen(128)
    return made


class ServiceManager:
    def __init__(self, folder: Path, sockets: list[tuple[str, socket.socket]]):
        self.sockets = sockets
        self.path = folder / "notify"
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(str(self.path))
        self.heard: list[tuple[float, dict[str, str]]] = []

    def start(self, command: list, environment: dict | None = None, **options) -> subprocess.Popen:
        numbers = [made.fileno() for _, made in self.sockets]
        variables = {**os.environ, "NOTIFY_SOCKET": str(self.path),
                     "LISTEN_FDNAMES": ":".join(name for name, _ in self.sockets), **(environment or {})}
        return subprocess.Popen([sys.executable, "-c", LAUNCH, ",".join(map(str, numbers)), *map(str, command)],
                                pass_fds=numbers, env=variables, text=True, **options)

    def listen(self, seconds: float = 0) -> None:
        """Takes in what the service has said, and says within `seconds`."""
        deadline = time.monotonic() + seconds
        while select.select([self.notify], [], [], max(0, deadline - time.monotonic()))[0]:
            text = self.notify.recv(65536).decode()
            self.heard.append((time.monotonic(), dict(line.split("=", 1) for line in text.splitlines())))

    def wait_for(self, seconds: float, **fields: str) -> dict[str, str] | None:
        """The first message, of those not yet taken, that has these fields; it and all before it are taken."""
        deadline = time.monotonic() + seconds
        while True:
            for place, (_, message) in enumerate(self.heard):
                if all(message.get(name) == value for name, value in fields.items()):
                    del self.heard[: place + 1]
                    return message
            if time.monotonic() > deadline:
                return None
            self.listen(0.05)

    def close(self) -> None:
        self.notify.close()
        for _, made in self.sockets:
            made.close()
