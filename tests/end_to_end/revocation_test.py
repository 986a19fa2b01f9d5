"""A revoked device is cut at once, and nothing that comes after can be read on it."""

import time

from world import Client, WorldTest, main


class Revocation(WorldTest):
    def test_a_revoked_device_is_cut_and_reads_nothing_new(self):
        anna, bjorn = self.world.enrolled(2)
        made = anna.run("--json", "invite", "--name", "Tapt Telefon", "--duty", "coordinator").lines()
        lost = Client(self.world, "Tapt Telefon")
        lost.enrol(made[0]["invitation"])
        self.world.clients.append(lost)
        anna.run("channel", "create", "SSU", "--kind", "discussion", "--partners", "3301,3203")
        bjorn.run("sync")
        lost.run("sync")
        bjorn.send("SSU", "før")
        self.assertEqual([line["text"] for line in lost.read("SSU")], ["før"])

        agent = lost.start_agent("read", "SSU", "--follow")
        self.assertIn("før", agent.stdout.readline())
        revoked_at = time.monotonic()
        anna.run("revoke", "Tapt Telefon", "--reason", "mistet")
        self.wait_until(lambda: agent.poll() is not None, 5, "the revoked device's connection is cut")
        self.assertLess(time.monotonic() - revoked_at, 10)

        anna.run("sync")  # removes the leaf that it now knows to be revoked
        bjorn.run("sync")
        bjorn.send("SSU", "etter")
        self.assertEqual([line["text"] for line in anna.read("SSU")], ["før", "etter"])
        refused = lost.try_run("sync")
        self.assertEqual(refused.status, 4, refused.err)
        self.assertEqual([line["text"] for line in lost.run("--json", "read", "SSU").lines()], ["før"])
        self.assertNotIn("Tapt Telefon", bjorn.run("channel", "members", "SSU").out)

    def test_an_invitation_that_was_revoked_makes_no_device(self):
        anna = self.world.enrolled(1)[0]
        made = anna.run("--json", "invite", "--name", "Ola", "--duty", "coordinator").lines()[0]
        anna.run("revoke", made["delegation"])
        ola = Client(self.world, "Ola")
        refused = ola.try_run("enrol", made["invitation"], "--name", "Ola", "--no-passphrase")
        self.assertEqual(refused.status, 1)
        self.assertIn("revoked", refused.err)


if __name__ == "__main__":
    main()
