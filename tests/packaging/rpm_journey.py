"""The rpm packages, installed by dnf from a repository into a root that offers what RHEL 9 offers and no more."""

import shutil
import subprocess
from pathlib import Path

from machine import require, require_namespaces, unpacked_root
from package_checks import Packages
from report import Skipped, expect, needs

# What programs find in RHEL 9: glibc 2.34, GCC's support library, OpenSSL 3.0, systemd, a shell.
CAPABILITIES = Path(__file__).parent / "rhel9_capabilities"
STUB = """Name: rhel9
Version: 9
Release: 1
Summary: What RHEL 9 offers to those who ask
License: none
BuildArch: noarch
AutoReqProv: no
{provides}
%description
{name}
%files
"""
# Of Debian, for the scripts of the packages; none of the libraries that the deb asks for.
TOOLS = ["systemd", "libssl3", "grep"]


def run(*command: object, **options) -> str:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=300, **options)
    expect(done.returncode == 0, f"{command[0]}: {(done.stderr + done.stdout).strip()}")
    return done.stdout + done.stderr


class Journey:
    name = "rpm"

    def __init__(self, packages: Packages, newer: Packages, work: Path, cache: Path):
        self.packages, self.newer, self.work, self.cache = packages, newer, work, cache
        self.root, self.repository = work / "rhel", work / "repository"

    def dnf(self, *words: object) -> str:
        # Scripts of packages find /proc, as on a machine.
        return run("unshare", "-m", "sh", "-c", 'mount -t proc proc "$1/proc"; shift; exec "$@"', "sh", self.root,
                   "dnf", "-y", f"--installroot={self.root}", "--releasever=9", "--nogpgcheck", "--setopt=reposdir=/nonexistent",
                   f"--repofrompath=samband,file://{self.repository}", "--setopt=cachedir=/var/cache/dnf",
                   "--setopt=install_weak_deps=False", "--setopt=metadata_expire=0", *words)

    def inside(self, *words: object) -> str:
        return run("chroot", self.root, *words)

    def publish(self, *rpms: Path) -> None:
        for rpm in rpms:
            shutil.copy(rpm, self.repository)
        run("createrepo_c", "-q", self.repository)

    def step_repository(self):
        """a repository with the packages and what RHEL 9 offers"""
        require_namespaces()
        require("dnf", "createrepo_c", "rpmbuild")
        self.repository.mkdir(parents=True)
        names = [line for line in CAPABILITIES.read_text().splitlines() if line and not line.startswith("#")]
        spec = self.work / "rhel9.spec"
        spec.write_text(STUB.format(provides="\n".join(f"Provides: {name}" for name in names), name="What RHEL 9 offers."))
        run("rpmbuild", "-bb", "--define", f"_topdir {self.work / 'rpmbuild'}", "--define", f"_rpmdir {self.repository}",
            "--define", f"_dbpath {self.work / 'rpmdb'}", spec)
        self.publish(*self.packages.rpms.values())

    @needs("repository")
    def step_install(self):
        """dnf finds everything it needs there and installs both packages"""
        unpacked_root(self.cache, self.root, TOOLS)
        told = self.dnf("install", "samband-server", "samband-client")
        expect("sambandctl setup" in told and "sambandctl partner add" in told, f"it does not say how to go on: {told}")

    @needs("install")
    def step_users(self):
        """the user samband is there, and files are for those they should be for"""
        for path, owner in (("/etc/samband/sambandd.toml", "root:samband 640"), ("/var/lib/samband", "samband:samband 700"),
                            ("/var/backups/samband", "samband:samband 700"), ("/usr/sbin/sambandd", "root:root 755")):
            has = self.inside("stat", "-c", "%U:%G %a", path).strip()
            expect(has == owner, f"{path} is {has} instead of {owner}")
        links = list((self.root / "etc/systemd/system").rglob("samband*"))
        expect(not links, f"enabled by the installation: {links}")

    @needs("install")
    def step_programs(self):
        """the programs run without any library that RHEL 9 lacks"""
        for library in ("librocksdb*", "libsodium*", "libfmt*", "libprometheus*", "libutf8proc*"):
            expect(not list((self.root / "usr/lib").rglob(library)), f"{library} is in the root: the check would prove nothing")
        for program in ("/usr/sbin/sambandd", "/usr/sbin/sambandctl", "/usr/bin/samband"):
            expect("0.1" in self.inside(program, "--version"), f"{program} --version")
            libraries = self.inside("ldd", program)
            expect("not found" not in libraries and "libstdc++" not in libraries, libraries)
        self.inside("runuser", "-u", "samband", "--", "/usr/sbin/sambandd", "init", "--dir", "/var/lib/samband/trial", "--name",
                    "localhost")
        told = self.inside("runuser", "-u", "samband", "--", "/usr/sbin/sambandd", "check", "--config",
                           "/var/lib/samband/trial/sambandd.toml")
        expect("all is well" in told, told)

    @needs("programs")
    def step_upgrade(self):
        """an upgrade keeps a changed configuration"""
        configuration = self.root / "etc/samband/sambandd.toml"
        configuration.write_text(configuration.read_text() + "# ours\n")
        self.publish(*self.newer.rpms.values())
        self.dnf("upgrade", "samband-server", "samband-client")
        version = run("rpm", "--root", self.root, "-q", "--qf", "%{VERSION}", "samband-server").strip()
        expect(version in self.newer.rpms["server"].name, f"{version} is installed")
        expect(configuration.read_text().endswith("# ours\n"), "the configuration was replaced")

    @needs("upgrade")
    def step_downgrade(self):
        """an older package leaves a newer one and its store alone, in words"""
        if "refuse_newer_store" not in run("rpm", "-qp", "--scripts", self.packages.rpms["server"]):
            raise Skipped("the older package was made before packages asked")
        described = self.root / "var/lib/samband/store/samband-store"
        described.parent.mkdir()
        described.write_text("samband-store 1\nkind samband server\nformat 999\n")
        try:
            self.dnf("downgrade", "samband-server")
        except AssertionError as refused:
            expect("/var/lib/samband/store was written by a newer server" in str(refused), str(refused))
        else:
            raise AssertionError("the older package was installed")
        version = run("rpm", "--root", self.root, "-q", "--qf", "%{VERSION}", "samband-server").strip()
        expect(version in self.newer.rpms["server"].name, f"{version} is installed")
        expect((self.root / "usr/sbin/sambandd").exists(), "the program is gone")
        shutil.rmtree(described.parent)

    @needs("programs")
    def step_remove(self):
        """removing the package keeps store and keys and says where they are"""
        told = self.dnf("remove", "samband-server")
        expect("/var/lib/samband" in told, told)
        for path in ("store/CURRENT", "log.key", "certificate.key"):
            expect((self.root / "var/lib/samband/trial" / path).exists(), f"{path} is gone")
        expect(not (self.root / "usr/sbin/sambandd").exists(), "the program is still there")
