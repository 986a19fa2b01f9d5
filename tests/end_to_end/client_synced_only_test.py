"""As client_killed, with a profile whose unsynced writes are gone after a kill: a missing sync would use a key twice."""

import unittest

import client_killed_test
from world import main


class ClientSyncedOnly(client_killed_test.ClientKilled):
    loses_unsynced = True


def load_tests(loader, _tests, _pattern):
    return unittest.TestSuite([loader.loadTestsFromTestCase(ClientSyncedOnly)])


if __name__ == "__main__":
    main()
