"""What changes while the server runs: settings by SIGHUP, the certificate by its files. What is refused leaves the old in
force, and the log says why."""

import re
import signal
import socket
import ssl
import subprocess
import time
import urllib.request

from world import PROGRAMS, WorldTest, main


class Reload(WorldTest):
    partners = 0

    def log_text(self) -> str:
        return (self.world.folder / "server.log").read_text()

    def set(self, **settings: object) -> None:
        text = self.world.config.read_text()
        for name, value in settings.items():
            text, count = re.subn(rf"(?m)^{name} = .*$", f"{name} = {value}", text)
            self.assertGreaterEqual(count, 1, name)
        self.world.config.write_text(text)

    def hang_up(self) -> str:
        """SIGHUP; what the log says then."""
        self.wait_until(lambda: "info serving" in self.log_text(), 10, "the last line of the start")
        before = len(self.log_text())
        self.world.process.send_signal(signal.SIGHUP)
        self.wait_until(lambda: "reload" in self.log_text()[before:] or "read anew" in self.log_text()[before:], 10,
                        "an answer to SIGHUP")
        time.sleep(0.2)
        return self.log_text()[before:]

    def test_each_setting_that_changed_is_named_with_its_old_and_new_value(self):
        self.set(idle_timeout_ms=60000)
        said = self.hang_up()
        self.assertIn("limits.idle_timeout_ms: 90000 → 60000", said)
        self.assertEqual(len(said.strip().splitlines()), 2, said)  # it, and that it is done
        self.assertEqual(len(self.hang_up().strip().splitlines()), 1, "the same configuration again")

    def test_what_needs_a_restart_is_told_at_each_reload_until_then(self):
        self.set(io_threads=1, sync_records_max=32)
        for _ in range(2):
            said = self.hang_up()
            self.assertIn("io_threads: 0 → 1, from the next restart on", said)
            self.assertIn("limits.sync_records_max: 64 → 32, from the next restart on", said)
        self.world.stop()
        self.world.start()
        self.assertNotIn("→", self.hang_up())

    def test_an_invalid_configuration_is_refused_with_each_fault_and_its_line(self):
        good = self.world.config.read_text()
        self.set(idle_timeout_ms=1, io_threads='"many"')
        lines = self.world.config.read_text().splitlines()
        said = self.hang_up()
        for name in ("idle_timeout_ms", "io_threads"):
            at = next(n for n, line in enumerate(lines, 1) if line.startswith(name))
            self.assertRegex(said, rf"old configuration stays: .*sambandd.toml line {at}: {name}")
        self.assertEqual(len(said.strip().splitlines()), 2)
        self.world.config.write_text(good)
        self.assertNotIn("→", self.hang_up(), "nothing of the refused one was taken")

    def test_a_path_that_is_wrong_is_refused_as_a_whole(self):
        self.set(idle_timeout_ms=60000, certificate='"/nowhere.pem"')
        said = self.hang_up()
        self.assertIn("not reloaded", said)
        self.assertIn("/nowhere.pem", said)
        self.assertNotIn("→", said)

    # --- the certificate

    def fingerprint(self) -> bytes:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with socket.create_connection(("127.0.0.1", self.world.port), timeout=5) as plain:
            with context.wrap_socket(plain) as secured:
                return secured.getpeercert(binary_form=True)

    def pair(self, name: str, days: int = 90, other_key: bool = False) -> tuple[str, str]:
        """A renewed certificate and its key: the server's own, unless another one is asked for."""
        folder = self.world.folder / name
        folder.mkdir()
        key = folder / "key" if other_key else self.world.folder / "server/certificate.key"
        made = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key]
        subprocess.run(["openssl", "req", "-x509", *(made if other_key else ["-key", key]), "-subj", "/CN=localhost",
                        "-days", str(days), "-out", folder / "certificate"], check=True, capture_output=True)
        return (folder / "certificate").read_text(), key.read_text()

    def put(self, name: str, text: str) -> None:
        file = self.world.folder / "server" / name
        beside = file.with_suffix(".new")
        beside.write_text(text)
        beside.chmod(0o600)
        beside.rename(file)

    def metric(self, name: str) -> float:
        port = re.search(r'\[http\].*?listen = "127\.0\.0\.1:(\d+)"', self.world.config.read_text(), re.DOTALL).group(1)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            return float(re.search(rf"(?m)^{name} (\S+)$", answer.read().decode()).group(1))

    def test_a_renewed_certificate_is_loaded_without_a_restart(self):
        old = self.fingerprint()
        self.put("certificate.pem", self.pair("renewed", days=10)[0])
        self.wait_until(lambda: self.fingerprint() != old, 10, "the new certificate")
        said = self.log_text()
        self.assertIn("is in use, good until", said)
        self.assertRegex(said, r"warning certificate: .* expires in (9|10) days")
        self.assertNotIn("the old one stays", said)
        self.assertAlmostEqual((self.metric("samband_certificate_expiry_timestamp_seconds") - time.time()) / 86400, 10,
                               delta=0.1)

    def test_another_key_is_refused_half_and_whole_until_the_one_that_clients_know_is_back(self):
        old = self.fingerprint()
        own_key = (self.world.folder / "server/certificate.key").read_text()
        renewed, _ = self.pair("renewed")
        certificate, key = self.pair("other", other_key=True)
        self.put("certificate.pem", certificate)
        self.wait_until(lambda: "the old one stays in use" in self.log_text(), 10, "a word about the pair")
        self.assertIn("is not the key of the certificate", self.log_text())
        self.assertEqual(self.fingerprint(), old)
        self.assertEqual(self.metric("samband_certificate_renewal_refused"), 1)
        time.sleep(3)
        self.assertEqual(self.log_text().count("the old one stays in use"), 1, "told once")
        self.put("certificate.key", key)
        self.wait_until(lambda: "has another key" in self.log_text(), 10, "a word about the key")
        self.assertEqual(self.fingerprint(), old)
        self.put("certificate.key", own_key)
        self.put("certificate.pem", renewed)
        self.wait_until(lambda: self.fingerprint() != old, 10, "the new certificate")
        self.assertEqual(self.metric("samband_certificate_renewal_refused"), 0)

    def test_a_half_written_file_and_an_expired_certificate_are_refused(self):
        old = self.fingerprint()
        certificate, _ = self.pair("renewed")
        self.put("certificate.pem", certificate[: len(certificate) // 2])
        self.wait_until(lambda: "the old one stays in use" in self.log_text(), 10, "a word about the file")
        self.assertEqual(self.fingerprint(), old)
        folder, key = self.world.folder / "expired", self.world.folder / "server/certificate.key"
        folder.mkdir()
        subprocess.run(["openssl", "req", "-new", "-key", key, "-subj", "/CN=localhost", "-out", folder / "request"],
                       check=True, capture_output=True)
        subprocess.run(["openssl", "x509", "-req", "-in", folder / "request", "-signkey", key, "-days", "-1", "-out",
                        folder / "certificate"], check=True, capture_output=True)
        self.put("certificate.pem", (folder / "certificate").read_text())
        self.wait_until(lambda: "has expired" in self.log_text(), 10, "a word about the date")
        self.assertEqual(self.fingerprint(), old)

    def test_certificate_and_key_may_be_credentials_of_the_service_manager(self):
        self.world.stop()
        server = self.world.folder / "server"
        credentials = self.world.folder / "credentials"
        credentials.mkdir()
        for name in ("certificate.pem", "certificate.key", "log.key"):
            (server / name).rename(credentials / name)
            (credentials / name).chmod(0o440)  # as an access list for the service's user shows
        self.set(certificate='"credential:certificate.pem"', private_key='"credential:certificate.key"',
                 log_key='"credential:log.key"')
        without = subprocess.run([PROGRAMS / "sambandd", "serve", "--config", self.world.config], capture_output=True,
                                 text=True, timeout=20)
        self.assertEqual(without.returncode, 1)
        self.assertIn("LoadCredential=certificate.pem:", without.stderr)
        self.world.environment["CREDENTIALS_DIRECTORY"] = str(credentials)
        self.world.start()
        self.fingerprint()
        self.world.stop()
        (credentials / "certificate.key").chmod(0o444)
        readable = subprocess.run([PROGRAMS / "sambandd", "serve", "--config", self.world.config], capture_output=True,
                                  text=True, timeout=20, env=self.world.environment)
        self.assertIn("can be read by others", readable.stderr)
        (credentials / "certificate.key").chmod(0o400)
        self.set(private_key='"credential:../log.key"')
        climbing = subprocess.run([PROGRAMS / "sambandd", "serve", "--config", self.world.config], capture_output=True,
                                  text=True, timeout=20, env=self.world.environment)
        self.assertIn("name of a credential", climbing.stderr)


if __name__ == "__main__":
    main()
