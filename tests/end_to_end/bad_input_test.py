"""What people do wrong, and what the world does to them: one clear line, the right status, nothing half done."""

import os
import subprocess
import time
import unittest

from world import PROGRAMS, Client, World, main

WRONG_USAGE, REFUSED, UNREACHABLE, NOT_PERMITTED, GUARDED = 2, 1, 3, 4, 5


class BadInput(unittest.TestCase):
    """One world for the whole class: nothing here may leave a trace that another test sees."""

    @classmethod
    def setUpClass(cls):
        cls.world = World(2)
        cls.anna, cls.bjorn = cls.world.enrolled(2)
        cls.anna.run("channel", "create", "SSU", "--kind", "discussion", "--partners", "3301,3203")
        cls.bjorn.run("sync")

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def refused(self, result, status: int, *words: str) -> None:
        self.assertEqual(result.status, status, result.err)
        self.assertEqual(len(result.err.strip().splitlines()), 1, result.err)
        self.assertRegex(result.err, r"^samband(d|ctl)?: .+: .+")
        for word in words:
            self.assertIn(word, result.err)

    def test_a_wrong_command_line(self):
        for words in (["sned", "SSU", "hei"], ["send", "SSU"], ["channel"], ["send", "SSU", "x", "--reply-to", "y"]):
            self.refused(self.anna.try_run(*words), WRONG_USAGE)

    def test_what_does_not_exist(self):
        self.refused(self.anna.try_run("send", "Finnes ikke", "hei"), REFUSED, "Finnes ikke")
        self.refused(self.anna.try_run("channel", "add", "SSU", "9999"), REFUSED, "9999")
        self.refused(self.anna.try_run("edit", "SSU", "4711", "hei"), REFUSED, "4711")
        self.refused(self.anna.try_run("send", "SSU", "hei", "--reply-to", "4711"), REFUSED, "4711")
        self.refused(self.anna.try_run("doc", "put", "SSU", "/finnes/ikke.pdf"), REFUSED, "ikke.pdf")
        self.refused(self.anna.try_run("doc", "get", "SSU", "ikke.pdf", "-o", self.world.folder / "x"), REFUSED)
        self.assertFalse((self.world.folder / "x").exists())
        self.refused(self.anna.try_run("guidance", "show", "0123456789abcdef"), REFUSED)
        self.refused(self.anna.try_run("revoke", "ingen"), REFUSED)

    def test_another_persons_message_is_not_ones_own_to_edit(self):
        seq = self.anna.send("SSU", "min egen")
        self.bjorn.run("sync")
        self.refused(self.bjorn.try_run("edit", "SSU", seq, "ikke din"), NOT_PERMITTED)
        self.refused(self.bjorn.try_run("delete", "SSU", seq), NOT_PERMITTED)
        self.assertIn("min egen", [line["text"] for line in self.bjorn.read("SSU")])

    def test_an_empty_and_a_too_long_text(self):
        self.refused(self.anna.try_run("send", "SSU", ""), REFUSED)
        self.refused(self.anna.try_run("send", "SSU", "-", text="x" * 70_000), REFUSED, "document")

    def test_the_guard_stops_what_looks_like_an_identity_number(self):
        number = identity_number("010190")
        self.refused(self.anna.try_run("send", "SSU", f"gjelder {number}"), GUARDED, number)
        self.assertNotIn(f"gjelder {number}", [line["text"] for line in self.anna.read("SSU")])
        self.anna.run("send", "SSU", f"sak {number}", "--guard-reason", "et saksnummer")
        self.bjorn.run("sync")
        last = self.bjorn.read("SSU")[-1]
        self.assertEqual((last["text"], last["guard_reason"]), (f"sak {number}", "et saksnummer"))

    def test_an_invitation_that_is_mistyped_used_up_or_none(self):
        stranger = Client(self.world, "stranger")
        enrol = ("--name", "Ola", "--no-passphrase")
        invitation = self.world.invitations["3301"]
        self.refused(stranger.try_run("enrol", "hei", *enrol), REFUSED, "samband-invite:")
        swapped = invitation[:-5] + ("A" if invitation[-5] != "A" else "B") + invitation[-4:]
        self.refused(stranger.try_run("enrol", swapped, *enrol), REFUSED, "mistyped")
        self.refused(stranger.try_run("enrol", invitation, *enrol), REFUSED, "used")
        self.assertFalse(stranger.profile.exists(), "a failed enrolment left a profile behind")

    def test_an_invitation_that_has_expired(self):
        made = self.anna.run("--json", "invite", "--name", "Sen", "--expires", "+1s").lines()[0]
        late = Client(self.world, "late")
        time.sleep(1.5)
        self.refused(late.try_run("enrol", made["invitation"], "--name", "Sen", "--no-passphrase"), REFUSED, "expired")

    def test_a_profile_that_is_absent_or_locked_with_another_passphrase(self):
        self.refused(Client(self.world, "nobody").try_run("whoami"), REFUSED, "enrol")
        made = self.anna.run("--json", "invite", "--name", "Per", "--duty", "coordinator").lines()[0]
        per = Client(self.world, "per")
        right, wrong = self.world.folder / "right", self.world.folder / "wrong"
        right.write_text("riktig hest batteri\n")
        wrong.write_text("feil hest batteri\n")
        per.run("--passphrase-file", right, "enrol", made["invitation"], "--name", "Per")
        self.refused(per.try_run("--passphrase-file", wrong, "whoami"), REFUSED, "passphrase")
        self.assertIn("Per", per.run("--passphrase-file", right, "whoami").out)
        self.assertFalse((per.profile / "key.open").exists())

    def test_a_staff_member_without_the_duty_may_not(self):
        made = self.anna.run("--json", "invite", "--name", "Nils", "--duty", "acknowledger").lines()[0]
        nils = Client(self.world, "nils")
        nils.run("enrol", made["invitation"], "--name", "Nils", "--no-passphrase")
        self.refused(nils.try_run("invite", "--name", "X"), NOT_PERMITTED)
        self.refused(nils.try_run("channel", "create", "X", "--kind", "discussion", "--partners", "3301"), NOT_PERMITTED)
        # Not entitled to the channel: that it exists is not for them to know.
        self.refused(nils.try_run("send", "SSU", "hei"), REFUSED)

    def test_messages_to_people_come_in_their_language(self):
        environment = {**os.environ, "LC_ALL": "", "LANG": "nn_NO.UTF-8"}
        done = subprocess.run(self.anna.command("send", "Finst ikkje", "hei"), capture_output=True, text=True,
                              env=environment, stdin=subprocess.DEVNULL)
        self.assertIn("det finst ingen kanal", done.stderr)

    def test_a_certificate_that_is_not_the_one_the_invitation_names(self):
        other = World(1)
        self.addCleanup(other.close)
        stranger = Client(self.world, "misled")
        invitation = other.invitations["3301"]
        other.stop()
        # The same port, another server with another key: what a thief of the address could put up.
        imposter = World(0)
        self.addCleanup(imposter.close)
        imposter.stop()
        text = imposter.config.read_text().replace(str(imposter.port), str(other.port))
        imposter.config.write_text(text)
        imposter.start()
        self.refused(stranger.try_run("--wait", 3, "enrol", invitation, "--name", "O", "--no-passphrase"), REFUSED,
                     "not trusted")
        imposter.stop()
        other.start()

    def test_a_file_with_one_bad_row_changes_nothing(self):
        source = self.world.folder / "bad.csv"
        source.write_text("community,partner_kind,number,name\nX,municipality,3310,Hole\nX,municipality,301,Oslo\n",
                          encoding="utf-8")
        result = self.world.ctl("partner", "import", source)
        self.refused(result, REFUSED, "3", "0301")
        self.assertNotIn("Hole", self.world.ctl("partner", "list").out)


