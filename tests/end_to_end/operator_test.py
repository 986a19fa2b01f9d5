"""What the operator decides while the server runs: maintenance, quotas, partners that change, and the chain that says who
did what."""

import json
import os
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request

from world import Client, WorldTest, main

TEXTS = {"C.UTF-8": "takes nothing new while its operator works on it (flytting)",
         "nb_NO.UTF-8": "tar ikke imot noe nytt mens driften arbeider på den (flytting)",
         "nn_NO.UTF-8": "tek ikkje imot noko nytt medan drifta arbeider på han (flytting)"}


class Operator(WorldTest):
    def setUp(self) -> None:
        super().setUp()
        http = re.search(r'\[http\][^\[]*?\nlisten = "127.0.0.1:(\d+)"', self.world.config.read_text())
        self.http = int(http[1])

    def restart(self) -> None:
        self.assertEqual(self.world.stop(), 0)
        self.world.start()

    def ctl(self, *words: object) -> str:
        result = self.world.ctl(*words)
        self.assertEqual(result.status, 0, f"{words}: {result.err}")
        return result.out

    def ctl_json(self, *words: object) -> list[dict]:
        return [json.loads(line) for line in self.ctl("--json", *words).splitlines()]

    def refused(self, status: int, *words: object) -> str:
        result = self.world.ctl(*words)
        self.assertEqual(result.status, status, f"{words}: {result.out}{result.err}")
        self.assertRegex(result.err, r"^sambandctl: .+: .+\n$")
        return result.err

    def readyz(self) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.http}/readyz", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def test_maintenance_refuses_writes_keeps_them_and_lets_people_read(self):
        anna, bjorn = self.world.enrolled(2)
        anna.run("channel", "create", "SSU", "--kind", "discussion", "--partners", "3301,3203")
        bjorn.run("sync")
        anna.send("SSU", "før")
        bjorn.send("SSU", "også før")
        self.ctl("maintenance", "on", "--reason", "flytting")
        self.assertEqual(self.readyz(), (503, "not ready: maintenance: flytting\n"))
        self.assertIn("flytting", self.ctl("maintenance", "show"))
        self.restart()
        self.assertEqual(self.readyz(), (503, "not ready: maintenance: flytting\n"))
        status = self.ctl_json("status")[0]
        self.assertEqual((status["maintenance"], status["maintenance_reason"], status["taking_writes"], status["ready"]),
                         (True, "flytting", False, False))
        self.assertIn("NOT READY: maintenance: flytting", self.ctl("status"))

        self.assertEqual([line["text"] for line in bjorn.read("SSU")], ["før", "også før"])
        for number, (locale, text) in enumerate(TEXTS.items()):
            anna.environment.update(LANG=locale, LC_ALL=locale)
            refused = anna.try_run("--wait", 1, "send", "SSU", f"under {number}")
            self.assertEqual(refused.status, 1, refused.err)
            self.assertEqual(len(refused.err.splitlines()), 1, refused.err)
            self.assertIn(text, refused.err)

        self.ctl("maintenance", "off")
        self.assertEqual(self.readyz()[0], 200)
        anna.run("sync")
        self.assertEqual([line["text"] for line in bjorn.read("SSU")],
                         ["før", "også før", "under 0", "under 1", "under 2"])

    def test_an_agent_sends_by_itself_what_was_written_in_maintenance(self):
        anna, bjorn = self.world.enrolled(2)
        anna.run("channel", "create", "SSU", "--kind", "discussion", "--partners", "3301,3203")
        anna.send("SSU", "før")
        bjorn.run("sync")
        agent = anna.start_agent()
        self.ctl("maintenance", "on")
        self.assertEqual(anna.try_run("send", "SSU", "under").status, 1)
        self.ctl("maintenance", "off")
        self.wait_until(lambda: [line["text"] for line in bjorn.read("SSU")] == ["før", "under"], 40, "it is sent")
        self.assertIsNone(agent.poll())

    def test_a_partner_keeps_no_more_documents_than_its_quota(self):
        anna, bjorn = self.world.enrolled(2)
        anna.run("channel", "create", "SSU", "--kind", "discussion", "--partners", "3301,3203")
        bjorn.run("sync")
        source = self.world.folder / "plan.bin"
        source.write_bytes(os.urandom(300_000))
        anna.run("doc", "put", "SSU", source)
        partner = {line["number"]: line for line in self.ctl_json("partner", "list")}
        kept = partner["3301"]["document_bytes"]
        self.assertGreaterEqual(kept, 300_000)
        self.assertEqual((partner["3203"]["document_bytes"], partner["3301"]["own_quota"]), (0, False))

        self.ctl("partner", "quota", "3301", "--documents", "400KiB")
        for restarted in (False, True):
            if restarted:
                self.restart()
            refused = anna.try_run("doc", "put", "SSU", source, "--as", f"en til {restarted}.bin")
            self.assertEqual(refused.status, 1, refused.err)
            self.assertIn("partner_document_bytes_max", refused.err)
        bjorn.run("doc", "put", "SSU", source, "--as", "min.bin")
        self.assertIn("400 KiB, by its own quota", self.ctl("partner", "quota", "3301"))
        self.assertIn("(own quota)", self.ctl("status", "--partners"))
        self.ctl("partner", "quota", "3301", "--default")
        anna.run("doc", "put", "SSU", source, "--as", "nå.bin")
        self.refused(2, "partner", "quota", "3301", "--documents", "mye")
        self.refused(1, "partner", "quota", "9999", "--documents", "1GiB")

    def test_partners_change_with_confirmation(self):
        anna = self.world.enrolled(1)[0]
        self.ctl("partner", "rename", "3203", "Asker kommune")
        self.ctl("partner", "renumber", "3203", "3205")
        names = {line["number"]: line["name"] for line in self.ctl_json("partner", "list")}
        self.assertEqual(names, {"3301": "Drammen", "3205": "Asker kommune"})
        self.assertIn("look at sambandctl partner list", self.refused(1, "partner", "rename", "3205", "Drammen"))
        self.refused(1, "partner", "rename", "9999", "Ingen")
        self.refused(1, "partner", "renumber", "3205", "301")

        self.assertIn("--yes", self.refused(2, "partner", "reinvite", "3301"))
        line = self.ctl_json("partner", "reinvite", "3205")[0]
        asker = Client(self.world, "Koordinator Asker")
        asker.enrol(line["invitation"])
        self.assertTrue(self.ctl("partner", "reinvite", "3301", "--yes").startswith("samband-invite:"))
        invitation = next(line for line in self.ctl_json("invitation", "list") if line["by"] == "operator")
        self.ctl("invitation", "revoke", invitation["id"][:12])
        self.assertNotIn(invitation["id"], self.ctl("invitation", "list"))

        self.assertIn("--yes", self.refused(2, "partner", "merge", "3205", "3301"))
        self.ctl("partner", "merge", "3205", "3301", "--yes")
        self.assertIn("--yes", self.refused(2, "partner", "remove", "3205"))
        self.ctl("partner", "remove", "3205", "--yes")
        self.assertEqual([line["number"] for line in self.ctl_json("partner", "list")], ["3301"])
        self.assertEqual(anna.run("sync").status, 0)
        self.assertEqual(asker.try_run("sync").status, 4)

    def test_the_audit_tells_who_did_what_and_holds(self):
        self.assertIn("holds: 1 record,", self.ctl("audit", "--verify"))  # the import
        self.world.enrolled(1)
        self.ctl("partner", "rename", "3203", "Asker kommune")
        self.ctl("maintenance", "on", "--reason", "flytting")
        self.ctl("maintenance", "off")
        self.ctl("partner", "quota", "3301", "--documents", "1GiB")
        self.world.process.send_signal(signal.SIGHUP)
        self.wait_until(lambda: "configuration read anew" in self.ctl("audit"), 10, "the reload is in the chain")

        uid = f"(uid {os.getuid()})"
        lines = self.ctl_json("audit")
        by_operator = [line["what"] for line in lines if uid in line["who"] and "record" in line]
        self.assertEqual(by_operator[1:5], ["partner Drammen may have documents of 1073741824 bytes", "maintenance ended",
                                            "maintenance began: flytting", "partner 3203 is now called Asker kommune"])
        by_partner = [line["what"] for line in lines if line["who"] == "Drammen"]
        self.assertTrue(any("enrolled the device" in what for what in by_partner), by_partner)
        self.assertEqual(len(self.ctl_json("audit", "--limit", 2)), 2)
        self.assertTrue(all("Asker" in line["what"] or "3203" in line["what"]
                            for line in self.ctl_json("audit", "--partner", "3203")))
        self.assertEqual(len(self.ctl_json("audit", "--since", "1d")), len(lines))
        self.assertEqual(self.ctl_json("audit", "--since", time.strftime("%Y-%m-%dT%H:%M:%S+00:00",
                                                                        time.gmtime(time.time() + 3600))), [])
        self.refused(2, "audit", "--since", "i går")
        self.refused(1, "audit", "--partner", "9999")

        verified = self.ctl_json("audit", "--verify")[0]
        self.assertEqual((verified["sound"], verified["records"]), (True, 6))
        self.restart()
        self.assertEqual(self.ctl_json("audit", "--verify", "--noted", verified["last"])[0], verified)
        self.refused(1, "audit", "--verify", "--noted", "0" * 64)
        self.refused(2, "audit", "--verify", "--noted", "abc")
        self.assertIn("all is well", self.ctl("check"))
        self.world.stop()
        checked = subprocess.run([self.world.ctl_words[0].replace("sambandctl", "sambandd"), "check", "--config",
                                  self.world.config], capture_output=True, text=True, timeout=60)
        self.assertEqual(checked.returncode, 0, checked.stderr)
        self.world.start()

    def test_status_shows_what_an_operator_looks_for(self):
        self.world.enrolled(1)
        text = self.ctl("status")
        for row in ("server       localhost", "state        ready", "writes       taken", "partners     1 of 2 enrolled",
                    "last backup  never"):
            self.assertIn(row, text)
        self.assertRegex(text, r"certificate  7\d\d days left")
        self.assertRegex(text, r"stores       \d[^,]* messages and directory, \d[^,]* documents")
        status = self.ctl_json("status")[0]
        self.assertEqual((status["name"], status["ready"], status["partners"], status["partners_enrolled"]),
                         ("localhost", True, 2, 1))
        self.assertTrue(re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", status["certificate_expires_at"]))
        self.assertEqual(len(self.ctl("status", "--partners").splitlines()), len(text.splitlines()) + 2)

    def test_a_command_line_that_can_not_be_taken_says_whose_help_to_read(self):
        self.assertIn("there is no command restore: see sambandctl --help", self.refused(2, "restore"))
        self.assertIn("there is no command sell: see sambandctl partner --help", self.refused(2, "partner", "sell"))
        self.assertIn("see sambandctl maintenance on --help", self.refused(2, "maintenance", "on", "moving house"))

    def test_every_subcommand_has_help_with_an_example(self):
        for words in (["audit"], ["check"], ["status"], ["maintenance"], ["maintenance", "on"], ["maintenance", "off"],
                      ["maintenance", "show"], ["partner", "rename"], ["partner", "renumber"], ["partner", "merge"],
                      ["partner", "remove"], ["partner", "reinvite"], ["partner", "quota"], ["invitation", "revoke"]):
            self.assertIn(f"Example: sambandctl {words[0]}", self.ctl(*words, "--help"))


if __name__ == "__main__":
    main()
