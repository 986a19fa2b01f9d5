"""The server is killed with SIGKILL twenty times under traffic: what it acknowledged is there."""

import time

from traffic import Writer, check_all_there
from world import WorldTest, main

ROUNDS = 20


class ServerKilled(WorldTest):
    partners = 3

    def test_every_acknowledged_entry_survives_the_server_being_killed(self):
        anna, bjorn, carl = self.world.enrolled(3)
        anna.run("channel", "create", "SSU", "--kind", "discussion", "--partners", "3301,3203,3201")
        for client in (bjorn, carl):
            client.run("sync")
            client.start_agent()
        writers = [Writer(bjorn, "SSU", "b"), Writer(carl, "SSU", "c")]
        for writer in writers:
            writer.start()
        for round_number in range(ROUNDS):
            before = sum(len(writer.acknowledged) for writer in writers)
            self.wait_until(lambda: sum(len(writer.acknowledged) for writer in writers) >= before + 3, 60,
                            f"traffic in round {round_number}")
            time.sleep(0.013 * (round_number % 7))
            self.world.kill()
            self.world.start()
        for writer in writers:
            writer.finish()
        self.assertGreaterEqual(check_all_there(self, anna, "SSU", writers), 3 * ROUNDS)
        for client in (bjorn, carl):
            client.stop_agent()
            check_all_there(self, client, "SSU", writers)
        self.assertEqual(self.world.stop(), 0)
        self.world.start()


if __name__ == "__main__":
    main()
