"""Ports on the loopback address for servers that cannot say which port they took."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterable

HOST = "127.0.0.1"
# Below the range from which Linux takes the near end of outgoing connections (ip_local_port_range, 32768 and up):
# there, any client's connection could take the port between this look and the server's start.
_RANGE = range(20000, 32000)


def free(names: Iterable[str]) -> dict[str, int]:
    """A different free port for each name. Another process may take one before the server does: try again then."""
    ports: dict[str, int] = {}
    sockets: list[socket.socket] = []
    try:
        for name in names:
            while name not in ports:
                probe = socket.socket()
                sockets.append(probe)  # held until all are found, so that they differ
                port = random.choice(_RANGE)  # noqa: S311  # nobody is to be surprised by it
                try:
                    probe.bind((HOST, port))
                except OSError:
                    continue
                ports[name] = port
    finally:
        for probe in sockets:
            probe.close()
    return ports


def accepts(port: int, host: str = HOST) -> bool:
    """Whether something accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex((host, port)) == 0
