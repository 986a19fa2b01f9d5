"""The story: one community and a national authority, one guidance for all, one conversation of a committee."""

import concurrent.futures
import csv
import hashlib
import json
import subprocess
import time
from pathlib import Path

from demonstration import search
from demonstration.pdf import make_pdf
from demonstration.programs import Client, Follower, Server, StepFailed

GUIDANCE_CHANNEL = "Nasjonale føringer"
COMMITTEE_CHANNEL = "SSU Vest-Viken"
GUIDANCE_TITLE = "Utskrivning av pasienter med behov for kommunale tjenester"
GUIDANCE_NB = (f"# {GUIDANCE_TITLE}\n\nKommunene skal varsles innen 24 timer etter innleggelse. "
               "Rutinen gjelder fra første februar, likt for alle parter.\n")
GUIDANCE_NN = ("# Utskriving av pasientar med behov for kommunale tenester\n\nKommunane skal varslast innan 24 timar "
               "etter innlegging. Rutinen gjeld frå første februar, likt for alle partar.\n")
GUIDANCE_FILE = "rundskriv-utskrivning.pdf"
MINUTES_FILE = "referat-ssu-mars.txt"
MINUTES = "Referat fra SSU: arbeidsgruppen for felles rehabilitering leverer utkast før påske.\n"
STAFF = ("Kari Berg,Ola Haugen,Ingrid Lund,Per Solberg,Anne Moen,Lars Bakken,Marit Dahl,Jon Lie,Siri Vik,Nils Aas,"
         "Eva Strand,Tor Myhre,Gro Hagen,Knut Sand,Liv Holm,Arne Foss,Berit Nes,Geir Rud,Hilde Øye,Odd Bø,Randi Tveit,"
         "Stein Åsen,Tone Krog").split(",")
LATE_PARTNERS = 2
GUIDANCE_SECONDS_MAX = 30


