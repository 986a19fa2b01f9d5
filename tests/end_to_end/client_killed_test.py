"""A client is killed with SIGKILL forty times while it writes, as the agent and as the command that sends: nothing
acknowledged is lost or sent twice, and no message key is used twice (a second use would be refused by every reader, and
the text be missing)."""

import time

from traffic import Writer, check_all_there
from world import WorldTest, main

ROUNDS = 20


class ClientKilled(WorldTest):
    loses_unsynced = False

    def setUp(self) -> None:
        super().setUp()
        self.anna, self.bjorn = self.world.enrolled(2)
        self.anna.run("channel", "create", "SSU", "--kind", "discussion", "--partners", "3301,3203")
        self.bjorn.run("sync")
        if self.loses_unsynced:
            self.bjorn.environment["SAMBAND_TEST_UNSYNCED_LOSS"] = "1"
        self.writer = Writer(self.bjorn, "SSU", "b")
        self.addCleanup(self.writer.finish)

    def traffic(self, round_number: int) -> None:
        before = len(self.writer.acknowledged)
        self.wait_until(lambda: len(self.writer.acknowledged) >= before + 2, 60, f"traffic in round {round_number}")
        time.sleep(0.007 * (round_number % 11))

    def check(self) -> None:
        self.writer.finish()
        self.bjorn.stop_agent()
        self.assertGreaterEqual(check_all_there(self, self.anna, "SSU", [self.writer]), 2 * ROUNDS)
        check_all_there(self, self.bjorn, "SSU", [self.writer])

    def test_every_acknowledged_entry_survives_the_agent_being_killed(self):
        self.bjorn.start_agent()
        self.writer.start()
        for round_number in range(ROUNDS):
            self.traffic(round_number)
            self.bjorn.agent.kill()
            self.bjorn.stop_agent()
            self.bjorn.start_agent()
        self.check()

    def test_every_acknowledged_entry_survives_the_sender_being_killed(self):
        self.writer.start()
        for round_number in range(ROUNDS):
            self.traffic(round_number)
            self.writer.kill()
        self.check()


if __name__ == "__main__":
    main()
