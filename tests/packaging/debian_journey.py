"""What an operator does with the deb packages, from the first installation to a new machine, on Debian 12 with systemd."""

import hashlib
import json
import re
import shutil
import subprocess
import time
from pathlib import Path

from machine import Machine, unpacked_root
from package_checks import Packages, output
from report import Skipped, expect, needs

TOOLS = ["systemd-sysv", "dbus", "procps", "iproute2", "curl"]
UNITS = ["sambandd.service", "sambandd.socket", "sambandd-metrics.socket", "samband-backup.timer"]
CLIENTS, METRICS = "0.0.0.0:8443", "127.0.0.1:9464"
# Namespaces inside namespaces have no device nodes of their own to give.
DROP_IN = "[Service]\nPrivateDevices=no\n"
READY_SECONDS_MAX = 20
IDLE_BYTES_MAX = 40_000_000


def dependencies(packages: Packages) -> list[str]:
    found = set(TOOLS)
    for deb in packages.debs.values():
        for one in output("dpkg-deb", "-f", deb, "Depends").split(","):
            found.add(one.split("|")[0].split("(")[0].strip())
    return sorted(found)


def tree_hash(folder: Path) -> str:
    """Over names, owners, permissions and content of everything below."""
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        about = path.lstat()
        total.update(f"{path.relative_to(folder)} {about.st_mode} {about.st_uid} {about.st_gid}\n".encode())
        if path.is_file():
            total.update(path.read_bytes())
    return total.hexdigest()


def until(holds, words: str, seconds: float = READY_SECONDS_MAX) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        expect(time.monotonic() < deadline, f"not within {seconds} s: {words}")
        time.sleep(0.2)


class Visits:
    """Somebody connects again and again; counts those who were turned away."""

    def __init__(self, machine: Machine):
        self.process = machine.start(
            "sh", "-c", "n=0; while [ ! -e /run/enough ]; do curl -sk -m 20 -o /dev/null https://127.0.0.1:8443/; s=$?; "
            "[ $s = 7 ] && echo refused; n=$((n+1)); done; echo visits $n; rm /run/enough")
        self.machine = machine

    def end(self) -> tuple[int, int]:
        self.machine.run("touch", "/run/enough")
        told = self.process.communicate(timeout=60)[0].splitlines()
        return int(told[-1].split()[1]), told.count("refused")


