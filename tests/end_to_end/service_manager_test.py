"""sambandd under a service manager: sockets that are passed in, what it says of itself, and a restart under traffic in
which clients see nothing but a reconnect."""

import os
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.request
from pathlib import Path

from service_manager import ServiceManager, listening_socket
from traffic import check_all_there
from world import PROGRAMS, World, main

ROUNDS = 6


class ManagedWorld(World):
    """A world whose server is started by a service manager, on sockets that outlive it."""

    def __init__(self, partners: int, environment: dict | None = None):
        self.manager: ServiceManager | None = None
        self.managed_environment: dict = {}
        self.wrapper: list[str] = []
        super().__init__(partners, environment)

    def start(self) -> None:
        if self.manager is None:
            self.metrics_socket = listening_socket()
            self.manager = ServiceManager(self.folder, [("clients", listening_socket(port=self.port)),
                                                        ("metrics", self.metrics_socket)])
        self.process = self.manager.start([*self.wrapper, PROGRAMS / "sambandd", "serve", "--config", self.config],
                                          self.managed_environment, stdout=subprocess.PIPE, stderr=self.log)
        self.ready = self.manager.wait_for(20, READY="1")
        if self.ready is None:
            raise AssertionError("not ready\n" + self.log_text()[-3000:])

    def log_text(self) -> str:
        return (self.folder / "server.log").read_text()

    def page(self, path: str) -> str:
        port = self.metrics_socket.getsockname()[1]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.read().decode()

    def close(self) -> None:
        super().close()
        if self.manager:
            self.manager.close()


class Sender(threading.Thread):
    """Sends numbered texts, one command after the other. Every one of them must succeed."""

    def __init__(self, client, channel: str, label: str):
        super().__init__(daemon=True)
        self.client, self.channel, self.label = client, channel, label
        self.acknowledged: dict[int, str] = {}
        self.tried: set[str] = set()
        self.failed: list[str] = []
        self.stopping = threading.Event()

    def run(self) -> None:
        while not self.stopping.is_set():
            text = f"{self.label} {len(self.tried)}"
            self.tried.add(text)
            result = self.client.try_run("--wait", 30, "send", self.channel, text)
            if result.status == 0:
                self.acknowledged[int(result.out.split()[0])] = text
            else:
                self.failed.append(f"{text}: {result.status} {result.err}")

    def finish(self) -> None:
        self.stopping.set()
        if self.is_alive():
            self.join(90)


class Restart(unittest.TestCase):
    def test_clients_under_load_see_nothing_but_a_reconnect(self):
        world = ManagedWorld(3)
        self.addCleanup(world.close)
        anna, bjorn, carl = world.enrolled(3)
        anna.run("channel", "create", "SSU", "--kind", "discussion", "--partners", "3301,3203,3201")
        for client in (bjorn, carl):
            client.run("sync")
        agent = bjorn.start_agent()  # keeps one connection; carl connects anew for every text
        senders = [Sender(bjorn, "SSU", "b"), Sender(carl, "SSU", "c")]
        for sender in senders:
            self.addCleanup(sender.finish)
            sender.start()
        for _ in range(ROUNDS):
            before = [len(sender.acknowledged) for sender in senders]
            deadline = time.monotonic() + 60
            while any(len(s.acknowledged) < b + 2 for s, b in zip(senders, before)) and time.monotonic() < deadline:
                time.sleep(0.02)
            self.assertEqual(world.stop(), 0)
            self.assertIsNotNone(world.manager.wait_for(5, STOPPING="1"))
            time.sleep(0.3)  # nobody serves; who connects now waits in the socket's queue
            world.start()
        for sender in senders:
            sender.finish()
            self.assertEqual(sender.failed, [])
        self.assertIsNone(agent.poll(), "the agent has ended")
        self.assertGreaterEqual(check_all_there(self, anna, "SSU", senders), 4 * ROUNDS)


