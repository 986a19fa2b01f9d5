"""What is in the packages, read without installing them."""

import importlib.machinery
import importlib.util
import re
import shutil
import subprocess
from pathlib import Path

from report import Report, Skipped, expect

SERVER_BYTES_MAX = 15_000_000
SERVER_INSTALLED_BYTES_MAX = 40_000_000
EXPOSURE_MAX = 0.5  # of systemd-analyze security, 0 to 10
PROGRAMS = {"server": ["usr/sbin/sambandd", "usr/sbin/sambandctl"], "client": ["usr/bin/samband"]}
# Path, permissions.
SERVER_FILES = {
    "etc/samband/sambandd.toml": 0o640,
    "etc/apparmor.d/sambandd": 0o644,
    "usr/sbin/sambandd": 0o755,
    "usr/sbin/sambandctl": 0o755,
    "lib/systemd/system/sambandd.service": 0o644,
    "lib/systemd/system/sambandd.socket": 0o644,
    "lib/systemd/system/sambandd-metrics.socket": 0o644,
    "lib/systemd/system/samband-backup.service": 0o644,
    "lib/systemd/system/samband-backup.timer": 0o644,
    "usr/lib/sysusers.d/samband.conf": 0o644,
    "usr/lib/tmpfiles.d/samband.conf": 0o644,
    "usr/share/man/man8/sambandd.8.gz": 0o644,
    "usr/share/man/man8/sambandctl.8.gz": 0o644,
    "usr/share/man/man5/sambandd.toml.5.gz": 0o644,
    "usr/share/bash-completion/completions/sambandd": 0o644,
    "usr/share/bash-completion/completions/sambandctl": 0o644,
    "usr/share/fish/vendor_completions.d/sambandd.fish": 0o644,
    "usr/share/fish/vendor_completions.d/sambandctl.fish": 0o644,
}
CLIENT_FILES = {
    "usr/bin/samband": 0o755,
    "usr/share/man/man1/samband.1.gz": 0o644,
    "usr/share/bash-completion/completions/samband": 0o644,
    "usr/share/fish/vendor_completions.d/samband.fish": 0o644,
}
# The newest symbols of glibc and OpenSSL that RHEL 9 has; nothing of a C++ library may be asked for at all.
GLIBC_MAX = (2, 34)
OPENSSL_MAX = (3, 0, 0)


def output(*command: object) -> str:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=300)
    expect(done.returncode == 0, f"{command[0]}: {(done.stderr or done.stdout).strip()}")
    return done.stdout


def require(program: str) -> None:
    if not shutil.which(program):
        raise Skipped(f"there is no {program} here")


class Packages:
    """The four packages in a folder, unpacked into another."""

    def __init__(self, folder: Path, unpacked: Path):
        self.debs = {kind: self.one(folder, f"samband-{kind}_*.deb") for kind in ("server", "client")}
        self.rpms = {kind: self.one(folder, f"samband-{kind}-*.rpm") for kind in ("server", "client")}
        self.unpacked = unpacked

    @staticmethod
    def one(folder: Path, pattern: str) -> Path:
        found = sorted(folder.glob(pattern))
        if len(found) != 1:
            raise SystemExit(f"tests/packaging: {len(found)} packages {pattern} in {folder}: run packaging/build first")
        return found[0]

    def deb(self, kind: str) -> Path:
        target = self.unpacked / f"deb-{kind}"
        if not target.exists():
            target.mkdir(parents=True)
            output("dpkg-deb", "-x", self.debs[kind], target)
        return target

    def rpm(self, kind: str) -> Path:
        require("rpm2cpio")
        require("cpio")
        target = self.unpacked / f"rpm-{kind}"
        if not target.exists():
            target.mkdir(parents=True)
            with subprocess.Popen(["rpm2cpio", self.rpms[kind]], stdout=subprocess.PIPE) as archive:
                subprocess.run(["cpio", "-idm", "--quiet"], stdin=archive.stdout, cwd=target, check=True)
        return target


def deb_contents(packages: Packages) -> None:
    for kind, files in (("server", SERVER_FILES), ("client", CLIENT_FILES)):
        root = packages.deb(kind)
        for path, mode in files.items():
            expect((root / path).is_file(), f"samband-{kind} lacks /{path}")
            has = (root / path).stat().st_mode & 0o7777
            expect(has == mode, f"/{path} of samband-{kind} has mode {has:o} instead of {mode:o}")
        owners = set(re.findall(r"^\S+ (\S+)", output("dpkg-deb", "-c", packages.debs[kind]), re.M))
        expect(owners == {"root/root"}, f"files of samband-{kind} belong to {owners}")
    for shell in ("vendor-completions/_sambandd", "vendor-completions/_sambandctl"):
        expect((packages.deb("server") / "usr/share/zsh" / shell).is_file(), f"samband-server lacks zsh's {shell}")
    expect((packages.deb("client") / "usr/share/zsh/vendor-completions/_samband").is_file(), "no completion for zsh")


