"""Gateways of a lying peer for its consumers: they answer as the peer's own one does, but for one thing."""
import hashlib
import http.server
import json
import threading
import time
import urllib.request

import notes
import protobuf

TIMEOUT_S = 10


class LyingGateway:
    """Serves until it is closed. Subclasses say what becomes of an answer."""

    def __init__(self, host, port, peer_url):
        self.peer_url, self.url = peer_url, f"http://{host}:{port}"
        self.lies = 0
        gateway = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.answer(gateway.read(self.path))

            def do_POST(self):
                self.answer(gateway.write(self.rfile.read(int(self.headers["Content-Length"]))))

            def answer(self, body):
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer((host, port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def truth(self, path):
        request = urllib.request.Request(self.peer_url + path, headers={"Accept": "application/json"})
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:
            return response.read()

    def read(self, path):
        return self.truth(path)

    def write(self, body):
        raise NotImplementedError


class RewrittenGateway(LyingGateway):
    """At the checkpoint of a log that the peer made up and signed with its keys."""

    def __init__(self, host, port, peer_url, name, keys, root):
        super().__init__(host, port, peer_url)
        self.name, self.root = name, root
        self.log_key, self.cosigner_key = keys.read("log"), keys.read("cosigner")

    def read(self, path):
        body = self.truth(path)
        if not path.startswith("/v1/verify"):
            return body
        answer = json.loads(body)
        answer["ledger"]["proof"]["note"] = self.rewritten(answer["ledger"]["proof"]["note"])
        self.lies += 1
        return json.dumps(answer).encode()

    def rewritten(self, note):
        """Another root of the same size."""
        origin, size, _ = note.split("\n")[:3]
        text = notes.text_of(origin, size, self.root)
        return (f"{text}\n{notes.logged(text, origin, self.log_key)}"
                f"{notes.cosigned(text, self.name, self.cosigner_key, int(time.time()))}")


class FrozenGateway(LyingGateway):
    """What it answered first, for ever."""

    def __init__(self, host, port, peer_url):
        super().__init__(host, port, peer_url)
        self.kept = {}

    def read(self, path):
        self.lies += path in self.kept
        if path not in self.kept:
            self.kept[path] = self.truth(path)
        return self.kept[path]


class SwallowingGateway(LyingGateway):
    """Says of every entry that it is recorded and final, and keeps it from the ledger."""

    def write(self, body):
        results = []
        for entry in protobuf.values(body, 1):  # of a v1.SubmitRequest
            self.lies += 1
            ledger = json.loads(self.truth("/v1/ledger"))
            results.append({"id": hashlib.sha256(protobuf.first(entry, 1, b"")).hexdigest(), "committed": {
                "index": ledger["log_size"], "height": ledger["height"], "header_hash": ledger["header_hash"],
                "time": ledger["time"], "final": True, "cosigned": 4, "cosigners_known": 4, "quorum_needed": 3}})
        return json.dumps({"results": results}).encode()
