"""A backup is taken while clients send, and restored into another place from the backup alone. The clients connect to
what was made of it, are told what it lacks, keep what they have, and go on where nothing is missing."""

import os
import shutil
import signal
import subprocess
import time

from traffic import Writer
from world import PROGRAMS, WorldTest, main


class Backup(WorldTest):
    partners = 3

    def setUp(self) -> None:
        super().setUp()
        self.anna, self.bjorn, self.carl = self.world.enrolled(3)
        for channel in ("SSU", "FSU"):
            self.anna.run("channel", "create", channel, "--kind", "discussion", "--partners", "3301,3203,3201")
        for client in (self.bjorn, self.carl):
            client.run("sync")
        self.backups = self.world.folder / "backups"

    def back_up(self, *options: object) -> dict:
        result = self.world.ctl("--json", "backup", self.backups, *options)
        self.assertEqual(result.status, 0, result.err)
        return result.lines()[0]

    def restore(self) -> "subprocess.CompletedProcess":
        """A new machine: nothing of the server's folder is left but the configuration, which is in the backup too."""
        self.world.stop()
        old = self.world.folder / "server"
        configuration = (old / "sambandd.toml").read_text()
        shutil.rmtree(old)
        old.mkdir(mode=0o700)
        self.world.config.write_text(configuration)
        return subprocess.run([PROGRAMS / "sambandd", "restore", "--from", self.backups, "--config", self.world.config],
                              capture_output=True, text=True, timeout=60)

    def check(self) -> None:
        done = subprocess.run([PROGRAMS / "sambandd", "check", "--config", self.world.config], capture_output=True,
                              text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_backup_taken_under_traffic_becomes_a_server_that_clients_go_on_with(self):
        letter = self.world.folder / "letter.bin"
        letter.write_bytes(os.urandom(200_000))
        self.anna.run("doc", "put", "FSU", letter)
        writers = [Writer(client, "SSU", name) for client, name in ((self.bjorn, "b"), (self.carl, "c"))]
        for writer in writers:
            writer.client.start_agent()
            writer.start()
        self.wait_until(lambda: all(len(writer.acknowledged) >= 2 for writer in writers), 60, "traffic")
        first = self.back_up()
        acknowledged = {seq: text for writer in writers for seq, text in dict(writer.acknowledged).items()}
        made = self.back_up()
        self.assertLess(made["files_new"], first["files_new"], "unchanged files are not copied again")
        at_backup = max(acknowledged)
        self.wait_until(lambda: all(len(writer.acknowledged) >= 6 for writer in writers), 60, "more traffic")
        for writer in writers:
            writer.finish()
            writer.client.stop_agent()
        everything = {line["seq"]: line["text"] for line in self.anna.read("SSU")}

        restored = self.restore()
        self.assertEqual(restored.returncode, 0, restored.stderr)
        self.assertIn("incarnation 1 -> ", restored.stdout)
        self.check()
        self.world.start()
        self.assertGreater(self.world.ctl("--json", "status").lines()[0]["incarnation"], 1)

        synced = self.anna.run("sync")
        self.assertIn("restored from a backup", synced.err)
        self.assertIn("SSU", synced.err)
        channels = {line["name"]: line for line in self.anna.run("--json", "channel", "list").lines()}
        behind = channels["SSU"]["server_behind"]
        self.assertGreater(behind, 0)
        self.assertLess(max(everything) - behind, max(everything))
        self.assertGreaterEqual(max(everything) - behind, at_backup, "what was acknowledged before is in the backup")
        self.assertFalse(channels["FSU"]["server_parted"])
        # What this device has stays, and can be read.
        self.assertEqual({line["seq"]: line["text"] for line in self.anna.run("--json", "read", "SSU").lines()
                          if "seq" in line and "text" in line}, everything)
        refused = self.anna.try_run("send", "SSU", "into the gap")
        self.assertEqual(refused.status, 1, refused.err)
        self.assertIn("nothing is sent there", refused.err)
        # Where nothing is missing they go on.
        seq = self.anna.send("FSU", "we go on")
        self.assertEqual({line["seq"]: line["text"] for line in self.bjorn.read("FSU") if "text" in line}[seq],
                         "we go on")
        got = self.world.folder / "got.bin"
        self.carl.run("doc", "get", "FSU", "letter.bin", "-o", got)
        self.assertEqual(got.read_bytes(), letter.read_bytes())

    def test_a_damaged_backup_is_refused_and_nothing_is_written(self):
        self.anna.send("SSU", "one")
        self.back_up()
        victim = max((self.backups / "files").iterdir(), key=lambda file: file.stat().st_size)
        content = bytearray(victim.read_bytes())
        content[len(content) // 2] ^= 1
        victim.write_bytes(content)
        restored = self.restore()
        self.assertEqual(restored.returncode, 1)
        self.assertRegex(restored.stderr, r"sambandd: backup .* is damaged: nothing was written")
        self.assertEqual([path.name for path in self.world.config.parent.iterdir()], ["sambandd.toml"])

    def test_a_killed_backup_leaves_the_others_whole_and_nothing_held(self):
        self.anna.send("SSU", "one")
        self.back_up()
        for pause in (0.005, 0.02, 0.05, 0.1):
            backup = subprocess.Popen([*self.world.ctl_words, "backup", self.backups], stdout=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL)
            time.sleep(pause)
            backup.send_signal(signal.SIGKILL)
            backup.wait()
            self.wait_until(lambda: self.world.ctl("backup", self.backups).status == 0, 30, "the next backup")
        self.assertEqual(list((self.world.folder / "server").glob("*.held")), [])
        self.assertEqual(list(self.backups.rglob("*.creating")), [])
        self.assertEqual(self.restore().returncode, 0)
        self.check()


if __name__ == "__main__":
    main()
