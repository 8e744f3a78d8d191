"""The servers of world.ts: TCP and UDP on three ports, and a name server. Prints what they see, a line of JSON each."""
import json
import socket
import struct
import sys
import threading

PORTS = (80, 443, 8080)
zone = json.loads(sys.argv[1])
asked: dict[str, int] = {}
printing = threading.Lock()


def tell(protocol, to, peer, size):
    with printing:
        print(json.dumps({"protocol": protocol, "to": to, "from": peer, "bytes": size}), flush=True)


def name_of(address):
    text = f"[{address[0]}]" if ":" in address[0] else address[0]
    return f"{text}:{address[1]}".replace("[::ffff:", "").replace("]:", ":") if "::ffff:" in text else f"{text}:{address[1]}"


def echo(connection, peer):
    try:
        tell("tcp", name_of(connection.getsockname()), name_of(peer), 0)
        while data := connection.recv(65536):
            connection.sendall(data)
    except OSError:
        pass
    connection.close()


def tcp(port):
    server = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=512)
    while True:
        # The peer's name is taken here: of one that hung up at once nobody knows it any more.
        connection, peer = server.accept()
        threading.Thread(target=echo, args=(connection, peer), daemon=True).start()


def udp(port):
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.setsockopt(socket.IPPROTO_IP, 8, 1)  # IP_PKTINFO: which of our addresses it was sent to
    server.bind(("0.0.0.0", port))
    while True:
        data, ancillary, _, peer = server.recvmsg(65536, 64)
        to = socket.inet_ntoa(ancillary[0][2][8:12])
        tell("udp", f"{to}:{port}", name_of(peer), len(data))
        # From the address that was asked, or the guest would not know its peer.
        server.sendmsg([data], [(socket.IPPROTO_IP, 8, struct.pack("=I4s4s", 0, socket.inet_aton(to), b"\0" * 4))], 0, peer)


def answer(query):
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1 : at + 1 + query[at]].decode().lower())
        at += 1 + query[at]
    name, kind = ".".join(labels), struct.unpack(">H", query[at + 1 : at + 3])[0]
    tell("dns", name, "", len(query))
    family, size = {1: (socket.AF_INET, 4), 28: (socket.AF_INET6, 16)}.get(kind, (None, 0))
    answers = zone.get(name)
    if answers is None:
        return query[:2] + b"\x81\x83" + query[4:6] + b"\0" * 6 + query[12 : at + 5]
    # Counted by questions for IPv4, which come with each lookup.
    turn = asked.get(name, 0)
    if kind == 1:
        asked[name] = turn + 1
    addresses = [a for a in answers[min(turn, len(answers) - 1)] if (":" in a) == (size == 16) and family]
    records = b"".join(
        b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 0, size) + socket.inet_pton(family, a) for a in addresses
    )
    return query[:2] + b"\x81\x80\0\1" + struct.pack(">H", len(addresses)) + b"\0" * 4 + query[12 : at + 5] + records


def dns():
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("93.184.216.53", 53))
    while True:
        query, peer = server.recvfrom(4096)
        server.sendto(answer(query), peer)


for serve, ports in ((tcp, PORTS), (udp, PORTS)):
    for port in ports:
        threading.Thread(target=serve, args=(port,), daemon=True).start()
threading.Thread(target=dns, daemon=True).start()
print("ready", flush=True)
threading.Event().wait()
