"""Lies of a peer's gateway to those who ask it (lying_gateway.py): what their own programs make of them."""
import base64
import hashlib
import json
import os
import pathlib
import secrets
import subprocess

import protobuf
from faults import CLOCK, Failed
from lies import Lie
from local_network import DEMO, GATEWAY
from lying_cosigner import Keys
from lying_gateway import FrozenGateway, RewrittenGateway, SwallowingGateway

STAMP_SIGNATURE = base64.b32encode(bytes([1] * 64)).decode().rstrip("=")  # by nobody
STAMP = f"HTTPS://{DEMO['resolver_host'].upper()}/01/{DEMO['runs'][0]['gtin']}/10/L1/21/1?s={STAMP_SIGNATURE}"
GATEWAY_NUMBER = 9  # of its address
STALE_S = 11 * 60


class LyingToConsumers(Lie):
    def inject(self):
        self.gateway = self.make_gateway(f"{self.network.state['hosts']}.{GATEWAY_NUMBER}", GATEWAY, self.one["url"])
        self.folder = self.network.folder / type(self).__name__
        self.folder.mkdir()

    def make_gateway(self, host, port, peer_url):
        raise NotImplementedError

    def must_have_lied(self, times):
        if self.gateway.lies < times:
            raise Failed(f"no lie was told: {self.kind}")

    def heal(self):
        self.gateway.close()


class LyingOfStamps(LyingToConsumers):
    """To the program that checks stamps."""

    def inject(self):
        super().inject()
        self.policy = self.folder / "ledger.policy"
        self.verify("policy", "--node", self.honest[0]["url"], "--also", self.honest[1]["url"], "--out", self.policy)

    def judge(self, *more, clock_s=0):
        """What it says of a stamp that it asks the lying gateway about, so much later."""
        out = self.verify("--json", "--policy", self.policy, "--node", self.gateway.url, *more, "stamp", STAMP,
                          clock_s=clock_s)
        return json.loads(out.splitlines()[0])

    def verify(self, *arguments, clock_s=0):
        command = [self.network.programs / "sogoc-verify", *map(str, arguments)]
        later = {"LD_PRELOAD": str(self.network.programs / CLOCK), "WRONG_CLOCK": str(clock_s)} if clock_s else {}
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, env={**os.environ, **later})
        if not done.stdout and done.returncode:
            raise Failed(f"sogoc-verify: {done.stderr}")
        return done.stdout

    def must_not_believe(self, judged, why):
        if why not in [each.get("name") for each in judged["notes"]] or judged["verdict"] != "CANNOT_VERIFY":
            raise Failed(f"{self.kind}: this is believed: {judged}")


class Rewritten(LyingOfStamps):
    """Answers at the checkpoint of a log that the peer made up: not believed alone, and proved where an honest peer
    is asked as well."""
    kind = "a gateway that serves a rewritten copy"

    def make_gateway(self, host, port, peer_url):
        keys = Keys(self.network.home(self.one))
        return RewrittenGateway(host, port, peer_url, self.one["key_name"], keys, secrets.token_bytes(32))

    def observe(self):
        self.must_not_believe(self.judge(), "no_quorum")
        # The honest peer's checkpoint may not have the culprit's signature yet.
        self.field.await_(self.proof_names_culprit, f"a proof that names peer {self.one['number']}")
        self.must_have_lied(2)

    def proof_names_culprit(self):
        judged = self.judge("--also", self.honest[0]["url"], "--evidence", self.folder / "evidence")
        if not judged["evidence"]:
            raise Failed(f"two logs, and no proof of it: {judged}")
        text = pathlib.Path(judged["evidence"][-1]).read_text()
        return self.one["key_name"] in text.partition("Signed both:\n")[2]


class Frozen(LyingOfStamps):
    """What was true once goes stale, since a quorum's signatures have their times."""
    kind = "a gateway that stays at an old head"

    def make_gateway(self, host, port, peer_url):
        return FrozenGateway(host, port, peer_url)

    def observe(self):
        then = self.judge()
        if then["verdict"] == "CANNOT_VERIFY":
            raise Failed(f"a fresh answer is not believed: {then}")
        self.must_not_believe(self.judge(clock_s=STALE_S), "stale")
        self.must_have_lied(1)


class Swallowed(LyingToConsumers):
    """An author has nothing but the peer's word that an entry is in. Any honest peer knows better, and takes it."""
    kind = "a gateway that acknowledges entries and keeps them to itself"

    def make_gateway(self, host, port, peer_url):
        return SwallowingGateway(host, port, peer_url)

    def observe(self):
        honest = self.honest[0]
        path, entry_id = self.sign(honest)
        told = self.submit(path, self.gateway.url)
        if not told.get("final"):
            raise Failed(f"the lie was not told: {told}")
        self.must_have_lied(1)
        if "index" in (self.network.get(honest, f"/v1/entries/{entry_id}") or {}):
            raise Failed("what the liar kept to itself is in the ledger")
        told = self.submit(path, honest["url"])
        if told.get("repeated_entry") or not told.get("final"):
            raise Failed(f"an entry that a liar swallowed is not taken by an honest peer: {told}")

    def sign(self, peer):
        """(the file of an entry, the entry's id)"""
        operations, path = self.folder / "operations.json", self.folder / "swallowed.entry"
        operations.write_text(json.dumps({"operations": [{"record_resolver": {"host": "swallowed.example"}}]}))
        self.network.run("sogoc", "entry", "sign", "--from", operations, "--out", path, "--node", peer["url"],
                         *self.network.signing(DEMO["office"]))
        return path, hashlib.sha256(protobuf.first(path.read_bytes(), 1, b"")).hexdigest()

    def submit(self, path, url):
        """What is said of the entry."""
        answer = json.loads(self.network.run("sogoc", "entry", "submit", path, "--node", url, "--json"))
        return answer["results"][0]["committed"]


ALL = (Rewritten, Frozen, Swallowed)
