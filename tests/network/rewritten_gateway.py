"""A gateway for a peer's consumers which answers as the peer's own one does, but at the checkpoint of a log that the
peer made up and signed with its keys."""
import http.server
import json
import threading
import time
import urllib.request

import notes

TIMEOUT_S = 10


class RewrittenGateway:
    """Serves until it is closed."""

    def __init__(self, host, port, peer_url, name, keys, root):
        self.peer_url, self.name, self.root = peer_url, name, root
        self.log_key, self.cosigner_key = keys.read("log"), keys.read("cosigner")
        self.lies = 0
        self.url = f"http://{host}:{port}"
        gateway = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = gateway.answer(self.path)
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

    def answer(self, path):
        request = urllib.request.Request(self.peer_url + path, headers={"Accept": "application/json"})
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:
            body = response.read()
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
