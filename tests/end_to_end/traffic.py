"""Writers that remember what was acknowledged, and the check that all of it is there, once and in its place."""

import subprocess
import threading
import time

from world import Client


class Writer(threading.Thread):
    """Sends numbered texts through a client until told to stop. A send that ends with status 0 is acknowledged."""

    def __init__(self, client: Client, channel: str, name: str):
        super().__init__(daemon=True)
        self.client = client
        self.channel = channel
        self.label = name
        self.acknowledged: dict[int, str] = {}
        self.tried: set[str] = set()
        self.stopping = threading.Event()
        self.number = 0
        self.sending: subprocess.Popen | None = None

    def kill(self) -> None:
        """The command that is under way at this moment, if any."""
        if self.sending:
            self.sending.kill()

    def run(self) -> None:
        while not self.stopping.is_set():
            text = f"{self.label} {self.number}"
            self.number += 1
            self.tried.add(text)
            self.sending = subprocess.Popen(self.client.command("--wait", 30, "send", self.channel, text),
                                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                            stderr=subprocess.DEVNULL, text=True, env=self.client.environment)
            out, _ = self.sending.communicate()
            if self.sending.returncode == 0:
                self.acknowledged[int(out.split()[0])] = text
            else:
                time.sleep(0.05)

    def finish(self) -> None:
        self.stopping.set()
        if self.is_alive():
            self.join(90)


def check_all_there(test, reader: Client, channel: str, writers: list[Writer]) -> int:
    """Every acknowledged text at its sequence number, nothing twice, nothing nobody wrote."""
    lines = {line["seq"]: line["text"] for line in reader.read(channel)}
    acknowledged = {seq: text for writer in writers for seq, text in writer.acknowledged.items()}
    lost = {seq: text for seq, text in acknowledged.items() if lines.get(seq) != text}
    test.assertEqual(lost, {}, "acknowledged, but not there")
    texts = list(lines.values())
    test.assertEqual(sorted(texts), sorted(set(texts)), "a text is there twice")
    test.assertEqual(set(texts) - {text for writer in writers for text in writer.tried}, set(), "nobody wrote this")
    return len(acknowledged)
