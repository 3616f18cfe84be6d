"""How peers come into a worker: what is answered at the door (`screen.py`), which TCP connections may stay
(`connections.py`), how many calls one peer may leave without an ACK (`unacknowledged.py`), and that the engine hears of
every call that was refused before it was offered one."""

from __future__ import annotations

import os
import re
import sys

from ivr.switch import wire
from ivr.switch.worker import gate, sdp
from ivr.switch.worker.connections import Connections
from ivr.switch.worker.inlet import Inlet
from ivr.switch.worker.invite import Invitation
from ivr.switch.worker.replies import Request
from ivr.switch.worker.screen import Screen
from ivr.switch.worker.unacknowledged import LATE, Unacknowledged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Protocol

    from ivr.switch.worker.alarms import Alarms
    from ivr.switch.worker.stack import Stack

    class Acknowledged(Protocol):
        """A call that came in, as far as the entrance cares."""

        sip_call_id: str

        def give_up_ack(self) -> bool:
            """No ACK comes: the call ends. False when it has ended already, or the ACK has come."""

    class Held(Protocol):
        """The calls that there are."""

        lines: int

        @property
        def held(self) -> Mapping[str, Acknowledged]:
            """By our id."""

        def room(self) -> int:
            """0 when a further call can be taken, else the code that says why not."""

    class House(Protocol):
        """The worker that is entered."""

        stack: Stack
        alarms: Alarms

        def soon(self, action: Callable[[], None]) -> None:
            """Do it in the loop."""

        def tell(self, message: wire.Message, **fields: wire.Value) -> None:
            """An event for the engine."""


BESIDE_CALLS = 28
"""TCP connections that there may be beyond one for each call. The wheel's PJSIP has 64 sockets for SIP in all, and
takes in what waits in the kernel (a handful) at one go."""
MOST_CONNECTIONS = 1000
_REFUSAL = re.compile(r"Response msg ([4-6][0-9]{2})/INVITE/")
_WORDS = {
    400: "the message cannot be read",
    415: "the offer is in a form that this line does not read",
    420: "it requires what this line does not do",
    421: "it lacks what this line requires",
    422: "its session timer is too short",
    488: "no audio that this line takes",
    500: "PJSIP could not take it",
}


class Entrance:
    """Of one worker. Everything here runs in the thread that owns PJSIP."""

    def __init__(self, worker: House, calls: Held) -> None:
        self._worker = worker
        self._calls = calls
        self._owed = Unacknowledged(calls.lines)
        self._screen = Screen(self._has_call, calls.room, lambda peer: self._owed.refuses(peer, worker.alarms.now()))
        self._passing: Request | None = None
        """An INVITE that PJSIP looks at just now."""
        self._watching = self._is_shut = False
        self._connections = Connections(min(MOST_CONNECTIONS, BESIDE_CALLS + worker.stack.holds))
        now = worker.alarms.now
        self._inlet = Inlet(worker.stack.library, self._judge, self._answered, self._connections, now)
        self._inlet.watch_connections(self._connection)

    def taken(self, call_id: str, peer: str) -> Request | None:
        """The INVITE that PJSIP looks at, this one, has become this call."""
        passing, self._passing = self._passing, None
        self._owed.offered(call_id, peer)
        return passing

    def answered(self, call_id: str) -> None:
        """A call was taken: its peer owes the ACK."""
        now = self._worker.alarms.now()
        self._owed.answered(call_id, now)
        self._worker.alarms.after(LATE, self._dun)

    def settled(self, call_id: str) -> None:
        """The ACK has come, or the call is over."""
        self._owed.settled(call_id)

    def _dun(self) -> None:
        for call_id in self._owed.surplus(self._worker.alarms.now()):
            if self._calls.held[call_id].give_up_ack():
                sys.stderr.write("a peer leaves too many calls without an ACK: the oldest ends\n")

    def _has_call(self, call_id: str) -> bool:
        return any(call.sip_call_id == call_id for call in self._calls.held.values())

    # Messages.

    def _judge(self, request: Request) -> bytes | None:
        self._passing = None
        verdict = self._screen.judge(request)
        if verdict is None:
            if request.method == "INVITE" and not request.is_in_dialog:
                self._passing = request
            return None
        if not verdict.code or not request.can_be_answered:
            return b""
        if request.method == "INVITE" and self._screen.refuses(request) and not request.is_in_dialog:
            self._tell(request, verdict.code, verdict.why)
        return request.answer(verdict.code, verdict.why)

    def _answered(self, told: str) -> None:
        """PJSIP refuses by itself what passed the screen."""
        found, request = _REFUSAL.match(told), self._passing
        if found is None or request is None:
            return
        self._passing = None
        code = int(found[1])
        if code != 401 and self._screen.refuses(request):
            self._tell(request, code, _WORDS.get(code, "PJSIP refused it"))

    def _tell(self, request: Request, code: int, why: str) -> None:
        invitation = Invitation(request.text, request.headers)
        self._worker.tell(
            wire.TURNED_AWAY,
            call=os.urandom(16).hex(),
            dialled=invitation.dialled,
            caller=invitation.caller,
            display=invitation.display,
            asserted=list(invitation.asserted or ()),
            peer=request.peer,
            sip_code=code,
            why=why,
            codecs=sdp.told(request.body) if "m=" in request.body else "",
        )

    # Connections.

    def _connection(self, handle: int, is_open: bool) -> None:
        """Told by PJSIP while it takes them in, one after the other: what is too many must be kept out at once."""
        now = self._worker.alarms.now()
        if is_open:
            self._connections.made(handle, self._inlet.peer_of(handle), now)
        else:
            self._connections.gone(handle, now)
        self._mind_the_door(now)
        if not self._watching:
            self._watching = True
            self._worker.soon(self._watch)

    def _mind_the_door(self, now: float) -> None:
        """While PJSIP has no room the kernel drops who wants to connect: he tries again in a second by himself."""
        full = self._connections.is_full(now)
        door = self._worker.stack.listener
        if full == self._is_shut or door is None:
            return
        self._is_shut = full
        if full:
            gate.let_in(door, ())
            sys.stderr.write("too many TCP connections: new ones wait\n")
        else:
            gate.open_to_all(door)

    def _watch(self) -> None:
        now = self._worker.alarms.now()
        for handle in self._connections.surplus(now):
            self._inlet.close(handle)
            self._connections.gone(handle, now)
        self._mind_the_door(now)
        again = self._connections.next_look(now)
        self._watching = again > 0
        if self._watching:
            self._worker.alarms.after(again, self._watch)
