"""What packaging/monitoring offers, against a real server and a real Prometheus: rules, example and numbers are well formed,
each alert fires, and every number that the alerts and the dashboard name is really there."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[2]
MONITORING = ROOT / "packaging/monitoring"
sys.path.insert(0, str(ROOT / "tests/end_to_end"))

from world import Client, World, free_port  # noqa: E402

NUMBER = re.compile(r"\bsamband_[a-z_]+")
HISTOGRAM_PARTS = ("_bucket", "_sum", "_count")


def fetch(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        return answer.read().decode()


def expressions_of_rules() -> list[str]:
    """The text under every `expr:`; comments and annotations are left out."""
    text = (MONITORING / "alerts.yml").read_text()
    return re.findall(r"^ +expr: (?:>-\n)?((?:.*\n)+?)(?= +(?:for|labels):)", text, re.MULTILINE)


def expressions_of_dashboard() -> list[str]:
    dashboard = json.loads((MONITORING / "dashboard.json").read_text())
    return [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]


def promtool(*words: object, text: str | None = None) -> subprocess.CompletedProcess:
    return subprocess.run(["promtool", *map(str, words)], input=text, capture_output=True, text=True, timeout=120,
                          cwd=MONITORING)


class Rules(unittest.TestCase):
    def test_they_are_well_formed(self):
        for words in (("check", "rules", "alerts.yml"), ("check", "config", "prometheus.yml")):
            done = promtool(*words)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_each_alert_fires_and_is_silent_while_all_is_well(self):
        done = promtool("test", "rules", "alerts_test.yml")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        alerts = re.findall(r"- alert: (\w+)", (MONITORING / "alerts.yml").read_text())
        self.assertGreater(len(alerts), 10)
        tested = (MONITORING / "alerts_test.yml").read_text()
        self.assertEqual([alert for alert in alerts if not re.search(rf"\b{alert}\b", tested)], [])


class Numbers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World(1)
        Client(cls.world, "Kari").enrol(cls.world.invitations["3301"])
        cls.port = int(re.search(r'^\[http\].*?^listen = "127\.0\.0\.1:(\d+)"', cls.world.config.read_text(),
                                 re.MULTILINE | re.DOTALL).group(1))

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def page(self) -> str:
        return fetch(self.port, "/metrics")

    def test_promtool_finds_no_fault_in_their_names_and_helps(self):
        done = promtool("check", "metrics", text=self.page())
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_every_one_that_rules_and_dashboard_name_is_there(self):
        there = set(re.findall(r"^(samband_[a-z_]+)", self.page(), re.MULTILINE))
        self.assertGreater(len(there), 25)
        rules, dashboard = expressions_of_rules(), expressions_of_dashboard()
        self.assertEqual(len(rules), len(re.findall("- alert:", (MONITORING / "alerts.yml").read_text())))
        named = {number for text in (*rules, *dashboard) for number in NUMBER.findall(text)}
        self.assertGreater(len(named), 20)
        self.assertEqual(named - there, set())
        # And the other way: what is counted is looked at somewhere.
        whole = {re.sub("|".join(HISTOGRAM_PARTS) + "$", "", number) for number in there}
        looked_at = {re.sub("|".join(HISTOGRAM_PARTS) + "$", "", number) for number in named}
        self.assertEqual(whole - looked_at, set())

    def test_labels_that_rules_name_are_there(self):
        page = self.page()
        for text in (*expressions_of_rules(), *expressions_of_dashboard()):
            for number, label, value in re.findall(r'(samband_[a-z_]+)\{(\w+)="([^"$]+)"\}', text):
                self.assertRegex(page, rf'(?m)^{number}\{{{label}="{value}"\}} ')

    def test_they_tell_what_has_happened(self):
        page = self.page()
        numbers = dict(re.findall(r"^(samband_\S+) (\S+)$", page, re.MULTILINE))
        self.assertGreaterEqual(float(numbers["samband_logins_accepted_total"]), 1)
        self.assertGreater(float(numbers["samband_commit_duration_seconds_count"]), 0)
        self.assertEqual(numbers["samband_taking_writes"], "1")
        self.assertEqual(numbers["samband_backup_finished_timestamp_seconds"], "0")
        days = (float(numbers["samband_certificate_expiry_timestamp_seconds"]) - time.time()) / 86400
        self.assertTrue(700 < days < 731, days)
        self.assertAlmostEqual(float(numbers["samband_start_time_seconds"]), time.time(), delta=120)
        self.assertGreater(float(numbers['samband_store_bytes{store="main"}']), 1000)
        self.assertGreater(float(numbers["samband_disk_free_bytes"]), 0)

    def test_a_real_prometheus_gathers_them_and_loads_the_rules(self):
        with tempfile.TemporaryDirectory(prefix="samband-prometheus-") as folder:
            port = free_port()
            config = (MONITORING / "prometheus.yml").read_text().replace("127.0.0.1:9464", f"127.0.0.1:{self.port}")
            config = config.replace("15s", "1s").replace("alerts.yml", str(MONITORING / "alerts.yml"))
            (Path(folder) / "prometheus.yml").write_text(config)
            with open(Path(folder) / "log", "wb") as log:
                process = subprocess.Popen(["prometheus", f"--config.file={folder}/prometheus.yml",
                                            f"--storage.tsdb.path={folder}/data", f"--web.listen-address=127.0.0.1:{port}"],
                                           stdout=log, stderr=log)
            try:
                self.assertEqual(self.asked(port, 'up{job="samband"}', "1", folder), "1")
                self.assertEqual(self.asked(port, "samband_taking_writes", "1", folder), "1")
                for expression in expressions_of_rules():
                    query = urllib.parse.urlencode({"query": expression})
                    self.assertEqual(json.loads(fetch(port, f"/api/v1/query?{query}"))["status"], "success")
                rules = json.loads(fetch(port, "/api/v1/rules"))["data"]["groups"][0]["rules"]
                self.assertEqual(len(rules), len(expressions_of_rules()))
                self.assertEqual({rule["name"] for rule in rules if rule["state"] != "inactive"}, set())
            finally:
                process.terminate()
                process.wait(30)

    def asked(self, port: int, query: str, hoped_for: str, folder: str) -> str:
        deadline = time.monotonic() + 60
        answer = ""
        while answer != hoped_for and time.monotonic() < deadline:
            time.sleep(0.5)
            try:
                text = fetch(port, "/api/v1/query?" + urllib.parse.urlencode({"query": query}))
            except (urllib.error.URLError, ConnectionError):
                continue  # it is starting
            result = json.loads(text)["data"]["result"]
            answer = result[0]["value"][1] if result else ""
        if answer != hoped_for:
            print((Path(folder) / "log").read_text()[-2000:])
        return answer


if __name__ == "__main__":
    if not (shutil.which("prometheus") and shutil.which("promtool")):
        print("SKIPPED: no prometheus on this machine (Debian package prometheus)")
        sys.exit(1 if os.environ.get("REQUIRE_ALL") else 77)
    unittest.main(verbosity=2)
