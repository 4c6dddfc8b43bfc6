#!/usr/bin/env python3
"""Founds the demonstration ledger of data/demo/demo.json with the tools that anybody else would use,
then checks four stamps from their pictures. Started by scripts/demo."""
import argparse
import base64
import datetime
import hashlib
import json
import pathlib
import re
import secrets
import shutil
import signal
import struct
import subprocess
import sys
import time
import zlib

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

from compose_network import ComposeNetwork
from local_network import Network

ROOT = pathlib.Path(__file__).resolve().parent.parent
DEMO = json.loads((ROOT / "data/demo/demo.json").read_text())
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
FRESH_DAYS = 10  # how long ago today's decisions were made; older than 30 days they would be attested
# Decisions of the past, one for each grading regime; all of them are attested.
PAST = {"r1": "2020-12-15", "r1-renewed": "2020-12-15", "r2": "2024-03-28",
        "r2-district": "2024-03-28", "r3": "2025-09-15"}


class Demo:
    def __init__(self, programs, folder):
        self.programs = programs
        self.folder = folder
        self.url = None
        self.node = None
        self.started = time.monotonic()
        self.today = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=7))).date()
        self.work = folder / "entries"
        self.entries = 0
        self.producers = DEMO["producers"]
        self.products = {p["gtin"]: (producer, p) for producer in self.producers
                         for p in producer["products"]}

    # ---- tools

    def say(self, text):
        print(f"[{time.monotonic() - self.started:5.1f} s] {text}", flush=True)

    def run(self, program, *arguments, allowed=(0,)):
        """Runs one of our programs; its output. Stops the demonstration on a status not allowed."""
        command = [self.programs / program, *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode not in allowed:
            print(" ".join(map(str, command)), done.stdout, done.stderr, sep="\n", file=sys.stderr)
            sys.exit(f"demo: {program} ended with status {done.returncode}")
        return done

    def sogoc(self, author, *arguments):
        options = ["--node", self.url, "--author", author, "--key", self.key(author),
                   "--passphrase-file", self.folder / "pass"]
        return self.run("sogoc", *arguments, *(options if self.url else options[2:]))

    def key(self, author):
        path = self.folder / "keys" / f"{author}.key"
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            self.run("sogoc", "key", "new", path, "--passphrase-file", self.folder / "pass")
        return path

    def submit(self, author, operations):
        """Signs operations as one entry of the author and sends it."""
        self.entries += 1
        path = self.work / f"{self.entries:03d}-{author}.json"
        path.write_text(json.dumps({"operations": operations}, ensure_ascii=False, indent=1))
        self.sogoc(author, "entry", "sign", "--from", path)

    def new_key(self, organisation):
        """A key of the organisation with the proof that it holds it."""
        path = self.work / f"{organisation}.newkey"
        arguments = ["key", "prove", self.key(organisation), "--out", path]
        self.sogoc(organisation, *arguments, *([] if self.url else ["--founding"]))
        return json.loads(path.read_text())

    # ---- the story, step by step

    def start(self):
        self.work.mkdir()
        (self.folder / "stamps").mkdir()
        self.start_node()

    def start_node(self):
        (self.folder / "pass").touch(mode=0o600)
        (self.folder / "pass").write_text(secrets.token_hex(16) + "\n")
        node = self.folder / "node"
        self.run("sogoc-node", "init", node, "--name", "peer1.trinh-dien.example",
                 "--organisation", DEMO["office"], "--resolver-host", DEMO["resolver_host"],
                 "--passphrase-file", self.folder / "pass", "--port", 0)
        # A demonstration may run on a disk that is nearly full; a real ledger should not.
        config = (node / "node.toml").read_text()
        (node / "node.toml").write_text(config.replace("reserve_percent = 5", "reserve_percent = 0"))
        founding = self.work / "founding.json"
        founding.write_text(json.dumps(self.founding(), ensure_ascii=False, indent=1))
        founders = [f["organisation"] for f in DEMO["founders"] if f["organisation"] != DEMO["office"]]
        for founder in founders:
            self.new_key(founder)
        found = self.sogoc(DEMO["office"], "found", "--from", founding, "--peer", node / "peer.json",
                           "--data", ROOT / "data", "--out", self.folder / "founding.entry",
                           *[x for f in founders for x in ("--new-key", f"{f}={self.work / f}.newkey")])
        self.ledger_id = bytes.fromhex(re.search(r"[0-9a-f]{64}", found.stdout).group())
        self.run("sogoc-node", "found", node, self.folder / "founding.entry")
        self.log = open(self.folder / "node.log", "w")
        self.node = subprocess.Popen([self.programs / "sogoc-node", "run", node],
                                     stdout=subprocess.PIPE, stderr=self.log, text=True)
        line = self.node.stdout.readline()
        address = re.search(r"http://[\d.]+:\d+", line)
        if not address:
            sys.exit(f"demo: the node did not start; see {self.folder / 'node.log'}")
        self.url = address.group()
        self.say(f"a node serves a new ledger at {self.url}, id {self.ledger_id.hex()[:16]}…")

    def founding(self):
        organisations, roles = [], []
        for founder in DEMO["founders"]:
            organisations.append({k: founder[k] for k in ("organisation", "name", "kind", "admin_unit")})
            roles += [{"organisation": founder["organisation"], "role": role, "scope": scope}
                      for role, scope in founder["roles"]]
        return {"name": DEMO["ledger"], "organisations": organisations, "roles": roles}

    def admit(self):
        self.sogoc(DEMO["office"], "admin-units", "import", ROOT / "data/demo/admin-units.csv",
                   "--snapshot", "2021-12=2019-01-01", "--snapshot", "2024-12=2024-12-01",
                   "--snapshot", "2026-07=2025-07-01")
        operations = [{"record_resolver": {"host": DEMO["resolver_host"]}},
                      {"grant_prefix": {"organisation": DEMO["office"], "prefix": DEMO["office_prefix"]}}]
        for body in DEMO["abolished"]:
            operations += [{"admit_organisation": {**without(body, "successor"), "kind": "COMMITTEE"}}]
        for body in self.to_admit():
            operations += self.admission(body, body["kind"], body["admin_unit"], body["roles"])
        for body in DEMO["abolished"]:
            operations.append({"name_successor": {k: body[k] for k in ("organisation", "successor")}})
        self.submit(DEMO["office"], operations + self.admit_producers())
        self.say(f"the office admitted {len(DEMO['admitted'])} bodies, {len(DEMO['producers'])} producers, "
                 f"{len(DEMO['abolished'])} that ended in 2025")

    def admit_producers(self):
        operations = []
        for producer in self.producers:
            operations += self.admission(producer, "PRODUCER", producer["province"],
                                         [["PRODUCE", producer["province"]]])
            operations += [{"allocate_code": {"organisation": producer["organisation"],
                                              "gtin": product["gtin"]}}
                           for product in producer["products"]]
        return operations

    def to_admit(self):
        return DEMO["admitted"]

    def admission(self, body, kind, unit, roles):
        organisation = body["organisation"]
        yield {"admit_organisation": {"organisation": organisation, "name": body["name"], "kind": kind,
                                      "admin_unit": unit,
                                      "keys": [{**self.new_key(organisation), "manages_keys": True}]}}
        for role, scope in roles:
            yield {"grant_role": {"organisation": organisation, "role": role, "scope": scope,
                                  "valid_from": 20200101}}

    def register(self):
        for producer in self.producers:
            operations = [
                {"register_producer": {"type": producer["type"], "legal_name": producer["name"],
                                       "address": producer["address"],
                                       "residences": [{"commune": producer["commune"],
                                                       "since": 20190101}]}},
                {"register_facility": {"facility": "CS1", "name": "Cơ sở chính", "kind": "PLANT",
                                       "commune": producer["commune"]}}]
            operations += [{"register_product": {"gtin": p["gtin"], "name": p["name"], "vocabulary": 2,
                                                 "group": p["group"],
                                                 "picture": digest(picture(p["gtin"]))}}
                           for p in producer["products"]]
            self.submit(producer["organisation"], operations)
        self.say(f"producers registered {len(self.products)} products")

    def upload(self):
        """The products' pictures go beside the ledger."""
        folder = self.folder / "pictures"
        folder.mkdir()
        for gtin in self.products:
            (folder / f"{gtin}.png").write_bytes(picture(gtin))
            self.run("sogoc", "blob", "put", folder / f"{gtin}.png", "--node", self.url)
        self.say(f"uploaded {len(self.products)} pictures; a file that the ledger does not name is refused")
        (folder / "other.png").write_bytes(picture("0"))
        self.run("sogoc", "blob", "put", folder / "other.png", "--node", self.url, allowed=(2,))

    def fetch_pictures(self, url, gtins):
        for gtin in gtins:
            copy = self.work / "copy.png"
            self.run("sogoc", "blob", "get", hashlib.sha256(picture(gtin)).hexdigest(), "--out", copy, "--node", url)
            if copy.read_bytes() != picture(gtin):
                sys.exit(f"demo: {url} gives another picture of {gtin}")

    def certify(self):
        committees = {"42": ("ubnd-ha-tinh", "hd-ha-tinh"), "38": ("ubnd-thanh-hoa", "hd-thanh-hoa")}
        districts = {b["admin_unit"]: b["organisation"] for b in DEMO["abolished"]}
        fresh = self.today - datetime.timedelta(days=FRESH_DAYS)
        self.session = "dot-1"
        for province, (committee, council) in committees.items():
            mine = [(producer, p) for producer, p in self.products.values()
                    if producer["province"] == province]
            scored = [p for _, p in mine if p["certificate"] in ("fresh", "r1-renewed")]
            self.submit(council, [{"score_product": {
                "gtin": p["gtin"], "session": self.session, "date": number(fresh),
                "part_a": 3000, "part_b": 2000, "part_c": 3000 if p["star"] == 4 else 1500,
                "minutes": digest("minutes")}} for p in scored])
            decisions, certificates = {}, []
            for producer, p in mine:
                issuer = committee
                if p["certificate"] == "r2-district":
                    issuer = districts[self.district_of(producer["commune"])]
                if p["certificate"] in PAST:
                    certificates.append(self.certificate(p, issuer, PAST[p["certificate"]], decisions))
                if p["certificate"] in ("fresh", "r1-renewed"):
                    certificates.append(self.certificate(p, issuer, fresh.isoformat(), decisions, council))
            self.submit(committee, list(decisions.values()) + certificates)
        self.say("committees recorded certificates under the regimes of 2019, 2023 and 2025")

    def district_of(self, commune):
        for line in (ROOT / "data/demo/admin-units.csv").read_text().splitlines():
            snapshot, code, _, _, parent = line.split(",")
            if snapshot == "2024-12" and code == commune:
                return parent
        raise KeyError(commune)

    def certificate(self, product, issuer, day, decisions, council=None):
        date = datetime.date.fromisoformat(day)
        reference = {"issuer": issuer, "date": number(date), "number": "01/QĐ-UBND (trình diễn)"}
        decisions.setdefault((issuer, day), {"record_decision": {
            "decision": reference, "title": "Công nhận sản phẩm OCOP (trình diễn)",
            "document": digest(f"decision {issuer} {day}")}})
        renewal = council is not None and product["certificate"] == "r1-renewed"
        issue = {"certificate": f"TD-{product['gtin'][-7:-1]}-{date.year}", "gtin": product["gtin"],
                 "star": product["star"], "decision": reference,
                 "change": "RENEW" if renewal else "NEW", "valid_to": number(months_later(date, 36))}
        if council:
            issue["score"] = {"council": council, "session": self.session}
        if renewal:
            issue["previous"] = f"TD-{product['gtin'][-7:-1]}-2020"
        return {"issue_certificate": issue}

    def batches(self):
        ingredient = DEMO["ingredient"]
        made = number(self.today - datetime.timedelta(days=8))
        best_before = number(self.today + datetime.timedelta(days=700))
        events = lambda gtin, lot: [{"record_stage_event": {
            "gtin": gtin, "lot": lot, "stage": stage, "location": "CS1",
            "time": str(int(time.time()) - days * 86_400)}} for stage, days in
            (("RAW_MATERIAL", 9), ("PROCESSING", 8), ("PACKING", 6))]
        self.submit(ingredient["producer"], [
            {"register_batch": {"gtin": ingredient["gtin"], "lot": ingredient["lot"],
                                "amount": str(ingredient["amount"]), "unit": "GRAM",
                                "production_date": number(self.today - datetime.timedelta(days=20)),
                                "facility": "CS1"}},
            {"offer_input": {"gtin": ingredient["gtin"], "lot": ingredient["lot"],
                             "to": ingredient["offered_to"], "amount": str(ingredient["offered"])}}])
        for run in DEMO["runs"]:
            batch = {"gtin": run["gtin"], "lot": run["lot"], "amount": str(run["amount"]),
                     "unit": run["unit"], "unit_content": str(run["unit_content"]),
                     "production_date": made, "expiry_date": best_before, "facility": "CS1",
                     "inputs": run.get("inputs", [])}
            if not batch["inputs"]:
                del batch["inputs"]
            self.submit(run["batch"], [{"register_batch": batch}, *events(run["gtin"], run["lot"])])
        self.say(f"producers registered {len(DEMO['runs']) + 1} batches with inputs and stage events")

    def labels(self):
        for run in DEMO["runs"]:
            product = self.products[run["gtin"]][1]
            year = (self.today - datetime.timedelta(days=FRESH_DAYS)).year
            self.sogoc(DEMO["office"], "labels", "authorise", "--gtin", run["gtin"], "--lot", run["lot"],
                       "--certificate", f"TD-{run['gtin'][-7:-1]}-{year}", "--first", 1,
                       "--count", run["count"], "--star", product["star"],
                       "--printer", "in-trinh-dien")
            self.sogoc(run["batch"], "labels", "issue", "--gtin", run["gtin"], "--first", 1,
                       "--out", self.stamps(run), "--png", "--limit", 2)
            self.sogoc("in-trinh-dien", "labels", "confirm-print", "--gtin", run["gtin"], "--first", 1,
                       "--printed", run["count"])
            self.sogoc(run["batch"], "labels", "activate", "--gtin", run["gtin"], "--first", 1,
                       "--activated", run["count"])
            self.say(f"{run['count']:>7,} stamps for {product['name']}, lot {run['lot']}")

    def stamps(self, run):
        return self.folder / "stamps" / run["lot"]

    def trouble(self):
        recall = DEMO["recalled_ingredient"]
        self.sogoc("kt-ha-tinh", "recall", "open", "--gtin", recall["gtin"], "--lot", recall["lot"],
                   "--recall", recall["recall"], "--kind", "recall", "--reason", recall["reason"])
        revoked = DEMO["revoked_product"]
        reference = {"issuer": revoked["issuer"], "date": number(self.today),
                     "number": "02/QĐ-UBND (trình diễn)"}
        year = (self.today - datetime.timedelta(days=FRESH_DAYS)).year
        self.submit(revoked["issuer"], [
            {"record_decision": {"decision": reference, "title": "Thu hồi giấy chứng nhận (trình diễn)",
                                 "document": digest("revocation")}},
            {"revoke_certificate": {"certificate": f"TD-{revoked['gtin'][-7:-1]}-{year}",
                                    "decision": reference, "reason": revoked["reason"]}}])
        self.say("an inspector recalled an ingredient, a committee revoked a certificate")

    def forge(self):
        """A well-formed stamp of a serial that exists, signed by an outsider's key."""
        run = DEMO["runs"][1]
        gtin, lot, serial = run["gtin"], run["lot"], 77
        message = (b"sogoc/stamp/v1\0" + self.ledger_id + gtin.encode() + bytes([len(lot)]) +
                   lot.encode() + serial.to_bytes(8, "big"))
        outsider = ec.generate_private_key(ec.SECP256R1())
        r, s = utils.decode_dss_signature(outsider.sign(message, ec.ECDSA(hashes.SHA256())))
        s = min(s, P256_ORDER - s)
        text = base64.b32encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")).decode().rstrip("=")
        uri = f"HTTPS://{DEMO['resolver_host'].upper()}/01/{gtin}/10/{lot}/21/{serial}?s={text}"
        path = self.folder / "stamps" / "forged.png"
        subprocess.run(["qrencode", "-o", path, "-s", "6", "-l", "M", uri], check=True)
        return path

    def check(self):
        by_lot = {run["lot"]: run for run in DEMO["runs"]}
        picture = lambda lot: sorted(self.stamps(by_lot[lot]).rglob("*.png"))[0]
        cases = [("genuine", picture("LG26A"), "CODE_ISSUED"),
                 ("forged: signed by an outsider's key", self.forge(), "NOT_IN_SYSTEM"),
                 ("made of a recalled ingredient", picture("NM01"), "RECALLED"),
                 ("certificate revoked", picture("TD01"), "GENUINE_CERT_REVOKED")]
        right = True
        for title, path, expected in cases:
            done = self.run("sogoc-verify", *self.readers(), "--json", "photo", path,
                            allowed=(0, 1, 2))
            answer = json.loads(done.stdout.splitlines()[0])
            print(f"\n{title}: {path.relative_to(self.folder)}")
            print(f"  {answer['verdict']}  {answer['verdict_vi']}")
            for note in answer["notes"]:
                print(f"    - {note['vi']}")
            if answer["verdict"] != expected:
                right = False
                print(f"  !! expected {expected}")
        genuine = next(line for line in (self.stamps(by_lot["LG26A"]) / "stamps.csv").open()
                       if "HTTPS://" in line)
        link = genuine.strip().split(",")[-1].strip('"')
        print(f"\nA stamp's page: {self.url}{link[link.index('/01/'):]}\n")
        return right

    def readers(self):
        """The gateways that verdicts are asked of."""
        return ["--node", self.url]

    def serve(self):
        self.node.wait()

    def stop(self):
        if self.node and self.node.poll() is None:
            self.node.send_signal(signal.SIGTERM)
            self.node.wait(timeout=30)


class NetworkDemo(Demo):
    """The same story on a running network of four organisations: records go to the first peer, verdicts come
    from the second, and the fourth is killed on the way."""

    def __init__(self, network, folder):
        super().__init__(network.programs, folder)
        self.network = network
        self.writer, self.reader, _, self.victim = network.peers

    def start_node(self):
        self.url = self.writer["url"]
        self.ledger_id = bytes.fromhex(self.network.state["ledger_id"])
        shutil.copy2(self.network.folder / "pass", self.folder / "pass")
        shutil.copytree(self.network.folder / "keys", self.folder / "keys")
        self.say(f"records go to {self.url}, ledger {self.ledger_id.hex()[:16]}…")

    def to_admit(self):
        founders = {peer["organisation"] for peer in self.network.peers}
        return [body for body in DEMO["admitted"] if body["organisation"] not in founders]

    def upload(self):
        super().upload()
        running = [peer for peer in self.network.peers if peer is not self.victim]
        for peer in running:
            self.fetch_pictures(peer["url"], self.products)
        self.say(f"{len(running)} peers give the same pictures")

    def lose_a_peer(self):
        self.network.stop(self.victim, signal.SIGKILL)
        self.say(f"killed peer {self.victim['number']} ({self.victim['name']}); the others go on")

    def bring_it_back(self):
        self.network.start(self.victim)
        self.network.wait([self.victim])
        head = self.network.same_head()
        if head is None:
            self.network.status()
            sys.exit("demo: the peers do not agree on one head")
        self.say(f"peer {self.victim['number']} is back; all four have block {head[0]}, {head[2]} leaves, "
                 f"state root {head[1][:16]}…")
        first, *_ = self.products  # the others come unasked
        self.fetch_pictures(self.victim["url"], [first])
        self.say(f"peer {self.victim['number']} gives a picture that it missed")

    def readers(self):
        others = [peer for peer in self.network.peers if peer is not self.reader]
        return ["--node", self.reader["url"], *[x for peer in others for x in ("--also", peer["url"])]]

    def serve(self):
        while all(self.network.pid(peer) for peer in self.network.peers):
            time.sleep(1)

    def stop(self):
        pass  # the network was there before


def without(record, *names):
    return {k: v for k, v in record.items() if k not in names}


def digest(content):
    content = content.encode() if isinstance(content, str) else content
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def picture(gtin):
    """A PNG of 64 stripes, whose colour is the product's own."""
    colour = hashlib.sha256(gtin.encode()).digest()[:3]
    rows = b"".join(b"\0" + bytes(c * (y % 8 + 8) // 15 for c in colour) * 64 for y in range(64))
    out = b"\x89PNG\r\n\x1a\n"
    for kind, body in ((b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(rows)),
                       (b"IEND", b"")):
        out += struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return out


def number(date):
    return date.year * 10_000 + date.month * 100 + date.day


def months_later(date, months):
    year, month = divmod(date.year * 12 + date.month - 1 + months, 12)
    for day in range(date.day, 0, -1):
        try:
            return datetime.date(year, month + 1, day)
        except ValueError:
            continue


def running_network(where, programs, scratch):
    if where == "compose":
        network, again = ComposeNetwork(scratch, programs), "take it down with its volumes and found it again"
        network.wait(network.peers)
    else:
        network, again = Network(where), "start another one with scripts/network --dir FOLDER up"
    if len(network.peers) != 4 or not all(network.healthy(peer) for peer in network.peers):
        sys.exit(f"demo: no network of four healthy peers runs ({where}); scripts/network up starts one")
    first = DEMO["runs"][0]["gtin"]
    if (network.get(network.peers[0], f"/v1/products/{first}") or {}).get("gtin"):
        sys.exit(f"demo: that network ({where}) has seen the demonstration; {again}")
    return network


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--dir", type=pathlib.Path, required=True)
    parser.add_argument("--once", action="store_true")
    parser.add_argument("--network", help="folder of a network that runs, or `compose`")
    arguments = parser.parse_args()
    for stop in (signal.SIGINT, signal.SIGTERM):  # a shell lets what it starts behind it ignore the first
        signal.signal(stop, signal.default_int_handler)
    folder = arguments.dir.absolute() / time.strftime("%Y%m%d-%H%M%S")
    folder.mkdir(parents=True)
    if arguments.network:
        network = running_network(arguments.network, arguments.bin.absolute(), folder / "founding")
        demo = NetworkDemo(network, folder)
        steps = (demo.start, demo.admit, demo.register, demo.certify, demo.lose_a_peer, demo.upload,
                 demo.batches, demo.labels, demo.trouble, demo.bring_it_back)
    else:
        demo = Demo(arguments.bin.absolute(), folder)
        steps = (demo.start, demo.admit, demo.register, demo.upload, demo.certify, demo.batches,
                 demo.labels, demo.trouble)
    try:
        for step in steps:
            step()
        right = demo.check()
        demo.say(f"everything is in {folder}" + ("" if right else "; a verdict was not as it must be"))
        if not arguments.once:
            print("Serving; Ctrl-C stops.", flush=True)
            demo.serve()
        return 0 if right else 1
    except KeyboardInterrupt:
        return 0
    finally:
        demo.stop()


if __name__ == "__main__":
    sys.exit(main())
