"""mls-peer as a script sees it: every command between peers, and lines that nobody should send."""

import os
import random
import subprocess
import tempfile
import unittest
from pathlib import Path

PROGRAM = Path(os.environ.get("SAMBAND_PROGRAMS", Path(__file__).parents[2] / "build/dev/bin")) / "mls-peer"
SUITES = range(1, 8)
SEED = int(os.environ.get("MLS_PEER_SEED", "20261122"))
MESSAGE = b"hei".hex()
PUBLIC, PRIVATE = "00010001", "00010002"  # how an MLSMessage begins


class Peer:
    def __init__(self, name: str):
        self.process = subprocess.Popen([PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        env={"PEER_ID": name})

    def raw(self, line: bytes) -> str:
        """The answer to a line of any bytes but line ends."""
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer.endswith(b"\n"), f"no answer to {line[:80]!r}; status {self.process.poll()}"
        return answer[:-1].decode()

    def ask(self, *words: object) -> str:
        return self.raw(" ".join(map(str, words)).encode())

    def ok(self, *words: object) -> list[str]:
        verdict, *rest = self.ask(*words).split(" ")
        assert verdict == "ok", f"{words[0]}: {verdict} {rest}"
        return rest

    def one(self, *words: object) -> str:
        (answer,) = self.ok(*words)
        return answer

    def end(self) -> int:
        self.process.stdin.close()
        self.process.stdout.close()
        return self.process.wait(timeout=20)


class PeerTest(unittest.TestCase):
    def peer(self, name: str) -> Peer:
        peer = Peer(name)
        self.addCleanup(lambda: self.assertEqual(peer.end(), 0))
        return peer

    def group(self, suite: int, *names: str) -> list[Peer]:
        """The first adds the others."""
        members = [self.peer(name) for name in names]
        members[0].ok("create", "67", suite)
        for i, joiner in enumerate(members[1:], 1):
            commit, welcome = members[0].ok("add", joiner.one("kp", suite))
            for member in members[1:i]:
                self.assertEqual(member.one("handle", commit), "commit")
            joiner.ok("join", welcome)
        self.agree(members)
        return members

    def agree(self, members: list[Peer]) -> None:
        self.assertEqual(len({member.one("auth") for member in members}), 1)
        self.assertEqual(len({member.one("export", "label", "00ff", 40) for member in members}), 1)

    def deliver(self, commit: str, members: list[Peer], kind: str = "commit") -> None:
        for member in members:
            self.assertEqual(member.one("handle", commit), kind)

    def talk(self, members: list[Peer]) -> None:
        for speaker in members:
            message = speaker.one("protect", MESSAGE)
            for listener in members:
                if listener is not speaker:
                    self.assertEqual(listener.one("unprotect", message), MESSAGE)


class BetweenPeers(PeerTest):
    def test_every_suite_and_every_way_in_and_out(self):
        for suite in SUITES:
            with self.subTest(suite=suite):
                anna, bjorn, celine = members = self.group(suite, "anna", "bjørn", "celine")
                self.talk(members)
                for committer in members:
                    for words in (["commit"], ["update"], ["commit", "priv"], ["update", "priv"]):
                        (commit,) = committer.ok(*words)
                        self.assertEqual(commit[:8], PRIVATE if "priv" in words else PUBLIC)
                        self.deliver(commit, [member for member in members if member is not committer])
                        self.agree(members)
                (removal,) = anna.ok("remove", 2)
                self.deliver(removal, [bjorn])
                self.deliver(removal, [celine], "removed")
                self.assertEqual(celine.ask("auth"), "err removed")
                self.deliver(celine.one("ext", bjorn.one("gi")), [anna, bjorn])
                self.agree(members)
                self.talk(members)

    def test_members_come_and_go_by_private_messages(self):
        anna, bjorn = self.group(3, "anna", "bjørn")
        celine = self.peer("celine")
        commit, welcome = anna.ok("add", celine.one("kp", 3), "priv")
        self.assertEqual(commit[:8], PRIVATE)
        self.deliver(commit, [bjorn])
        celine.ok("join", welcome)
        self.agree([anna, bjorn, celine])
        (removal,) = celine.ok("remove", 0, "priv")
        self.assertEqual(removal[:8], PRIVATE)
        self.deliver(removal, [bjorn])
        self.deliver(removal, [anna], "removed")
        self.agree([bjorn, celine])

    def test_proposals_wait_for_a_commit_that_takes_them_up(self):
        for framing in ([], ["priv"]):
            anna, bjorn, celine, dag = members = self.group(3, "anna", "bjørn", "celine", "dag")
            eva = self.peer("eva")
            for member in members:
                member.ok("psk", "aa", "0123")
            for proposer, words in ((bjorn, ["update"]), (bjorn, ["update"]), (celine, ["add", eva.one("kp", 3)]),
                                    (celine, ["psk", "aa"]), (celine, ["remove", 3])):
                proposal = proposer.one("propose", *words, *framing)
                self.assertEqual(proposal[:8], PRIVATE if framing else PUBLIC)
                self.deliver(proposal, [member for member in members if member is not proposer], "proposal")
            before = anna.one("auth")
            self.assertEqual(anna.ask("protect", "00"), "err proposals_waiting")
            self.assertEqual(bjorn.ask("protect", "00"), "err proposals_waiting")
            commit, welcome = anna.ok("update")
            self.assertNotEqual(anna.one("auth"), before)
            self.deliver(commit, [bjorn, celine])
            self.deliver(commit, [dag], "removed")
            self.assertEqual(eva.ask("join", welcome), "err missing_psk")
            eva.ok("psk", "aa", "0123")
            eva.ok("join", welcome)
            self.agree([anna, bjorn, celine, eva])
            self.talk([anna, bjorn, celine, eva])
            # Bjørn's new leaf key is in force: what is encrypted to it reaches him.
            (commit,) = eva.ok("commit")
            self.deliver(commit, [anna, bjorn, celine])
            self.agree([anna, bjorn, celine, eva])

    def test_an_update_waits_in_the_file(self):
        with tempfile.TemporaryDirectory() as folder:
            anna, bjorn = self.group(3, "anna", "bjørn")
            self.deliver(bjorn.one("propose", "update"), [anna], "proposal")
            bjorn.ok("save", Path(folder) / "bjørn")
            again = self.peer("nobody")
            again.ok("load", Path(folder) / "bjørn")
            (commit,) = anna.ok("commit")
            self.deliver(commit, [again])
            self.agree([anna, again])
            (commit,) = anna.ok("commit")
            self.deliver(commit, [again])
            self.agree([anna, again])

    def test_epochs_count_up_from_zero(self):
        anna = self.peer("anna")
        anna.ok("create", "67")
        self.assertRegex(anna.one("auth"), r"^0:[0-9a-f]{64}$")
        anna.ok("commit")
        self.assertRegex(anna.one("auth"), r"^1:[0-9a-f]{64}$")

    def test_the_suite_of_a_group_is_that_of_the_newest_key_package(self):
        anna = self.peer("anna")
        for words, hash_bytes in ((["create", "67"], 32), (["kp", 4], 0), (["create", "67"], 64), (["kp", "0x0007"], 0),
                                  (["create", "67"], 48), (["create", "67", "1"], 32)):
            anna.ok(*words)
            if hash_bytes:
                self.assertEqual(len(anna.one("auth").split(":")[1]), 2 * hash_bytes)

    def test_a_welcome_is_for_whoever_has_the_key_package(self):
        anna, bjorn, celine = self.peer("anna"), self.peer("bjørn"), self.peer("celine")
        anna.ok("create", "67", 3)
        unused, used = bjorn.one("kp", 3), bjorn.one("kp", 3)
        self.assertNotEqual(unused, used)
        _, welcome = anna.ok("add", used)
        celine.ok("kp", 3)
        self.assertEqual(celine.ask("join", welcome), "err unknown_key_package")
        bjorn.ok("join", welcome)
        self.assertEqual(bjorn.ask("join", welcome), "err unknown_key_package")
        self.agree([anna, bjorn])

    def test_a_psk_enters_with_the_next_commit_once(self):
        anna, bjorn, celine = members = self.group(3, "anna", "bjørn", "celine")
        for member in members[:2]:
            member.ok("psk", "aa", "0123")
        (commit,) = anna.ok("commit")
        self.deliver(commit, [bjorn])
        self.agree([anna, bjorn])
        before = celine.one("auth")
        self.assertEqual(celine.ask("handle", commit), "err missing_psk")
        self.assertEqual(celine.one("auth"), before)
        celine.ok("psk", "aa", "3210")
        self.assertEqual(celine.ask("handle", commit), "err confirmation_tag_mismatch")
        celine.ok("psk", "aa", "0123")
        self.deliver(commit, [celine])
        # It has entered for all of them: nobody injects it again, and who never had it can follow.
        dag = self.peer("dag")
        self.deliver(dag.one("ext", anna.one("gi")), members)
        members.append(dag)
        for committer in members:
            (commit,) = committer.ok("commit")
            self.deliver(commit, [member for member in members if member is not committer])
        self.agree(members)

    def test_resync_takes_the_same_leaf_again(self):
        anna, bjorn, celine = members = self.group(3, "anna", "bjørn", "celine")
        (lost,) = anna.ok("commit")
        self.deliver(lost, [celine])
        self.assertEqual(bjorn.ask("handle", anna.one("update")), "err future_epoch")
        celine_back = celine.one("ext", anna.one("gi"))
        self.deliver(celine_back, [anna])
        self.deliver(bjorn.one("ext", celine.one("gi")), [anna, celine])
        self.agree(members)
        self.talk(members)
        (removal,) = anna.ok("remove", 1)  # bjørn's leaf is still the second
        self.deliver(removal, [celine])
        self.deliver(removal, [bjorn], "removed")

    def test_another_process_goes_on_from_a_file(self):
        with tempfile.TemporaryDirectory() as folder:
            anna, bjorn, celine = self.group(3, "anna", "bjørn", "celine")
            file = Path(folder) / "bjørn"
            heard, late = anna.one("protect", "01"), anna.one("protect", "02")
            self.assertEqual(bjorn.one("unprotect", heard), "01")
            bjorn.ok("psk", "aa", "0123")
            anna.ok("psk", "aa", "0123")
            celine.ok("psk", "aa", "0123")
            spare = bjorn.one("kp", 3)
            bjorn.ok("save", file)
            again = self.peer("not bjørn")
            again.ok("load", file)
            self.agree([anna, again, celine])
            self.assertEqual(again.ask("unprotect", heard), "err key_consumed")
            self.assertEqual(again.one("unprotect", late), "02")
            (commit,) = again.ok("commit")  # with the PSK
            self.deliver(commit, [anna, celine])
            self.agree([anna, again, celine])
            again.ok("save", file)
            third = self.peer("nobody")
            third.ok("load", file)
            self.talk([anna, third, celine])
            # KeyPackages and signature keys are in the file too.
            (removal,) = anna.ok("remove", 1)
            self.deliver(removal, [celine])
            self.deliver(removal, [third], "removed")
            commit, welcome = anna.ok("add", spare)
            self.deliver(commit, [celine])
            third.ok("join", welcome)
            self.agree([anna, third, celine])

    def test_a_file_that_is_damaged_changes_nothing(self):
        with tempfile.TemporaryDirectory() as folder:
            anna, _ = self.group(3, "anna", "bjørn")
            file = Path(folder) / "anna"
            anna.ok("psk", "aa", "0123")
            anna.ok("kp", 1)
            anna.ok("save", file)
            whole = file.read_bytes()
            before = anna.one("auth")
            numbers = random.Random(SEED)
            for size in [0, 1, 2, *(numbers.randrange(len(whole)) for _ in range(60)), len(whole) - 1]:
                file.write_bytes(whole[:size])
                self.assertRegex(anna.ask("load", file), r"^err \w+$", size)
                self.assertEqual(anna.one("auth"), before)
            file.write_bytes(whole)
            anna.ok("load", file)
            self.assertEqual(anna.one("auth"), before)


class BadLines(PeerTest):
    """Lines and the answers to them, in order: before there is a group, and in one."""

    ANYWHERE = [
        ("", "err unknown_command"),
        (" ", "err unknown_command"),
        ("KP 3", "err unknown_command"),
        ("kp", "err missing_argument"),
        ("kp ", "err malformed_number"),
        ("kp x", "err malformed_number"),
        ("kp -1", "err malformed_number"),
        ("kp 0", "err unsupported_suite"),
        ("kp 8", "err unsupported_suite"),
        ("kp 65536", "err malformed_number"),
        ("kp 3 3", "err too_many_arguments"),
        ("create", "err missing_argument"),
        ("create 0", "err malformed_hex"),
        ("create 0g", "err malformed_hex"),
        ("create 00 9", "err unsupported_suite"),
        ("create 00 x", "err malformed_number"),
        ("create " + 256 * "00", "err group_id_too_long"),
        ("join", "err missing_argument"),
        ("join 000", "err malformed_hex"),
        ("join 00 0", "err malformed_hex"),
        ("join 00", "err truncated"),
        ("join 00 00 00", "err too_many_arguments"),
        ("ext", "err missing_argument"),
        ("ext 0001000400", "err truncated"),
        ("ext  ", "err truncated"),
        ("psk", "err missing_argument"),
        ("psk 00", "err missing_argument"),
        ("psk 00 0", "err malformed_hex"),
        ("psk " + 256 * "00" + " 00", "err psk_id_too_long"),
        ("save", "err missing_argument"),
        ("save ", "err file_unwritable"),
        ("save /does/not/exist", "err file_unwritable"),
        ("load", "err missing_argument"),
        ("load /does/not/exist", "err file_unreadable"),
        ("load /", "err file_unreadable"),
        ("add 00 private", "err unknown_word"),
        ("remove", "err missing_argument"),
        ("remove x", "err malformed_number"),
        ("remove 4294967296", "err malformed_number"),
        ("commit private", "err unknown_word"),
        ("commit priv priv", "err too_many_arguments"),
        ("update 00", "err unknown_word"),
        ("propose", "err missing_argument"),
        ("propose ", "err missing_argument"),
        ("propose commit", "err unknown_word"),
        ("propose remove", "err missing_argument"),
        ("propose remove x", "err malformed_number"),
        ("propose psk 0", "err malformed_hex"),
        ("propose update 0", "err unknown_word"),
        ("propose update priv priv", "err too_many_arguments"),
        ("handle", "err missing_argument"),
        ("handle 0", "err malformed_hex"),
        ("protect", "err missing_argument"),
        ("protect 0", "err malformed_hex"),
        ("unprotect", "err missing_argument"),
        ("export label", "err missing_argument"),
        ("export label 00", "err missing_argument"),
        ("export label 00 x", "err malformed_number"),
        ("export label 0 32", "err malformed_hex"),
        ("auth 1", "err too_many_arguments"),
        ("gi 1", "err too_many_arguments"),
    ]
    WITHOUT_GROUP = [(line, "err no_group") for line in (
        "commit", "commit priv", "update", "update priv", "remove 0", "remove 0 priv", "handle 00", "gi", "protect 00",
        "propose remove 0", "propose psk 00", "propose update priv", "unprotect 00", "export label 00 32", "auth", "auth ")]
    IN_GROUP = [
        ("add 00", "err truncated"),
        ("remove 0", "err removes_committer"),
        ("remove 7", "err removed_leaf_blank"),
        ("remove 4294967295", "err removed_leaf_blank"),
        ("propose add 00", "err truncated"),
        ("propose remove 7", "err removed_leaf_blank"),
        ("propose psk " + 256 * "00", "err psk_id_too_long"),
        ("handle 00", "err truncated"),
        ("handle 00020001", "err unknown_value"),
        ("handle 00010009", "err unknown_value"),
        ("unprotect 00", "err malformed"),
        ("export label 00 8161", "err length_out_of_range"),
        ("export label 00 4294967295", "err length_out_of_range"),
    ]

    def check(self, peer: Peer, table: list[tuple[str, str]]) -> None:
        for line, answer in table:
            with self.subTest(line=line[:60]):
                self.assertEqual(peer.ask(line), answer)

    def test_before_there_is_a_group(self):
        peer = self.peer("anna")
        self.check(peer, self.ANYWHERE + self.WITHOUT_GROUP)

    def test_in_a_group(self):
        anna, bjorn = self.group(3, "anna", "bjørn")
        before = anna.one("auth")
        self.check(anna, self.ANYWHERE + self.IN_GROUP)
        self.assertEqual(anna.one("auth"), before)
        self.talk([anna, bjorn])

    def test_the_wrong_kind_of_message(self):
        anna, bjorn = self.group(3, "anna", "bjørn")
        key_package, info = self.peer("celine").one("kp", 3), anna.one("gi")
        message = anna.one("protect", "00")
        (commit,) = bjorn.ok("update")
        for kind in (key_package, info, message):
            self.assertEqual(anna.ask("handle", kind), "err wrong_kind")
        for kind in (key_package, info, commit):
            self.assertEqual(anna.ask("unprotect", kind), "err wrong_kind")
        for kind in (key_package, info, message, commit):
            self.assertEqual(anna.ask("join", kind), "err wrong_kind")
        for kind in (info, message, commit):
            self.assertEqual(anna.ask("add", kind), "err wrong_kind")
        for kind in (key_package, message, commit):
            self.assertEqual(anna.ask("ext", kind), "err wrong_kind")
        self.deliver(commit, [anna])
        self.assertEqual(anna.ask("handle", commit), "err stale_epoch")
        self.assertEqual(anna.ask("add", self.peer("dag").one("kp", 1)), "err leaf_version_or_suite_unsupported")

    def test_at_most_as_many_psks_as_a_welcome_may_name(self):
        peer = self.peer("anna")
        for i in range(64):
            peer.ok("psk", f"{i:02x}", "00")
        self.assertEqual(peer.ask("psk", "ff", "00"), "err too_many_psks")
        peer.ok("create", "67")
        peer.ok("commit")
        peer.ok("psk", "ff", "00")

    def test_empty_words_are_no_bytes(self):
        anna, bjorn = self.group(3, "anna", "bjørn")
        self.assertEqual(bjorn.ask("unprotect", anna.one("protect", "")), "ok ")
        self.assertEqual(anna.ask("export label  32"), bjorn.ask("export label  32 "))
        self.assertEqual(anna.ask("export", "label", "", 0), "ok ")
        self.assertEqual(anna.ask("export", b"label".hex(), "", 32), bjorn.ask("export", "label", "", 32))
        self.assertTrue(anna.raw(b"auth\r").startswith("ok "))

    def test_lines_of_any_bytes(self):
        numbers = random.Random(SEED)
        anna, bjorn = self.group(3, "anna", "bjørn")
        commands = [line.split(" ")[0] for line, _ in self.WITHOUT_GROUP if not line.startswith("save")]
        before = anna.one("auth")
        for _ in range(500):
            noise = numbers.randbytes(numbers.randrange(60)).replace(b"\n", b" ")
            line = numbers.choice([noise, numbers.choice(commands).encode() + b" " + noise + b"x"])
            self.assertRegex(anna.raw(line), r"^err \w+$", line)
        self.assertEqual(anna.one("auth"), before)
        self.talk([anna, bjorn])

    def test_messages_with_a_byte_changed_cut_off_or_added(self):
        numbers = random.Random(SEED)
        anna, bjorn = self.group(3, "anna", "bjørn")
        celine = self.peer("celine")
        key_package = celine.one("kp", 3)
        (commit,) = bjorn.ok("update", "priv")
        message = anna.one("protect", MESSAGE)
        _, welcome = bjorn.ok("add", key_package)
        cases = [("handle", commit), ("add", key_package), ("ext", bjorn.one("gi")), ("join", welcome),
                 ("unprotect", message)]
        before = anna.one("auth")
        for command, whole in cases:
            for _ in range(80):
                wire = bytearray.fromhex(whole)
                at = numbers.randrange(len(wire))
                match numbers.randrange(3):
                    case 0:
                        wire[at] ^= 1 << numbers.randrange(8)
                    case 1:
                        del wire[at:]
                    case 2:
                        wire.append(0)
                peer = celine if command == "join" else anna
                answer = peer.ask(command, wire.hex())
                self.assertRegex(answer, r"^err \w+$", f"{command} {wire.hex()}")
                self.assertEqual(anna.one("auth"), before)
        self.deliver(commit, [anna])

    def test_a_line_that_never_ends(self):
        peer = self.peer("anna")
        for _ in range(280):
            peer.process.stdin.write(b"0" * (1 << 20))
        self.assertEqual(peer.raw(b""), "err line_too_long")
        self.assertEqual(peer.ask("auth"), "err no_group")

    def test_an_identity_that_no_credential_holds(self):
        refused = subprocess.run([PROGRAM], env={"PEER_ID": "x" * 5000}, capture_output=True, text=True, timeout=20)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("PEER_ID", refused.stderr)


if __name__ == "__main__":
    unittest.main()
