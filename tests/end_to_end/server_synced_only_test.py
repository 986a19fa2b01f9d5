"""As server_killed, with a store whose unsynced writes are gone after a kill: a missing sync would lose entries."""

import unittest

import server_killed_test
from world import main


class ServerSyncedOnly(server_killed_test.ServerKilled):
    environment = {"SAMBAND_TEST_UNSYNCED_LOSS": "1"}


def load_tests(loader, _tests, _pattern):
    return unittest.TestSuite([loader.loadTestsFromTestCase(ServerSyncedOnly)])


if __name__ == "__main__":
    main()