class Journey:
    name = "deb"

    def __init__(self, packages: Packages, newer: Packages, work: Path, cache: Path):
        self.packages, self.newer, self.work, self.cache = packages, newer, work, cache
        self.machine: Machine | None = None

    def new_machine(self, name: str) -> Machine:
        machine = Machine(unpacked_root(self.cache, self.work / name, dependencies(self.packages)))
        drop_in = machine.root / "etc/systemd/system/service.d/trial.conf"
        drop_in.parent.mkdir(parents=True)
        drop_in.write_text(DROP_IN)
        return machine.__enter__()

    def close(self) -> None:
        if self.machine:
            self.machine.__exit__()

    def install(self, machine: Machine, packages: Packages, kinds=("server", "client")) -> str:
        for kind in kinds:
            shutil.copy(packages.debs[kind], machine.root / "root")
        done = machine.run("dpkg", "-i", *(f"/root/{packages.debs[kind].name}" for kind in kinds))
        return done.out + done.err

    def has(self, *command: str) -> None:
        """Skips what needs a command that these packages do not have."""
        told = self.machine.run(*command[:-1], "--help").out
        if not re.search(rf"^  {command[-1]} ", told, re.M):
            raise Skipped(f"these packages have no `{' '.join(command)}`")

    def client(self, person: str, *words: object) -> str:
        return self.machine.run("samband", "--profile", f"/root/{person}", *words).out

    def read(self, person: str, channel: str) -> list[str]:
        self.client(person, "sync")
        return [json.loads(line)["text"] for line in self.client(person, "--json", "read", channel).splitlines()]

    def step_boot(self):
        """Debian 12 comes up with systemd as process 1"""
        self.machine = self.new_machine("debian")

    @needs("boot")
    def step_install(self):
        """the package is installed and says the two commands that do the rest"""
        told = self.install(self.machine, self.packages)
        expect("sambandctl setup" in told and "sambandctl partner add" in told, told)

    @needs("install")
    def step_quiet(self):
        """nothing listens, nothing is enabled, nothing has started"""
        expect(not self.machine.listening(), f"somebody listens: {self.machine.listening()}")
        for unit in UNITS:
            state = self.machine.run("systemctl", "is-enabled", unit, check=False).out.strip()
            expect(state == "disabled", f"{unit} is {state}")
            active = self.machine.shown(unit, "ActiveState")
            expect(active == "inactive", f"{unit} is {active}")

    @needs("install")
    def step_users(self):
        """the user samband is there, and files are for those they should be for"""
        for path, owner in (("/etc/samband/sambandd.toml", "root:samband 640"), ("/var/lib/samband", "samband:samband 700"),
                            ("/var/backups/samband", "samband:samband 700"), ("/usr/sbin/sambandd", "root:root 755")):
            has = self.machine.run("stat", "-c", "%U:%G %a", path).out.strip()
            expect(has == owner, f"{path} is {has} instead of {owner}")
        shell = self.machine.run("getent", "passwd", "samband").out.strip().split(":")[-1]
        expect(shell == "/usr/sbin/nologin", f"samband's shell is {shell}")

    @needs("install")
    def step_units(self):
        """systemd finds no fault in the units"""
        done = self.machine.run("systemd-analyze", "verify", "--man=no", *UNITS, "samband-backup.service", check=False)
        expect(not done.err.strip() and done.status == 0, done.err + done.out)

    @needs("install")
    def step_before_setup(self):
        """a server without a name says that setup comes first"""
        self.has("sambandctl", "setup")
        done = self.machine.run("runuser", "-u", "samband", "--", "sambandd", "serve", "--config", "/etc/samband/sambandd.toml",
                                check=False, seconds=20)
        expect(done.status == 1 and "sambandctl setup" in done.err and done.err.count("\n") == 1, done.err)

    @needs("quiet", "users")
    def step_store_survives(self):
        """remove and purge keep the store and say where it is; the next installation finds it"""
        folder = self.machine.root / "var/lib/samband"
        self.machine.run("runuser", "-u", "samband", "--", "sambandd", "init", "--dir", "/var/lib/samband/trial", "--name", "localhost")
        (folder / "trial/store").rename(folder / "store")
        before = tree_hash(folder)
        for action in ("-r", "-P"):
            told = self.machine.run("dpkg", action, "samband-server").out
            expect("/var/lib/samband" in told, f"dpkg {action} does not say where the store is: {told}")
            expect(tree_hash(folder) == before, f"dpkg {action} changed what is in /var/lib/samband")
        expect(not (self.machine.root / "etc/samband/sambandd.toml").exists(), "purge left the configuration")
        told = self.install(self.machine, self.packages, ["server"])
        expect("found the store" in told and tree_hash(folder) == before, told)
        expect(not self.machine.listening(), "somebody listens after the second installation")
        for path in folder.iterdir():
            shutil.rmtree(path)

    @needs("store_survives")
    def step_setup(self):
        """setup makes keys and configuration; clients and metrics have their sockets"""
        self.has("sambandctl", "setup")
        self.machine.run("sambandctl", "setup", "--name", "localhost", "--listen", CLIENTS, "--self-signed")
        until(lambda: self.machine.shown("sambandd.service", "ActiveState") == "active", "sambandd.service is active")
        listening = self.machine.listening()
        # As setup asked, or as the socket unit has it where that is the same port.
        expect(listening in ({CLIENTS, METRICS}, {"*:8443", METRICS}), f"listening: {listening}")
        expect("active" == self.machine.shown("sambandd.socket", "ActiveState"), "the socket unit does not listen")
        ready = self.machine.run("curl", "-s", f"http://{METRICS}/readyz", check=False)
        expect(ready.status == 0, f"/readyz: {ready.out}{ready.err}")
        mode = self.machine.run("stat", "-c", "%U:%G %a", "/run/samband/admin.sock").out.strip()
        expect(mode == "samband:samband 660", f"the admin socket is {mode}")

    @needs("setup")
    def step_confined(self):
        """the server sees no network but the sockets it was handed"""
        pid = self.machine.shown("sambandd.service", "MainPID")
        theirs = self.machine.run("readlink", f"/proc/{pid}/ns/net").out
        expect(theirs != self.machine.run("readlink", "/proc/1/ns/net").out, "it has the network of the machine")
        status = self.machine.run("cat", f"/proc/{pid}/status").out
        expect(re.search(r"^CapBnd:\s+0+$", status, re.M), "it has capabilities")
        expect(re.search(r"^Seccomp:\s+2$", status, re.M), "it has no filter of system calls")

    @needs("setup")
    def step_memory(self):
        """idle, the server has less than 40 MB, libraries and all"""
        pid = self.machine.shown("sambandd.service", "MainPID")
        resident = int(re.search(r"^VmRSS:\s+(\d+) kB", self.machine.run("cat", f"/proc/{pid}/status").out, re.M)[1]) * 1024
        expect(resident < IDLE_BYTES_MAX, f"{resident} bytes are resident")

    @needs("setup")
    def step_group(self):
        """who is in the group samband may use sambandctl, and nobody else"""
        self.machine.run("useradd", "-m", "-G", "samband", "kari")
        self.machine.run("useradd", "-m", "ola")
        told = self.machine.run("runuser", "-u", "kari", "--", "sambandctl", "--json", "status").out
        expect(json.loads(told)["partners"] == 0, f"kari learns nothing: {told}")
        refused = self.machine.run("runuser", "-u", "ola", "--", "sambandctl", "--socket", "/run/samband/admin.sock", "status",
                                   check=False)
        expect(refused.status in (3, 4) and refused.err.count("\n") == 1, f"ola: {refused.status} {refused.err}")

    @needs("setup")
    def step_enrol(self):
        """two partners enrol"""
        for number, name, person in (("3301", "Drammen", "anna"), ("3203", "Asker", "bjorn")):
            made = self.machine.run("sambandctl", "--json", "partner", "add", "--kind", "municipality", "--number", number,
                                    "--name", name).out
            invitation = re.search(r'samband-invite:[^"\s]+', made)[0]
            self.client(person, "enrol", invitation, "--name", person.capitalize(), "--no-passphrase")

    @needs("enrol")
    def step_message(self):
        """a message goes from one to the other"""
        self.client("anna", "channel", "create", "SSU", "--kind", "discussion", "--partners", "3301,3203")
        self.client("anna", "send", "SSU", "Kan vi møtes torsdag?")
        expect(self.read("bjorn", "SSU") == ["Kan vi møtes torsdag?"], "bjorn does not read what anna wrote")

    @needs("message")
    def step_restart(self):
        """a restart turns no client away and loses nothing"""
        visits, before = Visits(self.machine), self.machine.shown("sambandd.service", "MainPID")
        self.machine.run("systemctl", "restart", "sambandd.service")
        self.client("bjorn", "sync")
        count, refused = visits.end()
        expect(self.machine.shown("sambandd.service", "MainPID") != before, "the server did not restart")
        expect(count > 3 and refused == 0, f"{refused} of {count} connections were refused")
        self.client("bjorn", "send", "SSU", "Ja, klokken ti.")
        expect(self.read("anna", "SSU") == ["Kan vi møtes torsdag?", "Ja, klokken ti."], "a message is lost")

    @needs("message")
    def step_killed(self):
        """a server that is killed comes back by itself"""
        before = self.machine.shown("sambandd.service", "MainPID")
        self.machine.run("kill", "-9", before)
        until(lambda: self.machine.shown("sambandd.service", "MainPID") not in ("0", before)
              and self.machine.shown("sambandd.service", "ActiveState") == "active", "sambandd.service is back")
        expect(self.read("bjorn", "SSU")[0] == "Kan vi møtes torsdag?", "what was written is gone")

    @needs("message")
    def step_upgrade(self):
        """an upgrade restarts the service, leaves the sockets open and keeps a changed configuration"""
        configuration = self.machine.root / "etc/samband/sambandd.toml"
        configuration.write_text(configuration.read_text() + "# ours\n")
        pid = self.machine.shown("sambandd.service", "MainPID")
        since = self.machine.shown("sambandd.socket", "ActiveEnterTimestampMonotonic")
        visits = Visits(self.machine)
        self.install(self.machine, self.newer)
        until(lambda: self.machine.shown("sambandd.service", "ActiveState") == "active", "sambandd.service is active")
        self.client("anna", "sync")
        count, refused = visits.end()
        expect(refused == 0, f"{refused} of {count} connections were refused")
        expect(self.machine.shown("sambandd.service", "MainPID") not in ("0", pid), "the service did not restart")
        expect(self.machine.shown("sambandd.socket", "ActiveEnterTimestampMonotonic") == since, "the socket was closed")
        expect(configuration.read_text().endswith("# ours\n"), "the configuration was replaced")
        expect("root:samband 640" == self.machine.run("stat", "-c", "%U:%G %a", "/etc/samband/sambandd.toml").out.strip(),
               "the configuration has another owner")
        self.client("anna", "send", "SSU", "Etter oppgraderingen.")
        expect(self.read("bjorn", "SSU")[-1] == "Etter oppgraderingen.", "no message after the upgrade")

    @needs("upgrade")
    def step_downgrade(self):
        """an older package leaves a newer one and its store alone, in words"""
        if "preinst" not in output("dpkg-deb", "-I", self.packages.debs["server"]):
            raise Skipped("the older package was made before packages asked")
        pid = self.machine.shown("sambandd.service", "MainPID")
        for store in ("store", "chunks"):
            described = self.machine.root / "var/lib/samband" / store / "samband-store"
            good = described.read_text()
            described.write_text(re.sub(r"format \d+", "format 999", good))
            done = self.machine.run("dpkg", "-i", f"/root/{self.packages.debs['server'].name}", check=False)
            described.write_text(good)
            expect(done.status != 0 and f"/var/lib/samband/{store} was written by a newer server" in done.err, done.err)
            expect("restore a backup" in done.err, f"it does not say how to go back: {done.err}")
        has = self.machine.run("dpkg-query", "-W", "-f", "${Version} ${Status}", "samband-server").out
        expect(has == f"{output('dpkg-deb', '-f', self.newer.debs['server'], 'Version').strip()} install ok installed", has)
        expect(self.machine.shown("sambandd.service", "MainPID") == pid, "the newer server was restarted")

    @needs("upgrade")
    def step_backup(self):
        """root's backup and the nightly unit's stand in one folder"""
        self.has("sambandctl", "backup")
        # By hand first: the unit's user goes on in the same folder.
        self.machine.run("sambandctl", "backup", "/var/backups/samband")
        self.machine.run("systemctl", "start", "samband-backup.service")
        kept = [path for path in (self.machine.root / "var/backups/samband").rglob("*") if path.is_file()]
        expect(kept, "/var/backups/samband is empty")
        self.machine.run("systemctl", "enable", "--now", "samband-backup.timer")
        expect(self.machine.shown("samband-backup.timer", "NextElapseUSecRealtime"), "the timer has no next time")

    @needs("setup")
    def step_stop(self):
        """the server stops cleanly, and with its socket stays stopped"""
        self.machine.run("systemctl", "stop", "sambandd.socket", "sambandd-metrics.socket", "sambandd.service")
        expect(self.machine.shown("sambandd.service", "Result") == "success", "it did not end as it should")
        expect(not self.machine.listening(), f"somebody still listens: {self.machine.listening()}")
        self.machine.run("systemctl", "start", "sambandd.socket", "sambandd-metrics.socket", "sambandd.service")

    @needs("upgrade")
    def step_purge(self):
        """purge stops everything, keeps store and backups and says where they are"""
        told = self.machine.run("dpkg", "-P", "samband-server").out
        expect("/var/lib/samband" in told, told)
        expect(not self.machine.listening(), f"somebody still listens: {self.machine.listening()}")
        expect((self.machine.root / "var/lib/samband/store/CURRENT").exists(), "the store is gone")
        expect((self.machine.root / "var/lib/samband/log_key").exists(), "the log key is gone")
        left = [path for path in (self.machine.root / "etc/systemd/system").rglob("sambandd*") if path.is_symlink()]
        expect(not left, f"links to units that are gone: {left}")

    @needs("purge", "backup")
    def step_restore(self):
        """a new machine takes over from the backup, and clients go on"""
        backup = self.machine.root / "var/backups/samband"
        profiles = [self.machine.root / f"root/{person}" for person in ("anna", "bjorn")]
        old, self.machine = self.machine, self.new_machine("restored")
        try:
            self.install(self.machine, self.newer)
            self.has("sambandd", "restore")
            for folder, target in [(backup, "var/backups/samband"), *((profile, f"root/{profile.name}") for profile in profiles)]:
                subprocess.run(["cp", "-a", f"{folder}/.", f"{self.machine.root}/{target}/"] if folder == backup
                               else ["cp", "-a", folder, self.machine.root / target], check=True)
            self.machine.run("sambandd", "restore", "--from", "/var/backups/samband", "--config",
                             "/etc/samband/sambandd.toml")
            self.machine.run("systemctl", "enable", "--now", "sambandd.socket", "sambandd-metrics.socket", "sambandd.service")
            expect(self.read("bjorn", "SSU")[-1] == "Etter oppgraderingen.", "the last message before the backup is not there")
            self.client("anna", "send", "SSU", "På den nye maskinen.")
            expect(self.read("bjorn", "SSU")[-1] == "På den nye maskinen.", "no message on the new machine")
        finally:
            old.__exit__()
