"""What goes wrong when a server is operated: each ends in one line that says what has happened and what to do."""

import os
import re
import subprocess
import time
import unittest
import urllib.error
import urllib.request
from pathlib import Path

from world import PROGRAMS, World, free_port, main

NOBODY = 65534

# Stands between the server and its wall clock.
CLOCK_SOURCE = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
extern "C" int clock_gettime(clockid_t clock, struct timespec* out) {
  typedef int (*real_type)(clockid_t, struct timespec*);
  static real_type real = (real_type)dlsym(RTLD_NEXT, "clock_gettime");
  int result = real(clock, out);
  if (clock == CLOCK_REALTIME) out->tv_sec += atol(getenv("SAMBAND_TEST_CLOCK_OFFSET_S"));
  return result;
}
"""


class FaultTest(unittest.TestCase):
    """A server that was made and does not run."""

    def setUp(self) -> None:
        self.world = World(0)
        self.addCleanup(self.world.close)
        self.world.stop()
        self.server = self.world.folder / "server"

    def serve(self, config: Path | None = None, *options: object, **how) -> subprocess.CompletedProcess:
        return subprocess.run([PROGRAMS / "sambandd", "serve", "--config", config or self.world.config, *options],
                              capture_output=True, text=True, timeout=30, **how)

    def refused(self, *words: str, done: subprocess.CompletedProcess | None = None, **how) -> str:
        done = done or self.serve(**how)
        lines = done.stderr.splitlines()
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(len(lines), 1, done.stderr)
        self.assertRegex(lines[0], r"^sambandd: .+: .+")
        self.assertEqual(done.stdout, "")
        for word in words:
            self.assertIn(word, lines[0])
        return lines[0]

    def replace(self, old: str, new: str) -> None:
        text = self.world.config.read_text()
        self.assertIn(old, text)
        self.world.config.write_text(text.replace(old, new))

    def openssl(self, *words: object) -> None:
        subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)

    def new_pair(self, folder: Path) -> None:
        folder.mkdir()
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                     "/CN=localhost", "-keyout", folder / "key", "-out", folder / "certificate")


class Configured(FaultTest):
    def test_as_it_is_installed(self):
        self.replace('name = "localhost"', 'name = ""')
        self.refused("has not been set up", "run sambandctl setup")

    def test_the_port_is_taken(self):
        other = World(0)
        self.addCleanup(other.close)
        self.replace(f'listen = "127.0.0.1:{self.world.port}"', f'listen = "127.0.0.1:{other.port}"')
        self.refused(f"127.0.0.1:{other.port} is taken", "stop the program that listens there")


    def test_the_folder_of_the_admin_socket_is_missing(self):
        self.replace('sambandctl.sock"', 'absent/sambandctl.sock"')
        self.refused("absent/sambandctl.sock is missing", "systemctl start sambandd")


class Keys(FaultTest):
    def test_a_certificate_with_another_key(self):
        self.new_pair(self.world.folder / "other")
        (self.server / "certificate.pem").write_text((self.world.folder / "other/certificate").read_text())
        self.refused("is not the key of the certificate", "install the pair")

    def test_an_expired_certificate(self):
        self.openssl("req", "-new", "-key", self.server / "certificate.key", "-subj", "/CN=localhost", "-out",
                     self.world.folder / "request")
        self.openssl("x509", "-req", "-in", self.world.folder / "request", "-signkey", self.server / "certificate.key",
                     "-days", "-1", "-out", self.server / "certificate.pem")
        self.refused("has expired", "renew it")

    def test_a_key_that_others_can_read(self):
        for name in ("certificate.key", "log.key"):
            for mode in (0o644, 0o640):
                (self.server / name).chmod(mode)
                self.refused(name, "can be read by others", "chmod 600")
            (self.server / name).chmod(0o600)

    def test_a_key_that_is_missing_or_none(self):
        key = self.server / "certificate.key"
        key.write_text("no key\n")
        self.refused("no private key can be read", "PEM file")
        key.unlink()
        self.refused("is missing or out of reach", "certificate.key")

    @unittest.skipIf(os.geteuid() != 0, "needs root to become another user")
    def test_a_key_that_the_servers_user_can_not_read(self):
        self.world.folder.chmod(0o755)
        for path in (self.server, *self.server.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
        for name, user in (("certificate.key", "private key"), ("log.key", "log key")):
            os.chown(self.server / name, 0, 0)
            said = self.refused(name, user, "can't be read by the user nobody", "run chown nobody", user=NOBODY, group=NOBODY,
                                extra_groups=[], done=None)
            self.assertNotIn("PEM", said)
            os.chown(self.server / name, NOBODY, NOBODY)


class Stores(FaultTest):
    @unittest.skipIf(os.geteuid() != 0, "needs root to give files away")
    def test_a_store_of_another_user(self):
        os.chown(self.server / "store", NOBODY, NOBODY)
        self.refused("belongs to the user nobody", "run chown -R root")
        os.chown(self.server / "store", 0, 0)
        os.chown(self.server / "chunks" / "CURRENT", NOBODY, NOBODY)
        self.refused("chunks/CURRENT belongs to the user nobody", "run chown -R root")

    def test_a_store_of_a_newer_format(self):
        for store in ("store", "chunks"):
            file = self.server / store / "samband-store"
            good = file.read_text()
            file.write_text(re.sub(r"format \d+", "format 999", good))
            self.refused(store, "written by a newer sambandd", "install that version")
            file.write_text(good)

    def test_two_servers_on_one_store(self):
        self.world.start()
        second = self.server / "second.toml"
        text = self.world.config.read_text().replace("sambandctl.sock", "second.sock")
        text = re.sub(r'listen = "127\.0\.0\.1:\d+"', lambda _: f'listen = "127.0.0.1:{free_port()}"', text)
        second.write_text(text)
        self.refused("is in use", "stop that one first", done=self.serve(second))

    def test_no_store_where_the_configuration_says(self):
        self.replace('store = "store"', 'store = "elsewhere"')
        self.refused("there is no samband store in", "correct the path")


class Clock(FaultTest):
    def setUp(self) -> None:
        super().setUp()
        self.shim = self.world.folder / "clock.so"
        subprocess.run(["g++", "-x", "c++", "-shared", "-fPIC", "-o", self.shim, "-", "-ldl"], input=CLOCK_SOURCE, text=True,
                       check=True, capture_output=True)

    def at(self, seconds: int) -> dict:
        return {"env": {**os.environ, "LD_PRELOAD": str(self.shim), "SAMBAND_TEST_CLOCK_OFFSET_S": str(seconds)}}

    def test_a_clock_from_before_the_program_was_built(self):
        self.refused("before this program was built", "set the clock", **self.at(-20 * 365 * 86400))

    def test_a_clock_from_before_the_stores_newest_entry(self):
        hour = 3600
        self.world.environment |= self.at(2 * hour)["env"]
        self.world.start()  # its clock is ahead: so is the store then
        self.world.import_partners([("3301", "Drammen")])
        self.world.stop()
        self.refused("but the store was last written at", "--clock-is-right")
        self.world.environment = dict(os.environ)
        process = subprocess.Popen([PROGRAMS / "sambandd", "serve", "--config", self.world.config, "--clock-is-right"],
                                   stdout=subprocess.PIPE, stderr=self.world.log, text=True)
        self.assertTrue(process.stdout.readline().startswith("ready "))
        process.terminate()
        self.assertEqual(process.wait(20), 0)
        process.stdout.close()


class Disk(unittest.TestCase):
    """On a disk of 64 MiB."""

    def setUp(self) -> None:
        self.world = World(2)
        self.addCleanup(self.world.close)
        self.world.stop()
        self.server = self.world.folder / "server"
        self.small = self.world.folder / "small"
        self.small.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", self.small], capture_output=True, text=True)
        if mounted.returncode != 0:
            self.skipTest("no tmpfs can be mounted here: " + mounted.stderr.strip())
        self.addCleanup(subprocess.run, ["umount", "-l", self.small], check=True)
        for store in ("store", "chunks"):
            subprocess.run(["cp", "-a", self.server / store, self.small / store], check=True)
        text = self.world.config.read_text().replace('store = "store"', f'store = "{self.small}/store"')
        self.world.config.write_text(text.replace('chunks = "chunks"', f'chunks = "{self.small}/chunks"'))
        self.filler = self.small / "filler"

    def set_reserve(self, size: int) -> None:
        self.world.config.write_text(re.sub(r"disk_reserve_bytes = \d+", f"disk_reserve_bytes = {size}",
                                            self.world.config.read_text()))

    def fill(self, left: int = 0) -> None:
        """Until `left` bytes are free."""
        with open(self.filler, "ab") as out:
            room = os.statvfs(self.small)
            out.write(b"x" * max(0, room.f_bavail * room.f_frsize - left))

    def readiness(self) -> str:
        port = re.search(r'\[http\].*?listen = "127\.0\.0\.1:(\d+)"', self.world.config.read_text(), re.DOTALL).group(1)
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.read().decode()

    def wait_until(self, holds, what: str) -> None:
        deadline = time.monotonic() + 15
        while not holds():
            self.assertLess(time.monotonic(), deadline, what)
            time.sleep(0.1)

    def log_text(self) -> str:
        return (self.world.folder / "server.log").read_text()

    def test_full_at_the_start(self):
        self.fill()
        done = subprocess.run([PROGRAMS / "sambandd", "serve", "--config", self.world.config], capture_output=True, text=True,
                              timeout=30)
        self.assertEqual(done.returncode, 1, done.stderr)
        last = done.stderr.strip().splitlines()
        self.assertEqual(len(last), 1, done.stderr)
        self.assertRegex(last[0], r"^sambandd: no space is left for the store .*: make room on its disk$")

    def test_below_the_reserve_while_it_runs_and_room_again(self):
        self.set_reserve(8 << 20)
        self.world.start()
        self.assertEqual(self.readiness(), "ready\n")
        self.fill(left=4 << 20)
        self.wait_until(lambda: "disk" in self.readiness(), "not ready below the reserve")
        self.assertIn("nothing is written until there is room; make some", self.log_text())
        self.filler.unlink()
        self.wait_until(lambda: self.readiness() == "ready\n", "ready again")
        self.assertIn("writes are taken", self.log_text())
        self.world.import_partners([("3201", "Bærum")])

    def test_full_while_it_runs_without_a_reserve(self):
        self.set_reserve(0)
        self.world.start()
        self.fill()
        for number in range(200):  # until a write fails
            source = self.world.folder / "more.csv"
            source.write_text("community,partner_kind,number,name\n"
                              + f"X,municipality,{4000 + number},{'N' * 60}{number}\n")
            self.world.ctl("partner", "import", source)
            if self.world.process.poll() is not None:
                break
        self.assertEqual(self.world.process.wait(20), 1)
        self.world.process.stdout.close()
        last = self.log_text().strip().splitlines()[-1]
        self.assertRegex(last, r"^sambandd: the main store could not be written \(.*\): look at the disk and its space")
        self.filler.unlink()
        self.world.start()  # what was acknowledged is there, and it goes on
        self.assertEqual(self.readiness(), "ready\n")


if __name__ == "__main__":
    main()
