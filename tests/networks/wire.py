"""A server that misbehaves exactly as told: it counts what arrives and answers what it is given."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Answer = Callable[[socket.socket], None]


def reply(
    status: str = "200 OK", body: bytes = b"", *, headers: str = "", close: bool = True
) -> Answer:
    def answer(client: socket.socket) -> None:
        connection = "close" if close else "keep-alive"
        head = (
            f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: {connection}\r\n"
            f"Content-Type: application/json\r\n{headers}\r\n"
        )
        client.sendall(head.encode() + body)

    return answer


def reset(client: socket.socket) -> None:
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def hang_up(client: socket.socket) -> None:
    client.close()


def say(text: bytes, then: Answer = hang_up) -> Answer:
    def answer(client: socket.socket) -> None:
        client.sendall(text)
        then(client)

    return answer


@dataclass
class Wire:
    url: str
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0


@contextmanager
def serving(*answers: Answer, requests_per_connection: int = 1) -> Iterator[Wire]:
    """Answers the requests in order with `answers`, the last one for all later requests."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    wire = Wire(f"http://127.0.0.1:{listener.getsockname()[1]}")
    over = threading.Event()

    def serve() -> None:
        while not over.is_set():
            try:
                client, _ = listener.accept()
            except TimeoutError:
                continue
            wire.connections += 1
            client.settimeout(5)
            with client:
                for _ in range(requests_per_connection):
                    request = _read(client)
                    if not request:
                        break
                    wire.requests.append(request)
                    number = min(len(wire.requests), len(answers)) - 1
                    try:
                        answers[number](client)
                    except OSError:
                        break

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield wire
    finally:
        over.set()
        thread.join()
        listener.close()


def _read(client: socket.socket) -> bytes:
    """One whole request, headers and body."""
    data = b""
    try:
        while b"\r\n\r\n" not in data:
            part = client.recv(65536)
            if not part:
                return b""
            data += part
        head, _, body = data.partition(b"\r\n\r\n")
        length = next(
            (
                int(line.split(b":")[1])
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-length:")
            ),
            0,
        )
        while len(body) < length:
            body += client.recv(65536)
    except OSError:
        return b""
    return head + b"\r\n\r\n" + body