class PassedSockets(unittest.TestCase):
    def setUp(self) -> None:
        self.world = ManagedWorld(0)
        self.addCleanup(self.world.close)

    def test_they_are_served_on_and_the_addresses_of_the_configuration_are_not_bound(self):
        self.world.stop()
        with socket.socket() as probe:  # would be taken, if it were bound
            probe.bind(("127.0.0.1", 0))
            probe.listen()
            own = probe.getsockname()[1]
            text = self.world.config.read_text()
            self.world.config.write_text(text.replace(f'listen = "127.0.0.1:{self.world.port}"', f'listen = "127.0.0.1:{own}"')
                                         .replace(f'listen = "127.0.0.1:{self.world.port + 1}"', f'listen = "127.0.0.1:{own}"'))
            self.world.start()
        self.assertIn("ready", self.world.page("/readyz"))
        self.assertIn("samband_build_info", self.world.page("/metrics"))
        self.assertIn(f"127.0.0.1:{self.world.port}", self.world.ready["STATUS"])
        self.assertIn("localhost", self.world.ready["STATUS"])
        self.assertIn("a socket of the service manager on", self.world.log_text())
        self.assertEqual(self.world.ctl("status").status, 0)

    @unittest.skipIf(os.geteuid() != 0, "needs root to take the network away")
    def test_they_are_enough_where_the_server_has_no_network(self):
        """As with PrivateNetwork=yes."""
        self.world.stop()
        self.world.wrapper = ["/usr/bin/unshare", "-n", "--"]
        self.world.start()
        self.assertIn("ready", self.world.page("/readyz"))
        self.world.import_partners([("3301", "Drammen")])
        self.assertEqual(len(self.world.enrolled(1)), 1)

    def test_sockets_that_were_passed_to_another_process_are_left_alone(self):
        plain = World(0)
        self.addCleanup(plain.close)
        plain.stop()
        plain.environment = {**plain.environment, "LISTEN_PID": "1", "LISTEN_FDS": "1", "LISTEN_FDNAMES": "nonsense"}
        plain.start()  # it would be refused, if they were its own

    def refused(self, sockets) -> str:
        with tempfile.TemporaryDirectory() as folder:
            manager = ServiceManager(Path(folder), sockets)
            process = manager.start([PROGRAMS / "sambandd", "serve", "--config", self.world.config],
                                    stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            _, err = process.communicate(timeout=20)
            manager.close()
            self.assertEqual(process.returncode, 1)
            self.assertEqual(len(err.strip().splitlines()), 1, err)
            return err

    def test_a_socket_without_a_known_name_is_refused(self):
        self.assertIn("FileDescriptorName=clients", self.refused([("", listening_socket())]))
        self.assertIn('"sambandd.socket"', self.refused([("sambandd.socket", listening_socket())]))

    def test_what_does_not_listen_for_tcp_is_refused(self):
        self.assertIn("does not listen for TCP", self.refused([("clients", socket.socket())]))
        self.assertIn("does not listen for TCP", self.refused([("clients", socket.socket(type=socket.SOCK_DGRAM))]))

    def test_metrics_have_one_socket_and_it_is_on_loopback(self):
        two = [("metrics", listening_socket()), ("metrics", listening_socket())]
        self.assertIn("two sockets named metrics", self.refused(two))
        self.world.stop()
        everywhere = [("clients", listening_socket()), ("metrics", listening_socket("0.0.0.0"))]
        self.assertIn("anybody may ask", self.refused(everywhere))

    def test_clients_may_have_several(self):
        self.world.stop()
        second = listening_socket("127.0.0.1")
        self.world.manager.sockets.append(("clients", second))
        self.world.start()
        with socket.create_connection(second.getsockname(), timeout=5) as one:
            one.sendall(b"GET / HTTP/1.1\r\n\r\n")
            self.assertLess(len(one.recv(100)), 100)  # it answers: that this is no TLS
        self.assertIn(f"127.0.0.1:{second.getsockname()[1]}", self.world.ready["STATUS"])


class Word(unittest.TestCase):
    def test_a_reload_is_told_from_its_begin_to_its_end(self):
        world = ManagedWorld(0)
        self.addCleanup(world.close)
        world.process.send_signal(signal.SIGHUP)
        begun = world.manager.wait_for(10, RELOADING="1")
        self.assertIsNotNone(begun)
        self.assertGreater(int(begun["MONOTONIC_USEC"]), 0)
        self.assertIsNotNone(world.manager.wait_for(10, READY="1"))
        good = world.config.read_text()
        world.config.write_text(good + "\nnonsense = 1\n")
        world.process.send_signal(signal.SIGHUP)
        self.assertIsNotNone(world.manager.wait_for(10, RELOADING="1"))
        self.assertIn("refused", world.manager.wait_for(10, READY="1")["STATUS"])
        self.assertIn("samband_configuration_refused 1", world.page("/metrics"))

    def test_the_watchdog_hears_of_it_twice_in_each_interval_and_only_when_it_is_asked_of_this_process(self):
        world = ManagedWorld(0)
        self.addCleanup(world.close)
        world.stop()
        world.managed_environment = {"WATCHDOG_USEC": "1000000"}
        world.start()
        world.manager.heard.clear()
        world.manager.listen(3)
        beats = [at for at, message in world.manager.heard if message.get("WATCHDOG") == "1"]
        self.assertGreaterEqual(len(beats), 4)
        self.assertLessEqual(len(beats), 8)
        self.assertLess(max(b - a for a, b in zip(beats, beats[1:])), 0.9)
        world.stop()
        world.managed_environment = {"WATCHDOG_USEC": "1000000", "WATCHDOG_PID": "1"}
        world.start()
        world.manager.heard.clear()
        world.manager.listen(2)
        self.assertEqual([m for _, m in world.manager.heard if "WATCHDOG" in m], [])


if __name__ == "__main__":
    main()
