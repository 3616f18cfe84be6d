"""A telephone made of bare SIP and RTP packets, so that a test can also be a bad one: no ACK, no BYE, lost packets.

Lives in the test's own reactor. Says no more SIP than the tests need.
"""

from __future__ import annotations

import re
import socket
import struct
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.protocol import ClientFactory, DatagramProtocol, Protocol
from twisted.internet.task import LoopingCall

HOST = "127.0.0.1"
KEYS = "0123456789*#ABCD"


class _Sip(DatagramProtocol):
    noisy = False

    def __init__(self, peer: Peer) -> None:
        self.peer = peer

    def datagramReceived(self, datagram: bytes, addr: tuple[str, int]) -> None:
        self.peer.heard(datagram.decode(errors="replace"), addr)


class _Rtp(DatagramProtocol):
    noisy = False

    def __init__(self, peer: Peer) -> None:
        self.peer = peer

    def datagramReceived(self, datagram: bytes, addr: tuple[str, int]) -> None:
        self.peer.packets += 1
        self.peer.lengths.add(len(datagram) - 12)
        self.peer.sound += datagram[12:]

    def connectionRefused(self) -> None: ...


class _Stream(Protocol):
    """SIP over TCP."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.rest = b""

    def connectionMade(self) -> None:
        self.peer.stream = self
        self.peer.connected.callback(None)

    def dataReceived(self, data: bytes) -> None:
        self.rest += data
        while b"\r\n\r\n" in self.rest:
            head, _, body = self.rest.partition(b"\r\n\r\n")
            found = re.search(rb"(?im)^content-length:\s*(\d+)", head)
            length = int(found[1]) if found else 0
            if len(body) < length:
                return
            self.rest = body[length:]
            self.peer.heard((head + b"\r\n\r\n" + body[:length]).decode(), (HOST, self.peer.switch_port))


class Peer:
    """One telephone with at most one call."""

    def __init__(self, switch_port: int = 0, *, acks: bool = True, rings_before: Callable[[Peer], None] | None = None):
        self.switch_port = switch_port
        self.acks = acks
        self.statuses: list[int] = []
        self.requests: list[str] = []
        """Methods of the requests that came in."""
        self.invite = self.last_request = ""
        """The INVITE that came in, and what came in last."""
        self.ended = False
        self.packets = 0
        self.sound = b""
        self.answered_info: list[int] = []
        self.stream: _Stream | None = None
        self.connected: Deferred[None] = Deferred()
        self.deaf = False
        """A vanished peer answers nothing."""
        self._sip_port: Any = reactor.listenUDP(0, _Sip(self), interface=HOST)  # type: ignore[attr-defined]
        self._rtp_port: Any = reactor.listenUDP(0, _Rtp(self), interface=HOST)  # type: ignore[attr-defined]
        self.port: int = self._sip_port.getHost().port
        self.rtp_port: int = self._rtp_port.getHost().port
        self.tag = uuid.uuid4().hex[:8]
        self.call_id = uuid.uuid4().hex
        self.remote_to = ""
        self.local_from = ""
        self.remote_target = ""
        self.cseq = 1
        self.is_caller = True
        self.far_rtp: tuple[str, int] | None = None
        self.seq = 1
        self.stamp = 160
        self.ssrc = uuid.uuid4().int & 0xFFFFFFFF
        self.talking = LoopingCall(self._speak)
        self.event_type = 101
        self.events = "telephone-event/8000"
        """How its SDP names key events; empty: it never heard of them."""
        self.loudness = 0xFF  # u-law silence
        self.sings = b""
        """u-law that it says again and again, instead of a level."""
        self.sung = 0
        """Bytes of it that it said so far."""
        self.slow = False
        """Sends no audio by itself when its call is answered."""
        self.media_address = f"IP4 {HOST}"
        """Where this telephone says that it wants its audio; empty: it never says."""
        self.target = ""
        """A Request-URI of its own for the INVITE."""
        self.owes_nothing = False
        """Answers a CANCEL, and the INVITE never."""
        self.first_media = ""
        """Media lines before the audio."""
        self.wish = ""
        """A further attribute of the audio."""
        self.lengths: set[int] = set()
        """Bytes of sound that packets held."""
        self._invite_headers = ""
        self._branch = ""

    async def close(self) -> None:
        if self.talking.running:
            self.talking.stop()
        if self.stream is not None and self.stream.transport is not None:
            self.stream.transport.abortConnection()  # type: ignore[attr-defined]
        for port in (self._sip_port, self._rtp_port):
            await port.stopListening()

    # A caller.

    async def dials(self, dialled: str = "8000", caller: str = "1001", *, tcp: bool = False, headers: str = "") -> None:
        """Send INVITE; what follows is seen in `statuses`."""
        if tcp:
            factory = ClientFactory()
            factory.protocol = lambda: _Stream(self)  # type: ignore[assignment]
            factory.noisy = False
            reactor.connectTCP(HOST, self.switch_port, factory)  # type: ignore[attr-defined]
            await self.connected
        self.local_from = f"<sip:{caller}@{HOST}:{self.port}>;tag={self.tag}"
        self.remote_to = f"<sip:{dialled}@{HOST}:{self.switch_port}>"
        self.remote_target = self.target or f"sip:{dialled}@{HOST}:{self.switch_port}"
        self._invite_headers = headers
        self._send_request("INVITE", self._sdp(), headers)

    def cancels(self) -> None:
        self._send_request("CANCEL", branch=self._branch, cseq=self.cseq)

    # A person who is called.

    def rings(self) -> None:
        self._respond(self.invite, 180)

    def answers(self) -> None:
        self._respond(self.invite, 200, self._sdp())
        self.starts_talking()

    def refuses(self, status: int) -> None:
        self._respond(self.invite, status)

    # Both.

    def hangs_up(self) -> None:
        if self.talking.running:
            self.talking.stop()
        self._send_request("BYE")
        self.ended = True

    def vanishes(self) -> None:
        """The cable is pulled."""
        self.deaf = True
        if self.talking.running:
            self.talking.stop()

    def falls_silent(self) -> None:
        """It answers to SIP but sends no sound; so do telephones that suppress silence."""
        if self.talking.running:
            self.talking.stop()

    def reports(self) -> None:
        """An RTCP receiver report on what we sent, from the port beside that of its sound."""
        if self.far_rtp is None:
            return
        block = struct.pack("!IIIIII", 1, 0, 0, 0, 0, 0)
        report = struct.pack("!BBHI", 0x81, 201, 7, self.ssrc) + block
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as beside:
            beside.bind((HOST, self.rtp_port + 1))
            beside.sendto(report, (self.far_rtp[0], self.far_rtp[1] + 1))

    def holds(self, direction: str = "sendonly") -> None:
        """Re-INVITE; `sendrecv` takes the call back."""
        if direction != "sendrecv" and self.talking.running:
            self.talking.stop()
        self._send_request("INVITE", self._sdp(direction))

    def info(self, body: str, content_type: str = "application/dtmf-relay") -> None:
        self._send_request("INFO", body, f"Content-Type: {content_type}\r\n")

    def starts_talking(self) -> None:
        if not self.talking.running:
            self.talking.start(0.02)

    def press(self, keys: str, *, milliseconds: int = 100, lost: Sequence[int] = (), fixed: bool = False) -> None:
        """Keys as RFC 4733 events, one after the other, all packets at once; `lost` ones (numbers within a
        press) are not sent; `fixed`: the duration stands still."""
        for key in keys:
            steps = milliseconds // 20
            plan = [(160 * (steps if fixed else n), 0) for n in range(1, steps + 1)] + [(160 * steps, 0x80)] * 3
            for number, (duration, end) in enumerate(plan):
                if number not in lost:
                    event = struct.pack("!BBH", KEYS.index(key), 10 | end, min(duration, 0xFFFF))
                    self._send_rtp(self.event_type, event, self.stamp, marker=number == 0)
                else:
                    self.seq += 1
            self.stamp += (steps + 3) * 160

    def press_raw(self, event: int, stamp: int, duration: int, *, end: bool = False) -> None:
        """One packet of an event."""
        self._send_rtp(self.event_type, struct.pack("!BBH", event, 10 | (0x80 if end else 0), duration), stamp)

    def sends_event(self, payload: bytes, seq: int, stamp: int, *, marker: bool = False) -> None:
        """One packet of events with numbers of the test's own."""
        self.seq = seq
        self._send_rtp(self.event_type, payload, stamp, marker=marker)

    # Within.

    def _speak(self) -> None:
        if self.sings:
            at = self.sung % len(self.sings)
            self._send_rtp(0, (self.sings * 2)[at : at + 160], self.stamp)
            self.sung += 160
            self.stamp += 160
            return
        self._send_rtp(0, bytes([self.loudness]) * 80 + bytes([self.loudness ^ 0x80]) * 80, self.stamp)
        self.stamp += 160

    def _send_rtp(self, kind: int, body: bytes, stamp: int, *, marker: bool = False) -> None:
        if self.far_rtp is None:
            return
        head = struct.pack("!BBHII", 0x80, marker << 7 | kind, self.seq & 0xFFFF, stamp & 0xFFFFFFFF, self.ssrc)
        self._rtp_port.write(head + body, self.far_rtp)
        self.seq += 1

    def _sdp(self, direction: str = "sendrecv") -> str:
        if not self.media_address:
            return ""
        kinds = f"0 {self.event_type}" if self.events else "0"
        return (
            f"v=0\r\no=- 1 {self.cseq} IN IP4 {HOST}\r\ns=-\r\nc=IN {self.media_address}\r\nt=0 0\r\n{self.first_media}"
            f"m=audio {self.rtp_port} RTP/AVP {kinds}\r\na=rtpmap:0 PCMU/8000\r\n"
            f"{self._event_lines()}{self.wish}a={direction}\r\n"
        )

    def _event_lines(self) -> str:
        kind = self.event_type
        return f"a=rtpmap:{kind} {self.events}\r\na=fmtp:{kind} 0-15\r\n" if self.events else ""

    def _send(self, message: str) -> None:
        if self.stream is not None and self.stream.transport is not None:
            self.stream.transport.write(message.encode(errors="surrogateescape"))  # type: ignore[attr-defined]
        else:
            self._sip_port.write(message.encode(errors="surrogateescape"), (HOST, self.switch_port))

    def _send_request(
        self, method: str, body: str = "", headers: str = "", *, branch: str = "", cseq: int | None = None
    ) -> None:
        if method not in ("ACK", "CANCEL"):
            self.cseq += 1
        cseq = self.cseq if cseq is None else cseq
        branch = branch or "z9hG4bK" + uuid.uuid4().hex
        if method == "INVITE":
            self._branch = branch
        if body and "Content-Type" not in headers:
            headers += "Content-Type: application/sdp\r\n"
        way = "TCP" if self.stream is not None else "UDP"
        port = self._own_port()
        self._send(
            f"{method} {self.remote_target} SIP/2.0\r\nVia: SIP/2.0/{way} {HOST}:{self.port};rport;branch={branch}\r\n"
            f"Max-Forwards: 70\r\nFrom: {self.local_from}\r\nTo: {self.remote_to}\r\nCall-ID: {self.call_id}\r\n"
            f"CSeq: {cseq} {method}\r\nContact: <sip:peer@{HOST}:{port}{';transport=tcp' * (way == 'TCP')}>\r\n"
            f"{headers}Content-Length: {len(body.encode(errors='surrogateescape'))}\r\n\r\n{body}"
        )

    def _own_port(self) -> int:
        if self.stream is not None and self.stream.transport is not None:
            return int(self.stream.transport.getHost().port)  # type: ignore[attr-defined]
        return self.port

    def _respond(self, request: str, status: int, body: str = "") -> None:
        kept = [line for line in request.split("\r\n\r\n")[0].split("\r\n")[1:] if _name(line) in _COPIED]
        if status != 100:
            kept = [f"{line};tag={self.tag}" if _name(line) == "to" and "tag=" not in line else line for line in kept]
        lines = [f"SIP/2.0 {status} Said", *kept, f"Contact: <sip:peer@{HOST}:{self.port}>"]
        if body:
            lines.append("Content-Type: application/sdp")
        self._send("\r\n".join([*lines, f"Content-Length: {len(body)}", "", body]))

    def heard(self, message: str, addr: tuple[str, int]) -> None:
        if self.deaf or not message.strip():
            return
        for port in re.findall(r"m=audio (\d+)", message):
            if int(port):
                self.far_rtp = (HOST, int(port))
        found = re.search(r"a=rtpmap:(\d+) telephone-event/8000", message)
        if found:
            self.event_type = int(found[1])  # who answers keeps to the numbers of the offer
        if message.startswith("SIP/2.0"):
            self._response(message)
        else:
            self.switch_port = addr[1]
            self._request(message)

    def _response(self, message: str) -> None:
        status = int(message.split(" ", 2)[1])
        method = _value(message, "cseq").split()[1]
        if method == "INFO":
            self.answered_info.append(status)
        if method != "INVITE":
            return
        self.statuses.append(status)
        if status < 200:
            return
        self.remote_to = _value(message, "to")
        if status < 300:
            contact = re.search(r"<(.*?)>", _value(message, "contact"))
            self.remote_target = contact[1] if contact else self.remote_target
        else:
            self.ended = True
        if self.acks:
            self._send_request("ACK", branch=self._branch if status >= 300 else "", cseq=self.cseq)
            if status < 300 and "sendrecv" in message and not self.talking.running and not self.slow:
                self.starts_talking()

    def _request(self, message: str) -> None:
        method = message.split(" ", 1)[0]
        self.requests.append(method)
        self.last_request = message
        if method == "INVITE":
            self.invite = message
            self.is_caller = False
            self.local_from = f"{_value(message, 'to')};tag={self.tag}"
            self.remote_to = _value(message, "from")
            self.call_id = _value(message, "call-id")
            contact = re.search(r"<(.*?)>", _value(message, "contact"))
            self.remote_target = contact[1] if contact else ""
            self._respond(message, 100)
        elif method in ("BYE", "CANCEL"):
            self._respond(message, 200)
            if method == "CANCEL" and self.owes_nothing:
                return
            if method == "CANCEL":
                self._respond(self.invite, 487)
            self.ended = True
            if self.talking.running:
                self.talking.stop()
        elif method != "ACK":
            self._respond(message, 200)


_COPIED = {"via", "from", "to", "call-id", "cseq", "record-route"}


def _name(line: str) -> str:
    return line.partition(":")[0].strip().lower()


def _value(message: str, name: str) -> str:
    return next((line.partition(":")[2].strip() for line in message.split("\r\n") if _name(line) == name), "")