class Scenario:
    def __init__(self, programs: Path, folder: Path, partners: int | None):
        self.folder = folder
        self.profiles = folder / "clients"
        self.secrets = folder / "passphrases"
        self.outbox = folder / "guidance-to-publish"
        for path in (self.profiles, self.secrets, self.outbox):
            path.mkdir(parents=True)
        self.programs = programs
        self.server = Server(programs, folder / "server")
        self.rows = list(csv.DictReader(Path(__file__).with_name("partners.csv").open(encoding="utf-8"), delimiter=";"))
        if partners:
            self.rows = self.rows[:partners - 1] + self.rows[-1:]
        self.clients: list[Client] = []
        self.followers: list[Follower] = []
        self.watcher: Follower | None = None
        self.started = time.monotonic()

    def say(self, text: str) -> None:
        print(f"[{time.monotonic() - self.started:5.1f} s] {text}", flush=True)

    def together(self, work, items) -> list:
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            return list(pool.map(work, items))

    # --- the steps, in order

    def start_server(self) -> None:
        self.server.init()
        self.server.start()
        self.say(f"sambandd serves on {self.server.address}: TLS 1.3, RocksDB")

    def import_partners(self) -> None:
        source = self.folder / "partners.csv"
        with source.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, self.rows[0].keys(), delimiter=";")
            writer.writeheader()
            writer.writerows(self.rows)
        lines = self.server.ctl("--json", "partner", "import", source).splitlines()
        self.invitations = {row["number"]: row["invitation"] for row in map(json.loads, lines)}
        self.say(f"sambandctl imported {len(self.invitations)} partners")
        if len(self.invitations) != len(self.rows):
            raise StepFailed("not every partner got an invitation")

    def client(self, row: dict, staff: str, device: str, profile: str) -> Client:
        return Client(self.programs, self.profiles / profile, self.secrets, row["name"], staff, device)

    def enrol_coordinators(self) -> None:
        for row, staff in zip(self.rows, STAFF):
            self.clients.append(self.client(row, staff, "kontor", row["number"]))
        self.together(lambda pair: pair[1].enrol(self.invitations[pair[0]["number"]]), zip(self.rows, self.clients))
        self.publisher = self.clients[-1]
        first = self.clients[0]
        made = first.json("invite", "--name", first.staff, "--duty", "coordinator")
        second = self.client(self.rows[0], first.staff, "nettbrett", self.rows[0]["number"] + "-2")
        second.enrol(made[0]["invitation"])
        self.clients.append(second)
        self.say(f"enrolled {len(self.rows)} coordinators, one of them with a second device")

    def create_channels(self) -> None:
        self.publisher.run("channel", "create", GUIDANCE_CHANNEL, "--kind", "guidance", "--all-partners")
        members = self.clients[:4]
        numbers = ",".join(row["number"] for row in self.rows[:4])
        names = ",".join(client.staff for client in members)
        members[0].run("channel", "create", COMMITTEE_CHANNEL, "--kind", "discussion", "--partners", numbers,
                       "--who", names)
        self.together(lambda client: client.run("sync"), self.receivers())
        self.say(f"channels: {GUIDANCE_CHANNEL} for all partners, {COMMITTEE_CHANNEL} for {len(members)} named staff")

    def receivers(self) -> list[Client]:
        return [client for client in self.clients if client is not self.publisher]

    def connect(self) -> None:
        receivers = self.receivers()
        self.late = [client for client in receivers if client.folder.name.isdigit()][-LATE_PARTNERS:]
        connected = [client for client in receivers if client not in self.late]
        self.followers = [Follower(client, "read", GUIDANCE_CHANNEL, "--follow") for client in connected]
        self.watcher = Follower(self.publisher, "guidance", "watch", self.outbox, "--channel", GUIDANCE_CHANNEL)
        self.together(lambda follower: follower.client.run("whoami"), self.followers)
        time.sleep(1)
        self.say(f"{len(connected)} devices are connected, {len(self.late)} partners are away")

    def publish(self) -> None:
        draft = self.folder / "utskrivning"
        draft.mkdir()
        (draft / "utskrivning.nb.md").write_text(GUIDANCE_NB, encoding="utf-8")
        (draft / "utskrivning.nn.md").write_text(GUIDANCE_NN, encoding="utf-8")
        self.pdf = make_pdf(1_000_000, seed=int(time.time()))
        (draft / GUIDANCE_FILE).write_bytes(self.pdf)
        dropped = time.monotonic()
        draft.rename(self.outbox / draft.name)
        self.received = {}
        for follower in self.followers:
            at, _ = follower.wait_for(lambda line: GUIDANCE_TITLE in line.get("text", ""), GUIDANCE_SECONDS_MAX)
            self.received[follower.client.folder.name] = (at - dropped) * 1000
        self.say(f"a guidance with a PDF of {len(self.pdf):,} bytes went out by itself")

    def late_ones_connect(self) -> None:
        self.together(lambda client: client.run("sync"), self.late)
        self.say(f"{len(self.late)} partners connected afterwards and caught up")

    def save_everywhere(self) -> None:
        saved = self.together(self.save_one, self.clients)
        self.sums = dict(zip((client.folder.name for client in self.clients), saved))
        self.say("every client saved the guidance to files")

    def save_one(self, client: Client) -> str:
        """One SHA-256 over the sorted output of sha256sum for the saved files."""
        listed = client.json("guidance", "list")
        identity = next(line["id"] for line in listed if line["title"] == GUIDANCE_TITLE)
        target = self.folder / "saved" / client.folder.name
        client.run("guidance", "show", identity, "--save", target)
        names = sorted(path.name for path in target.iterdir())
        if GUIDANCE_FILE not in names or len(names) < 3:
            raise StepFailed(f"{client.partner}: the saved guidance holds only {names}")
        output = subprocess.run(["sha256sum", *names], cwd=target, capture_output=True, check=True).stdout
        if (target / GUIDANCE_FILE).read_bytes() != self.pdf:
            raise StepFailed(f"{client.partner}: the PDF is not the one that was published")
        return hashlib.sha256(output).hexdigest()

    def show_table(self) -> None:
        print(f"\n{'partner':<18} {'device':<10} {'received after':>14}  SHA-256 of the saved files")
        for client in self.clients:
            after = self.received.get(client.folder.name)
            shown = f"{after:,.0f} ms" if after is not None else "published" if client is self.publisher else "later"
            print(f"{client.partner:<18} {client.device:<10} {shown:>14}  {self.sums[client.folder.name]}")
        holders = {client.partner for client in self.clients
                   if self.sums[client.folder.name] == self.sums[self.publisher.folder.name]}
        print(f"\n{len(holders)} of {len(self.rows)} partners hold the same guidance")
        times = sorted(self.received.values())
        print(f"{len(times)} connected: first to last {times[-1] - times[0]:.0f} ms\n")
        if len(holders) != len(self.rows):
            raise StepFailed("the partners do not hold the same guidance")

    def converse(self) -> None:
        hospital, municipality = self.clients[0], self.clients[1]
        first = self.send(hospital, "Kan vi ta felles rehabilitering som første sak?")
        self.send(municipality, "Ja, vi har et utkast fra Bærum.", "--reply-to", first)
        third = self.send(municipality, "Møtet er torsdga.")
        municipality.run("edit", COMMITTEE_CHANNEL, third, "Møtet er torsdag klokken ti.")
        minutes = self.folder / MINUTES_FILE
        minutes.write_text(MINUTES, encoding="utf-8")
        hospital.run("doc", "put", COMMITTEE_CHANNEL, minutes)
        minutes.unlink()
        reader = self.clients[2]
        reader.run("sync")
        print(f"{COMMITTEE_CHANNEL}, as {reader.staff} of {reader.partner} reads it:")
        print(reader.run("read", COMMITTEE_CHANNEL))
        lines = reader.json("read", COMMITTEE_CHANNEL)
        texts = [line.get("text") for line in lines]
        if "Møtet er torsdag klokken ti." not in texts or "Møtet er torsdga." in texts:
            raise StepFailed("the edit did not arrive")
        if not any(line.get("reply_to") == int(first) for line in lines):
            raise StepFailed("the reply did not arrive")
        fetched = self.folder / "fetched.txt"
        reader.run("doc", "get", COMMITTEE_CHANNEL, MINUTES_FILE, "-o", fetched)
        if fetched.read_text(encoding="utf-8") != MINUTES:
            raise StepFailed("the shared document differs")
        fetched.unlink()
        self.say("a conversation with a reply, an edit and a shared document")

    def send(self, client: Client, text: str, *options: object) -> str:
        return client.run("send", COMMITTEE_CHANNEL, text, *options).split()[0]

    def search_disks(self) -> None:
        for follower in [*self.followers, self.watcher]:
            follower.stop()
        folders = [self.server.folder, self.profiles]
        texts = [GUIDANCE_TITLE, GUIDANCE_NB.splitlines()[2], GUIDANCE_NN.splitlines()[2], GUIDANCE_FILE, MINUTES_FILE,
                 MINUTES.strip(), "Kan vi ta felles rehabilitering", "Møtet er torsdag", "Møtet er torsdga"]
        needles = [needle for text in texts for needle in search.needles_of_text(text)]
        needles += search.needles_of_file(self.pdf)
        found = search.find(folders, needles)
        control = search.find([self.server.folder], ["Øvre Eiker".encode() if len(self.rows) > 9 else "Bærum".encode()])
        self.say(f"searched {search.bytes_below(folders):,} bytes of the server and the locked clients "
                 f"for {len(needles)} pieces of what was sent: {len(found)} found")
        if found:
            raise StepFailed(f"plaintext on the disk: {found[0][1]!r} in {found[0][0]}")
        if not control:
            raise StepFailed("the control, a partner's name, was not found: the search proves nothing")
        self.say("the control (a partner's name, which the server may know) was found where it should be")

    def run(self) -> None:
        for step in (self.start_server, self.import_partners, self.enrol_coordinators, self.create_channels,
                     self.connect, self.publish, self.late_ones_connect, self.save_everywhere, self.show_table,
                     self.converse, self.search_disks):
            step()
        self.say("every step held")

    def stop(self) -> None:
        for follower in [*self.followers, *([self.watcher] if self.watcher else [])]:
            follower.stop()
        self.server.stop()
