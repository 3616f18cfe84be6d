"""Tells the far sides of calls that are over because the worker that held them is gone: else they send on, into a call
of somebody else in the end.

What is said is `dialog.py`'s. It goes out at once from the port that the worker had, as long as nobody has that port
again, because a firewall may let nothing else through; and then, from a port of its own, until it is answered.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from typing import Any

from twisted.internet.error import CannotListenError
from twisted.internet.protocol import ClientFactory, DatagramProtocol, Protocol
from twisted.logger import Logger

from background.reactor import Reactor, Timer, call_later
from ivr.switch.dialog import Dialog, LastWord, last_word

AGAIN = (0.5, 1.5, 3.5)
"""s after the first time when it is said again."""
CONNECT = 3.0
"""s for a connection to a far side that speaks TCP."""


class Parting:
    """Says the last word."""

    log = Logger()

    def __init__(self, reactor: Reactor, address: str, public_address: str) -> None:
        self._reactor = reactor
        self._address = address
        self._public = public_address
        self._timers: list[Timer] = []
        self._mouth: _Mouth | None = None

    def say(self, dialogs: Sequence[Dialog]) -> None:
        """End these calls. Their workers are gone and their ports free."""
        for port in sorted({dialog.port for dialog in dialogs}):
            self._say_from(port, [dialog for dialog in dialogs if dialog.port == port])
        left = {dialog.call_id: dialog for dialog in dialogs}
        if left:
            for seconds in AGAIN:
                self._timers.append(call_later(self._reactor, seconds, lambda: self._say_again(left)))

    def close(self) -> None:
        """Say no more."""
        for timer in self._timers:
            if timer.active():
                timer.cancel()
        self._timers.clear()
        if self._mouth is not None and self._mouth.transport is not None:
            self._mouth.transport.stopListening()
        self._mouth = None

    def _say_from(self, port: int, dialogs: Sequence[Dialog]) -> None:
        family = socket.AF_INET6 if ":" in self._address else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as mouth:
            try:
                mouth.bind((self._address, port))
            except OSError as taken:
                self.log.info("what is left to say goes out from another port: {taken}", taken=taken)
            mouth.setblocking(False)
            for dialog in dialogs:
                word = self._word(dialog, mouth.getsockname()[1] or port)
                if word is not None and word.over_tcp:
                    self._connect(word)
                elif word is not None:
                    _send(word, lambda text, place: mouth.sendto(text, place))

    def _say_again(self, left: dict[str, Dialog]) -> None:
        mouth = self._opened(left)
        if mouth is None:
            return
        for dialog in list(left.values()):
            word = self._word(dialog, mouth.port)
            if word is not None and not word.over_tcp:
                _send(word, mouth.send)

    def _word(self, dialog: Dialog, port: int) -> LastWord | None:
        host = self._public or self._address
        if host in ("0.0.0.0", "::"):
            host = _own_address(dialog.peer) or "127.0.0.1"
        return last_word(dialog, f"{f'[{host}]' if ':' in host else host}:{port}")

    def _opened(self, left: dict[str, Dialog]) -> _Mouth | None:
        if self._mouth is None:
            mouth = _Mouth()
            try:
                self._reactor.listenUDP(0, mouth, interface=self._address)
            except CannotListenError as error:
                self.log.error("far sides of lost calls are not notified again: {why}", why=error)
                return None
            self._mouth = mouth
        self._mouth.waiting.append(left)
        return self._mouth

    def _connect(self, word: LastWord) -> None:
        factory = ClientFactory()
        factory.noisy = False
        factory.buildProtocol = lambda _: _OneMessage(word.text)  # type: ignore[method-assign, assignment]
        for address, port in word.places[:1]:
            self._reactor.connectTCP(address, port, factory, timeout=CONNECT)


class _Mouth(DatagramProtocol):
    """Sends, and hears who has understood."""

    noisy = False
    transport: Any

    def __init__(self) -> None:
        self.waiting: list[dict[str, Dialog]] = []

    @property
    def port(self) -> int:
        return int(self.transport.getHost().port)

    def send(self, text: bytes, place: tuple[str, int]) -> None:
        self.transport.write(text, place)

    def datagramReceived(self, datagram: bytes, addr: object) -> None:
        answer = datagram.decode(errors="replace")
        if not answer.startswith("SIP/2.0 ") or answer.startswith("SIP/2.0 1"):
            return
        for left in self.waiting:
            for call_id in list(left):
                if call_id in answer:
                    del left[call_id]


class _OneMessage(Protocol):
    """Says one thing and hangs up when it is answered."""

    transport: Any

    def __init__(self, text: str) -> None:
        self._text = text

    def connectionMade(self) -> None:
        self.transport.write(self._text.encode())

    def dataReceived(self, data: bytes) -> None:
        self.transport.loseConnection()


def _send(word: LastWord, send: Callable[[bytes, tuple[str, int]], object]) -> None:
    for place in word.places:
        try:
            send(word.text.encode(errors="replace"), place)
        except OSError:
            continue  # no way there


def _own_address(peer: str) -> str:
    """The address of this machine that `peer` sees."""
    address, _, port = peer.rpartition(":")
    address = address.strip("[]")
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((address, int(port)))
        except (OSError, ValueError):
            return ""
        return str(probe.getsockname()[0])
