"""The portable deb packages on Debian 13: none of the libraries of Debian 12, and OpenSSL under the name that Ubuntu has too."""

import json
import re
import shutil
from pathlib import Path

from debian_journey import DROP_IN, TOOLS, until
from machine import Machine, unpacked_root
from report import expect, needs

RELEASE = "trixie"
LIBRARIES = ["libssl3t64", "libgcc-s1"]


class Journey:
    name = "portable"

    def __init__(self, packages: list[Path], work: Path, cache: Path):
        self.packages, self.work, self.cache = packages, work, cache
        self.machine: Machine | None = None

    def close(self) -> None:
        if self.machine:
            self.machine.__exit__()

    def step_boot(self):
        """Debian 13 comes up with systemd as process 1"""
        machine = Machine(unpacked_root(self.cache, self.work / RELEASE, TOOLS + LIBRARIES, RELEASE))
        drop_in = machine.root / "etc/systemd/system/service.d/trial.conf"
        drop_in.parent.mkdir(parents=True)
        drop_in.write_text(DROP_IN)
        self.machine = machine.__enter__()

    @needs("boot")
    def step_install(self):
        """the packages are installed, and the programs find all they need"""
        for package in self.packages:
            shutil.copy(package, self.machine.root / "root")
        told = self.machine.run("dpkg", "-i", *(f"/root/{package.name}" for package in self.packages)).out
        expect("sambandctl setup" in told, told)
        for program in ("/usr/sbin/sambandd", "/usr/sbin/sambandctl", "/usr/bin/samband"):
            libraries = self.machine.run("ldd", program).out
            expect("not found" not in libraries and "libstdc++" not in libraries and "librocksdb" not in libraries, libraries)

    @needs("install")
    def step_message(self):
        """a server is set up, a partner enrols and reads what it wrote"""
        self.machine.run("sambandctl", "setup", "--name", "localhost", "--listen", "127.0.0.1:8443", "--self-signed")
        until(lambda: self.machine.shown("sambandd.service", "ActiveState") == "active", "sambandd.service is active")
        made = self.machine.run("sambandctl", "--json", "partner", "add", "--kind", "municipality", "--number", "3301", "--name",
                                "Drammen").out
        client = ["samband", "--profile", "/root/anna"]
        self.machine.run(*client, "enrol", re.search(r'samband-invite:[^"\s]+', made)[0], "--name", "Anna", "--no-passphrase")
        self.machine.run(*client, "channel", "create", "SSU", "--kind", "discussion", "--partners", "3301")
        self.machine.run(*client, "send", "SSU", "Kan vi møtes torsdag?")
        read = self.machine.run(*client, "--json", "read", "SSU").out.splitlines()
        expect([json.loads(line)["text"] for line in read] == ["Kan vi møtes torsdag?"], f"read: {read}")
