"""Debian 12 in a folder, with systemd as process 1 in namespaces of its own: a machine to install packages on."""

import hashlib
import os
import shutil
import subprocess
import time
from pathlib import Path

from report import Skipped

# As a container's manager prepares a root for systemd: its own /proc, /sys, /dev, /run and cgroups.
BOOT = """
set -eu
mount --make-rprivate /
mount --bind "$1" "$1"
cd "$1"
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=0755 dev dev
for node in null zero full random urandom tty; do touch dev/$node; mount --bind /dev/$node dev/$node; done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
mount -t tmpfs -o mode=1777 shm dev/shm
mount -t tmpfs -o mode=0755 run run
mkdir run/old
pivot_root . run/old
umount -l run/old
rmdir run/old
mount --make-rshared /
exec env -i container=unshare PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --log-target=console --show-status=no
"""
NAMESPACES = ["-m", "-p", "-n", "-u", "-i", "-C"]
BOOT_SECONDS_MAX = 60
COMMAND_SECONDS_MAX = 120
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8",
               "DEBIAN_FRONTEND": "noninteractive"}


def require(*programs: str) -> None:
    if os.geteuid() != 0:
        raise Skipped("it needs root")
    for program in programs:
        if not shutil.which(program):
            raise Skipped(f"there is no {program} here")


def require_namespaces() -> None:
    require("unshare", "nsenter")
    tried = subprocess.run(["unshare", "--kill-child", "-f", *NAMESPACES, "--mount-proc", "true"], capture_output=True, text=True)
    if tried.returncode != 0:
        raise Skipped(f"no namespaces of one's own here: {tried.stderr.strip()}")


def unpacked_root(cache: Path, folder: Path, packages: list[str], release: str = "bookworm") -> Path:
    """A Debian root with these packages in `folder`; what mmdebstrap made is kept in `cache`. Debian 12 comes from where
    this machine has its packages from; other releases from the same place."""
    require_namespaces()
    require("mmdebstrap")
    key = hashlib.sha256(" ".join(sorted(packages)).encode()).hexdigest()[:12]
    archive = cache / f"{release}-{key}.tar"
    if not archive.exists():
        cache.mkdir(parents=True, exist_ok=True)
        sources = Path("/etc/apt/sources.list.d/debian.sources")
        if release != "bookworm" and sources.exists():
            other = cache / f"{release}.sources"
            other.write_text(sources.read_text().replace("bookworm", release))
            sources = other
        part = archive.with_suffix(".part.tar")
        made = subprocess.run(["mmdebstrap", "--mode=root", "--variant=minbase", f"--include={','.join(sorted(packages))}",
                               release, part, *([sources] if sources.exists() else [])],
                              capture_output=True, text=True, timeout=600)
        if made.returncode != 0:
            raise Skipped(f"mmdebstrap can't make a root of {release} here: " + made.stderr.strip().splitlines()[-1])
        part.rename(archive)
    folder.mkdir(parents=True)
    subprocess.run(["tar", "-xf", archive, "-C", folder], check=True)
    (folder / "etc/hosts").write_text("127.0.0.1 localhost\n::1 localhost\n")
    return folder


class Machine:
    """A root with systemd running in it. Use as a context: it ends with everything in it."""

    def __init__(self, root: Path):
        self.root = root
        self.pid = 0

    def __enter__(self) -> "Machine":
        self.log = open(f"{self.root}.log", "w", encoding="utf-8")
        self.outer = subprocess.Popen(["unshare", "--kill-child", "-f", *NAMESPACES, "sh", "-c", BOOT, "boot", self.root],
                                      stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT)
        deadline = time.monotonic() + BOOT_SECONDS_MAX
        while time.monotonic() < deadline and self.outer.poll() is None:
            time.sleep(0.3)
            children = Path(f"/proc/{self.outer.pid}/task/{self.outer.pid}/children").read_text().split()
            if children and Path(f"/proc/{children[0]}/comm").read_text().strip() == "systemd":
                self.pid = int(children[0])
                if self.run("systemctl", "is-system-running", check=False).out.strip() in ("running", "degraded"):
                    return self
        self.__exit__()
        raise Skipped("systemd does not come up as process 1 here: "
                      + (Path(f"{self.root}.log").read_text().strip().splitlines() or ["it says nothing"])[-1])

    def __exit__(self, *_) -> None:
        self.outer.kill()
        self.outer.wait()
        self.log.close()

    def command(self, *words: object) -> list[str]:
        environment = [f"{name}={value}" for name, value in ENVIRONMENT.items()]
        return ["nsenter", "-t", str(self.pid), *NAMESPACES, "-r", "env", "-i", *environment, *map(str, words)]

    def run(self, *words: object, check: bool = True, text: str = "", seconds: float = COMMAND_SECONDS_MAX) -> "Done":
        done = Done(subprocess.run(self.command(*words), input=text, capture_output=True, text=True, timeout=seconds))
        if check and done.status != 0:
            raise AssertionError(f"{' '.join(map(str, words))}: status {done.status}: {(done.err or done.out).strip()}")
        return done

    def start(self, *words: object) -> subprocess.Popen:
        return subprocess.Popen(self.command(*words), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.DEVNULL, text=True)

    def listening(self) -> set[str]:
        return {line.split()[3] for line in self.run("ss", "-Hltn").out.splitlines()}

    def shown(self, unit: str, field: str) -> str:
        return self.run("systemctl", "show", "-P", field, unit).out.strip()


class Done:
    def __init__(self, done: subprocess.CompletedProcess):
        self.status, self.out, self.err = done.returncode, done.stdout, done.stderr
