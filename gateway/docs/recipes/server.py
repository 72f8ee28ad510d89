#!/usr/bin/env python3
"""A server that announces itself: one key under a lease, kept alive, withdrawn on TERM.

usage: ETCD=http://127.0.0.1:2379 server.py PORT BACKEND ID

It speaks etcd's own JSON (/v3/...), so it needs nothing but Python.
"""
import base64, http.server, json, os, signal, sys, threading, time, urllib.request

ETCD = os.environ.get("ETCD", "http://127.0.0.1:2379")
PORT, BACKEND, ID = int(sys.argv[1]), sys.argv[2], sys.argv[3]
LEASE_SECONDS = 10
ending = threading.Event()


def ask(path, body):
    request = urllib.request.Request(f"{ETCD}/v3/{path}", json.dumps(body).encode())
    with urllib.request.urlopen(request, timeout=5) as answer:
        return json.load(answer)


def b64(text):
    return base64.b64encode(text.encode()).decode()


def announce():
    lease = ask("lease/grant", {"TTL": LEASE_SECONDS})["ID"]
    key = f"/vulcand/backends/{BACKEND}/servers/{ID}"
    ask("kv/put", {"key": b64(key), "value": b64(json.dumps({"URL": f"http://127.0.0.1:{PORT}"})), "lease": lease})
    return lease


def stay_announced():
    lease = None
    while not ending.wait(LEASE_SECONDS / 3 if lease else 1):
        try:
            # A lease that is gone answers without a TTL: the store was away for longer than it lasts.
            if lease and "TTL" not in ask("lease/keepalive", {"ID": lease})["result"]:
                lease = None
            lease = lease or announce()
        except OSError as away:
            print("etcd:", away, file=sys.stderr)
    if lease:
        ask("lease/revoke", {"ID": lease})


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = f"{ID} by Python\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
signal.signal(signal.SIGTERM, lambda *_: ending.set())
stay_announced()
time.sleep(2)  # Gateways let go at once; what is under way ends here.
server.shutdown()