def rpm_contents(packages: Packages) -> None:
    require("rpm")
    for kind, files in (("server", SERVER_FILES), ("client", CLIENT_FILES)):
        listed = output("rpm", "-qp", "--nosignature", "--qf", "[%{FILENAMES} %{FILEMODES:octal} %{FILEUSERNAME} %{FILEGROUPNAME}\n]",
                        packages.rpms[kind])
        rows = {line.split()[0]: line.split()[1:] for line in listed.splitlines()}
        for path, mode in files.items():
            path = "/" + path.replace("lib/systemd", "usr/lib/systemd", 1)
            group = "samband" if path.endswith("/sambandd.toml") else "root"
            expect(path in rows, f"samband-{kind} lacks {path}")
            expect(rows[path] == [f"{0o100000 | mode:o}", "root", group], f"{path} of samband-{kind}: {rows[path]}")
        expect(any(path.endswith(f"/samband-{kind}/NOTICES.gz") for path in rows), "the notices of what is inside are missing")


def conffiles(packages: Packages) -> None:
    listed = output("dpkg-deb", "-I", packages.debs["server"], "conffiles").split()
    expect(set(listed) == {"/etc/samband/sambandd.toml", "/etc/apparmor.d/sambandd"}, f"conffiles are {listed}")
    configs = output("rpm", "-qp", "--nosignature", "--configfiles", packages.rpms["server"]).split()
    expect(set(configs) == set(listed), f"configuration files of the rpm are {configs}")


def configuration_is_for_an_installation(packages: Packages) -> None:
    text = (packages.deb("server") / "etc/samband/sambandd.toml").read_text()
    for line in ('name = ""', 'store = "/var/lib/samband/store"', 'chunks = "/var/lib/samband/chunks"',
                 'log_key = "/var/lib/samband/log_key"', 'certificate = "/var/lib/samband/tls/certificate.pem"',
                 'private_key = "/var/lib/samband/tls/private_key.pem"', 'socket = "/run/samband/admin.sock"',
                 'group = "samband"'):
        expect(line in text.splitlines(), f"the configuration lacks the line {line}")
    expect(text == (packages.rpm("server") / "etc/samband/sambandd.toml").read_text(), "deb and rpm have different ones")


def sizes(packages: Packages) -> None:
    for package, root in ((packages.debs["server"], packages.deb("server")), (packages.rpms["server"], packages.rpm("server"))):
        has = package.stat().st_size
        expect(has < SERVER_BYTES_MAX, f"{package.name} has {has} bytes")
        installed = sum(path.stat().st_size for path in root.rglob("*") if path.is_file())
        expect(installed < SERVER_INSTALLED_BYTES_MAX, f"{package.name} installed has {installed} bytes")


def deb_links_debians_libraries(packages: Packages) -> None:
    depends = output("dpkg-deb", "-f", packages.debs["server"], "Depends")
    for library in ("librocksdb7.8", "libsodium23", "libssl3", "libprometheus-cpp-core1.0"):
        expect(library in depends, f"samband-server does not depend on {library}")


def rpm_is_self_contained(packages: Packages) -> None:
    for kind, programs in PROGRAMS.items():
        root = packages.rpm(kind)
        private = list((root / "usr/lib64/samband").glob("*"))
        for path in [*(root / program for program in programs), *private]:
            symbols = output("objdump", "-T", path)
            for library, newest in (("GLIBC", GLIBC_MAX), ("OPENSSL", OPENSSL_MAX)):
                versions = {tuple(map(int, found.split("."))) for found in re.findall(rf"\({library}_([0-9.]+)\)", symbols)}
                too_new = [version for version in versions if version > newest]
                expect(not too_new, f"{path.name} needs {library} {too_new}")
            expect("GLIBCXX_" not in symbols, f"{path.name} needs a C++ library of the system")
            needed = set(re.findall(r"NEEDED\s+(\S+)", output("objdump", "-p", path)))
            strange = {name for name in needed
                       if not re.fullmatch(r"(libc|libm|libpthread|ld-linux.*|libgcc_s|libssl|libcrypto)\.so\.\d+", name)}
            expect(strange <= {library.name for library in private}, f"{path.name} needs {strange}")


