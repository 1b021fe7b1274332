"""moto's page at /moto-api/, opened by a headless Chromium: it lists what Bedrock holds."""

from __future__ import annotations

import json
import mimetypes
import os
import re
import shutil
import ssl
import subprocess
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from threading import Thread
from urllib.request import urlopen

import pytest
from botocore import xform_name
from werkzeug.serving import make_ssl_devcert

from support import ACCOUNT, evaluation_job, import_job, in_process, tags, wire_answers

KINDS = ("ModelImportJob", "ImportedModel", "EvaluationJob")

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
NODE = os.environ.get("BEDROCK_MOCK_NODE")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--ignore-certificate-errors",
    # Time stands still for the page while it waits for an answer.
    "--virtual-time-budget=10000",
    "--dump-dom",
)
#: Where the page's scripts are on their CDNs, and in which file of which npm package.
SCRIPTS = {
    r"https://cdn\.jsdelivr\.net/npm/([\w-]+)@([\d.]+)/([^\"]+)": r"\3",
    r"https://code\.jquery\.com/(jquery)-([\d.]+)(\.min\.js)": r"dist/jquery\3",
}

pytestmark = [
    in_process,
    pytest.mark.long,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.skipif(NODE is None, reason="BEDROCK_MOCK_NODE, a place for npm, is not set"),
    pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed"),
]


@pytest.fixture(scope="module")
def scripts(server_process):
    """The files that the page loads from CDNs, by their paths there; npm has the same files.

    The page states the hashes of most of them: the browser would refuse another file.
    """
    with urlopen(f"{server_process.endpoint_url}/moto-api/") as answer:  # noqa: S310
        page = answer.read().decode()
    files, packages = {}, set()
    for pattern, path in SCRIPTS.items():
        for found in re.finditer(pattern, page):
            package, version = found.group(1, 2)
            packages.add(f"{package}@{version}")
            on_cdn = re.sub(r"https://[^/]+", "", found[0])
            files[on_cdn] = Path(NODE, "node_modules", package, found.expand(path))
    assert len(packages) == 3
    Path(NODE).mkdir(exist_ok=True)
    options = ["--no-audit", "--no-fund", "--no-save", "--prefix", NODE]
    subprocess.run(["npm", "install", *options, *packages], check=True, timeout=100)
    return files


@pytest.fixture(scope="module")
def cdn_port(scripts, tmp_path_factory):
    """Where a server of ours has these files."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            file = scripts.get(self.path)
            self.send_response(404 if file is None else 200)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Content-Type", mimetypes.guess_type(self.path)[0] or "text/plain")
            self.end_headers()
            self.wfile.write(b"" if file is None else file.read_bytes())

        def log_message(self, *_):
            pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate = tmp_path_factory.mktemp("cdn") / "certificate"
    context.load_cert_chain(*make_ssl_devcert(str(certificate), host="cdn"))
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as cdn:
        cdn.socket = context.wrap_socket(
            cdn.socket, server_side=True, do_handshake_on_connect=False
        )
        thread = Thread(target=cdn.serve_forever)
        thread.start()
        yield cdn.server_port
        cdn.shutdown()
        thread.join()


class Tables(HTMLParser):
    """The text of every cell: tables by their ids, which have rows, the first one of names."""

    def __init__(self, html):
        super().__init__()
        self.by_id = {}
        self._rows = []
        self._is_in_cell = False
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        if tag == "table":
            self._rows = self.by_id[dict(attributes).get("id")] = []
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("th", "td"):
            self._rows[-1].append("")
            self._is_in_cell = True

    def handle_data(self, data):
        if self._is_in_cell:
            self._rows[-1][-1] += data.strip()

    def handle_endtag(self, tag):
        if tag in ("th", "td"):
            self._is_in_cell = False


@pytest.fixture
def read_dashboard(server, cdn_port, tmp_path):
    """Opens the page and gives the rows under ``bedrock`` by the kind of resource."""
    rules = f"MAP * 127.0.0.1:{cdn_port}, EXCLUDE 127.0.0.1"
    profiles = (tmp_path / f"profile-{number}" for number in count())

    def rows(html, kind):
        if f">bedrock - {kind}<" not in html:
            return []
        names, *rows = Tables(html).by_id[f"table-bedrock-{kind}"]
        return [dict(zip(names, row, strict=True)) for row in rows]

    def read():
        flags = [*FLAGS, f"--user-data-dir={next(profiles)}", f"--host-resolver-rules={rules}"]
        html = subprocess.run(
            [CHROMIUM, *flags, f"{server.endpoint_url}/moto-api/"],
            env={**os.environ, "HOME": str(tmp_path)},
            check=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            timeout=100,
        ).stdout
        assert 'id="service-tab-bedrock"' in html, html
        return {kind: rows(html, kind) for kind in KINDS}

    return read


def title(member):
    """How the page writes a member's name: ``Job_name``."""
    name = xform_name(member)
    return name[0].upper() + name[1:]


def text(value):
    """How the page writes a member's value."""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def test_it_lists_jobs_and_models_with_their_members(server, read_dashboard):
    client = server.client("eu-west-1")
    for n in (1, 2):
        job = import_job(f"job-{n}", f"model-{n}", jobTags=tags(team=f"team-{n}"))
        client.create_model_import_job(**job)
    arn = client.create_evaluation_job(**evaluation_job(jobDescription="nightly"))["jobArn"]
    shown = read_dashboard()
    assert [len(shown[kind]) for kind in KINDS] == [2, 2, 1]
    answers = wire_answers(client)
    client.get_model_import_job(jobIdentifier="job-2")
    client.get_imported_model(modelIdentifier="model-2")
    client.get_evaluation_job(jobIdentifier=arn)
    for kind, answer in zip(KINDS, answers, strict=True):
        row = shown[kind][-1]
        assert [*row][-1] not in {"Region", "Account", "Status"}
        given = json.loads(row.pop("Tags"))
        assert given == ({"team": "team-2"} if kind == "ModelImportJob" else {})
        where = {"Region": "eu-west-1", "Account": ACCOUNT}
        assert row == {**{title(name): text(value) for name, value in answer.items()}, **where}


def test_what_is_deleted_disappears_and_a_reset_leaves_nothing(server, read_dashboard):
    client = server.client()
    client.create_model_import_job(**import_job("job-1", "model-1"))
    client.create_model_import_job(**import_job("job-2", "model-2"))
    arns = [
        client.create_evaluation_job(**evaluation_job(name))["jobArn"] for name in ("one", "two")
    ]
    client.delete_imported_model(modelIdentifier="model-1")
    client.batch_delete_evaluation_job(jobIdentifiers=arns[:1])
    shown = read_dashboard()
    assert [row["Job_name"] for row in shown["ModelImportJob"]] == ["job-1", "job-2"]
    assert [row["Model_name"] for row in shown["ImportedModel"]] == ["model-2"]
    assert [row["Job_arn"] for row in shown["EvaluationJob"]] == arns[1:]
    server.reset()
    assert read_dashboard() == {kind: [] for kind in KINDS}
