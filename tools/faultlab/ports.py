"""Ports for programs that listen on this machine."""

import itertools
import os
import socket


class Ports:
    """Ports that nobody listens on, below those that the system gives to connections."""

    def __init__(self):
        # Two users at once begin at different places.
        self._ports = itertools.islice(
            itertools.cycle(range(10_000, 32_000)), os.getpid() * 97 % 22_000, None)

    def free(self) -> int:
        for port in itertools.islice(self._ports, 22_000):
            with socket.socket() as one:
                try:
                    one.bind(("127.0.0.1", port))
                    return port
                except OSError:
                    continue
        raise OSError("no port is free")
