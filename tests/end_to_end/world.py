"""A server and clients as real processes, for the tests beside this file. Everything is on loopback, in one
temporary folder, and ends with the test."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

PROGRAMS = Path(os.environ.get("SAMBAND_PROGRAMS", Path(__file__).parents[2] / "build/dev/bin"))
PARTNERS = [("3301", "Drammen"), ("3203", "Asker"), ("3201", "Bærum"), ("3303", "Kongsberg"), ("3305", "Ringerike")]
COMMAND_SECONDS_MAX = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Result:
    def __init__(self, done: subprocess.CompletedProcess):
        self.status = done.returncode
        self.out = done.stdout
        self.err = done.stderr

    def lines(self) -> list[dict]:
        return [json.loads(line) for line in self.out.splitlines()]


class Client:
    """One profile. `run` must succeed; `try_run` may not."""

    def __init__(self, world: "World", name: str):
        self.world = world
        self.name = name
        self.profile = world.folder / "profiles" / name
        self.agent: subprocess.Popen | None = None
        self.environment = {**os.environ, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}

    def command(self, *arguments: object) -> list[str]:
        return [str(PROGRAMS / "samband"), "--profile", str(self.profile), *map(str, arguments)]

    def try_run(self, *arguments: object, seconds: float = COMMAND_SECONDS_MAX, text: str | None = None) -> Result:
        return Result(subprocess.run(self.command(*arguments), capture_output=True, text=True, timeout=seconds,
                                     env=self.environment, input=text or ""))

    def run(self, *arguments: object) -> Result:
        result = self.try_run(*arguments)
        if result.status != 0:
            raise AssertionError(f"{self.name}: samband {' '.join(map(str, arguments))}: {result.status} {result.err}")
        return result

    def enrol(self, invitation: str) -> None:
        self.run("enrol", invitation, "--name", self.name, "--no-passphrase")

    def send(self, channel: str, text: str, *options: object) -> int:
        return int(self.run("send", channel, text, *options).out.split()[0])

    def read(self, channel: str) -> list[dict]:
        self.run("sync")
        return self.run("--json", "read", channel).lines()

    def start_agent(self, *command: str) -> subprocess.Popen:
        self.agent = subprocess.Popen(self.command("--json", *(command or ("agent",))), stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE, text=True, env=self.environment)
        deadline = time.monotonic() + 10
        while not (self.profile / "socket").exists() and time.monotonic() < deadline:
            time.sleep(0.02)  # until it serves those who come next
        return self.agent

    def stop_agent(self) -> None:
        if self.agent and self.agent.poll() is None:
            self.agent.send_signal(signal.SIGINT)
            try:
                self.agent.wait(20)
            except subprocess.TimeoutExpired:
                self.agent.kill()
                self.agent.wait()
        if self.agent:
            self.agent.stdout.close()
            self.agent.stderr.close()
        self.agent = None


class World:
    def __init__(self, partners: int, environment: dict | None = None):
        self.temporary = tempfile.TemporaryDirectory(prefix="samband-test-")
        self.folder = Path(self.temporary.name)
        self.environment = {**os.environ, **(environment or {})}
        self.config = self.folder / "server" / "sambandd.toml"
        self.process: subprocess.Popen | None = None
        self.clients: list[Client] = []
        self.ctl_words = [str(PROGRAMS / "sambandctl"), "--config", str(self.config)]
        self.port = free_port()
        subprocess.run([PROGRAMS / "sambandd", "init", "--dir", self.folder / "server", "--name", "localhost",
                        "--listen", f"127.0.0.1:{self.port}"], check=True, capture_output=True)
        self.log = open(self.folder / "server.log", "ab")
        self.start()
        if partners:
            self.import_partners(PARTNERS[:partners])

    def start(self) -> None:
        self.process = subprocess.Popen([PROGRAMS / "sambandd", "serve", "--config", self.config],
                                        stdout=subprocess.PIPE, stderr=self.log, text=True, env=self.environment)
        line = self.process.stdout.readline()
        if not line.startswith("ready "):
            raise AssertionError(f"not ready: {line!r}\n{(self.folder / 'server.log').read_text()[-3000:]}")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(30)
        self.process.stdout.close()
        return status

    def ctl(self, *arguments: object) -> Result:
        return Result(subprocess.run([*self.ctl_words, *map(str, arguments)], capture_output=True, text=True,
                                     timeout=COMMAND_SECONDS_MAX))

    def import_partners(self, partners: list[tuple[str, str]]) -> None:
        source = self.folder / "partners.csv"
        rows = "".join(f"Vest-Viken,municipality,{number},{name}\n" for number, name in partners)
        source.write_text("community,partner_kind,number,name\n" + rows, encoding="utf-8")
        result = self.ctl("--json", "partner", "import", source)
        if result.status != 0:
            raise AssertionError(result.err)
        self.invitations = {line["number"]: line["invitation"] for line in result.lines()}

    def enrolled(self, count: int) -> list[Client]:
        for number, name in PARTNERS[:count]:
            client = Client(self, f"Koordinator {name}")
            client.enrol(self.invitations[number])
            self.clients.append(client)
        return self.clients

    def close(self) -> None:
        for client in self.clients:
            client.stop_agent()
        if self.process and self.process.poll() is None:
            self.stop()
        self.log.close()
        self.temporary.cleanup()


class WorldTest(unittest.TestCase):
    """A test case with a world of its own for each test."""

    partners = 2
    environment: dict = {}

    def setUp(self) -> None:
        self.world = World(self.partners, self.environment)
        self.addCleanup(self.world.close)

    def wait_until(self, holds, seconds: float, what: str) -> None:
        deadline = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > deadline:
                self.fail(f"{what}: not within {seconds} s")
            time.sleep(0.1)


def main() -> None:
    unittest.main(module=sys.modules["__main__"], verbosity=2)
