"""The log of a server whose standard error is the journal: entries with fields, by the journal's own protocol."""

import os
import re
import signal
import socket
import subprocess
import unittest
from pathlib import Path

from world import PROGRAMS, World, main

MANUAL = Path(__file__).parents[2] / "server/edge/LOGGING.md"
FIELDS = {"MESSAGE", "PRIORITY", "SYSLOG_IDENTIFIER", "MESSAGE_ID", "SAMBAND_EVENT"}


def message_ids() -> dict[str, str]:
    return dict(re.findall(r"^\| `(\w+)` \| `([0-9a-f]{32})` \|", MANUAL.read_text(), re.MULTILINE))


@unittest.skipIf(os.geteuid() != 0, "needs root to put a socket in the journal's place")
class InTheJournal(unittest.TestCase):
    """The server runs in a mount namespace of its own, where the journal's socket is the test's."""

    def setUp(self) -> None:
        self.world = World(0)
        self.addCleanup(self.world.close)
        self.world.stop()
        place = self.world.folder / "journal"
        place.mkdir()
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.socket.close)
        self.socket.bind(str(place / "socket"))
        self.socket.settimeout(10)
        self.stream = open(self.world.folder / "stream", "wb")
        self.addCleanup(self.stream.close)
        status = os.fstat(self.stream.fileno())
        script = ("mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/journal && "
                  f"mount --bind {place} /run/systemd/journal && exec {PROGRAMS}/sambandd serve --config {self.world.config}")
        self.command = ["unshare", "-m", "sh", "-c", script]
        self.environment = {**os.environ, "JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"}

    def start(self) -> subprocess.Popen:
        process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=self.stream, env=self.environment)
        self.addCleanup(process.stdout.close)
        return process

    def entry(self, event: str) -> dict[str, str]:
        """The next one of this event."""
        while True:
            text = self.socket.recv(65536).decode()
            fields = dict(line.split("=", 1) for line in text.splitlines())
            if fields.get("SAMBAND_EVENT") == event:
                self.assertEqual(fields["MESSAGE_ID"], message_ids()[event])
                self.assertEqual(fields["SYSLOG_IDENTIFIER"], "sambandd")
                return fields

    def test_events_have_priority_id_and_fields_and_standard_error_stays_empty(self):
        process = self.start()
        started = self.entry("started")
        self.assertEqual(started["PRIORITY"], "6")
        self.assertEqual(set(started), FIELDS)
        text = self.world.config.read_text()
        self.world.config.write_text(text.replace("idle_timeout_ms = 90000", "idle_timeout_ms = 60000"))
        process.send_signal(signal.SIGHUP)
        changed = self.entry("setting_changed")
        self.assertEqual((changed["SAMBAND_SETTING"], changed["SAMBAND_OLD"], changed["SAMBAND_NEW"]),
                         ("limits.idle_timeout_ms", "90000", "60000"))
        self.world.config.write_text(text + "surprise = 1\n")
        process.send_signal(signal.SIGHUP)
        refused = self.entry("reload_refused")
        self.assertEqual((refused["PRIORITY"], refused["SAMBAND_FILE"]), ("3", str(self.world.config)))
        self.assertEqual(int(refused["SAMBAND_LINE"]), len(text.splitlines()) + 1)
        process.terminate()
        self.entry("stopped")
        self.assertEqual(process.wait(20), 0)
        self.assertEqual((self.world.folder / "stream").read_text(), "")

    def test_why_it_does_not_start_is_an_entry_as_well(self):
        (self.world.folder / "server/certificate.key").chmod(0o644)
        self.assertEqual(self.start().wait(20), 1)
        refused = self.entry("start_refused")
        self.assertEqual(refused["PRIORITY"], "3")
        self.assertIn("can be read by others", refused["MESSAGE"])
        self.assertEqual((self.world.folder / "stream").read_text(), "")


if __name__ == "__main__":
    main()