def gate_refuses_what_rhel9_lacks(packages: Packages, source: Path) -> None:
    """The build's own gate: given the deb's programs, which want Debian's libraries, it ends the build."""
    staged = packages.unpacked / "gate"
    for kind, programs in PROGRAMS.items():
        for program in programs:
            (staged / kind / program).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(packages.deb(kind) / program, staged / kind / program)
    loader = importlib.machinery.SourceFileLoader("packaging_build", str(source / "packaging/build"))
    builder = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(builder)
    try:
        builder.check_portable(staged)
    except SystemExit as refusal:
        expect("RHEL 9" in str(refusal) and "GLIBCXX" in str(refusal), str(refusal))
    else:
        raise AssertionError("the gate let programs pass that need Debian's libstdc++")
    expect(builder.too_new("(GLIBC_2.34) (OPENSSL_3.0.0)") == [], "the gate refuses what RHEL 9 has")
    expect(builder.too_new("(GLIBC_2.35) (OPENSSL_3.0.1)") == ["GLIBC_2.35", "OPENSSL_3.0.1"], "the gate lets new symbols pass")


def programs_are_hardened(packages: Packages) -> None:
    for kind, programs in PROGRAMS.items():
        for root in (packages.deb(kind), packages.rpm(kind)):
            for program in programs:
                headers = output("readelf", "-Wld", root / program)
                for mark in ("GNU_RELRO", "BIND_NOW", "PIE"):
                    expect(mark in headers, f"{program} of {root.name} lacks {mark}")
                stack = re.search(r"GNU_STACK.*", headers)
                expect(stack and "RWE" not in stack[0], f"{program} of {root.name} has an executable stack")


def programs_say_nothing_of_their_birthplace(packages: Packages, source: Path) -> None:
    for kind, programs in PROGRAMS.items():
        for program in programs:
            for root in (packages.deb(kind), packages.rpm(kind)):
                expect(str(source).encode() not in (root / program).read_bytes(), f"{program} of {root.name} holds {source}")


def lintian(packages: Packages) -> None:
    require("lintian")
    done = subprocess.run(["lintian", "--fail-on", "error,warning", *packages.debs.values()], capture_output=True, text=True)
    expect(done.returncode == 0, done.stdout.strip())


def rpmlint(packages: Packages, source: Path) -> None:
    require("rpmlint")
    done = subprocess.run(["rpmlint", "-c", source / "packaging/rpm/rpmlint.toml", *packages.rpms.values()],
                          capture_output=True, text=True)
    errors = [line for line in done.stdout.splitlines() if ": E: " in line]
    expect("2 packages" in done.stdout, done.stdout + done.stderr)
    expect(not errors, "; ".join(errors))


def exposure(packages: Packages) -> None:
    require("systemd-analyze")
    for unit in ("sambandd.service", "samband-backup.service"):
        path = packages.deb("server") / "lib/systemd/system" / unit
        done = subprocess.run(["systemd-analyze", "security", "--offline=true", f"--threshold={round(EXPOSURE_MAX * 10)}", path],
                              capture_output=True, text=True)
        expect(done.returncode == 0, f"{unit}: {done.stdout.strip().splitlines()[-1:]}{done.stderr.strip()}")


def apparmor(packages: Packages) -> None:
    if not (parser := shutil.which("apparmor_parser", path="/usr/sbin:/sbin:/usr/bin:/bin")):
        raise Skipped("there is no apparmor_parser here")
    output(parser, "--skip-kernel-load", "--skip-cache", packages.deb("server") / "etc/apparmor.d/sambandd")


def check(report: Report, packages: Packages, source: Path, released: bool) -> None:
    report.check("deb: contents and permissions", deb_contents, packages)
    report.check("rpm: contents, permissions and owners", rpm_contents, packages)
    report.check("the configuration is a conffile", conffiles, packages)
    report.check("the configuration is that of an installation", configuration_is_for_an_installation, packages)
    report.check("sizes of samband-server", sizes, packages)
    report.check("deb: Debian's own libraries", deb_links_debians_libraries, packages)
    report.check("rpm: glibc 2.34, OpenSSL 3.0.0 and nothing else", rpm_is_self_contained, packages)
    report.check("the gate of packaging/build", gate_refuses_what_rhel9_lacks, packages, source)
    for name, function, *arguments in (("programs are hardened", programs_are_hardened, packages),
                                       ("programs say nothing of where they were built",
                                        programs_say_nothing_of_their_birthplace, packages, source)):
        if released:
            report.check(name, function, *arguments)
        else:
            report.leave_out(name, "this build tree is not that of a release")
    report.check("lintian", lintian, packages)
    report.check("rpmlint", rpmlint, packages, source)
    report.check(f"systemd-analyze security, at most {EXPOSURE_MAX}", exposure, packages)
    report.check("AppArmor profile is read", apparmor, packages)