class ServerAway(unittest.TestCase):
    def test_a_server_that_is_away_is_status_three_and_what_was_read_stays_readable(self):
        world = World(2)
        self.addCleanup(world.close)
        anna, bjorn = world.enrolled(2)
        anna.run("channel", "create", "SSU", "--kind", "discussion", "--partners", "3301,3203")
        bjorn.run("sync")
        anna.send("SSU", "hei")
        bjorn.run("sync")
        world.stop()
        away = bjorn.try_run("--wait", 1, "sync")
        self.assertEqual(away.status, UNREACHABLE, away.err)
        self.assertEqual(len(away.err.strip().splitlines()), 1)
        self.assertIn("hei", bjorn.run("read", "SSU").out)
        world.start()


class Operator(unittest.TestCase):
    def run_program(self, *words) -> subprocess.CompletedProcess:
        return subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=60)

    def test_init_refuses_a_folder_that_is_not_empty(self):
        world = World(0)
        self.addCleanup(world.close)
        done = self.run_program(PROGRAMS / "sambandd", "init", "--dir", world.folder / "server", "--name", "localhost")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(len(done.stderr.strip().splitlines()), 1)

    def test_two_servers_on_one_store(self):
        world = World(0)
        self.addCleanup(world.close)
        done = self.run_program(PROGRAMS / "sambandd", "serve", "--config", world.config)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout, "")

    def test_a_configuration_with_an_unknown_key_names_its_line(self):
        world = World(0)
        self.addCleanup(world.close)
        world.stop()
        good = world.config.read_text()
        world.config.write_text(good + "\n[nonsense]\nkey = 1\n")
        done = self.run_program(PROGRAMS / "sambandd", "check", "--config", world.config)
        self.assertEqual(done.returncode, 1)
        self.assertIn("nonsense", done.stderr + done.stdout)
        world.config.write_text(good)
        done = self.run_program(PROGRAMS / "sambandd", "check", "--config", world.config)
        self.assertEqual(done.returncode, 0, done.stderr)
        world.start()


def identity_number(date: str) -> str:
    """Eleven digits with both check digits, made up: no person's."""
    for individual in range(100, 1000):
        digits = [int(c) for c in date + str(individual)]
        first = -sum(d * w for d, w in zip(digits, (3, 7, 6, 1, 8, 9, 4, 5, 2))) % 11
        second = -sum(d * w for d, w in zip([*digits, first], (5, 4, 3, 2, 7, 6, 5, 4, 3, 2))) % 11
        if first < 10 and second < 10:
            return date + str(individual) + str(first) + str(second)
    raise ValueError(date)


if __name__ == "__main__":
    main()
