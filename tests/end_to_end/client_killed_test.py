"""Clients are killed with SIGKILL twenty times while they write: nothing acknowledged is lost or sent twice, and no
message key is used twice (a second use would be refused by every reader, and the text be missing)."""

import time

from traffic import Writer, check_all_there
from world import WorldTest, main

ROUNDS = 20


class ClientKilled(WorldTest):
    environment: dict = {}

    def setUp(self) -> None:
        super().setUp()

    def test_every_acknowledged_entry_survives_the_client_being_killed(self):
        anna, bjorn = self.world.enrolled(2)
        anna.run("channel", "create", "SSU", "--kind", "discussion", "--partners", "3301,3203")
        bjorn.run("sync")
        writer = Writer(bjorn, "SSU", "b")
        bjorn.start_agent()
        writer.start()
        for round_number in range(ROUNDS):
            before = len(writer.acknowledged)
            self.wait_until(lambda: len(writer.acknowledged) >= before + 2, 60, f"traffic in round {round_number}")
            time.sleep(0.007 * (round_number % 11))
            bjorn.agent.kill()
            bjorn.agent.wait()
            bjorn.stop_agent()
            bjorn.start_agent()
        writer.finish()
        bjorn.stop_agent()
        self.assertGreaterEqual(check_all_there(self, anna, "SSU", [writer]), 2 * ROUNDS)
        check_all_there(self, bjorn, "SSU", [writer])


if __name__ == "__main__":
    main()
