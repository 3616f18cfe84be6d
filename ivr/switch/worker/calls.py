"""Which calls there are in a worker: how they come, by an INVITE or because the engine dials, and how they go.

A call goes when its slot of PJSIP is free and its recording on disk; only then does the engine hear of its end. What
happens in between is for `worker_call.py`.
"""

from __future__ import annotations

import gc
import os

import pjsua2

from ivr.switch import wire
from ivr.switch.worker.call_states import DIALLING, OFFERED, OVER
from ivr.switch.worker.invite import Invitation
from ivr.switch.worker.refusal import Refusal
from ivr.switch.worker.replies import Request
from ivr.switch.worker.transactions import head_of
from ivr.switch.worker.worker_call import WorkerCall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ivr.switch.worker.worker_call import Home

TOO_MANY = 70010
"""PJ_ETOOMANY: every call slot of this build is in use."""
COLLECT_EVERY = 500
"""Calls between two runs of the garbage collector. It runs in this thread only: one that runs in an audio thread and
finds a pjsua2 object would end a call from there."""


class Calls:
    """Those of one worker."""

    def __init__(self, home: Home, lines: int) -> None:
        self._home = home
        self.lines = lines
        """How many there may be at once."""
        self.held: dict[str, WorkerCall] = {}
        """By our id, until the engine has heard of their end."""
        self.is_draining = False
        """No further one is taken."""
        self._leaving: list[tuple[WorkerCall, wire.Fields]] = []
        self._dead: dict[int, list[WorkerCall]] = {}
        self._ended = 0

    def room(self) -> int:
        """0 when a further call can be taken, else the code that says why not."""
        stack = self._home.stack
        full = len(self.held) >= self.lines or stack.occupied() >= stack.holds
        return 503 if self.is_draining else 486 if full else 0

    def dial(self, fields: wire.Fields) -> WorkerCall:
        """As the engine orders it. Raises Refusal."""
        if self.is_draining or len(self.held) >= self.lines:
            raise Refusal(wire.NO_LINE, "every line is in use")
        call = WorkerCall(self._home, self._leave, str(fields["call"]), DIALLING)
        self.held[call.call_id] = call
        try:
            call.dial(
                str(fields["target"]),
                str(fields["caller_id"]),
                list(fields["headers"]),  # type: ignore[arg-type]
                float(fields["timeout"]),  # type: ignore[arg-type]
            )
        except pjsua2.Error as error:
            call.state = OVER
            del self.held[call.call_id]
            self._bury(call)
            code = wire.NO_LINE if error.status == TOO_MANY else wire.REFUSED
            raise Refusal(code, f"pjsip {error.status}: {error.reason}") from None
        return call

    def come(self, prm: pjsua2.OnIncomingCallParam) -> None:
        """An INVITE. In a callback of pjsua2: the call object must be there when it returns."""
        code = 503 if self.is_draining else 486 if len(self.held) >= self.lines else 0
        seen = str(prm.rdata.srcAddress)
        peer = seen.rpartition(":")[0].strip("[]")
        call = WorkerCall(self._home, self._leave, os.urandom(16).hex(), OVER if code else OFFERED, prm.callId, peer)
        if code:
            refusal = pjsua2.CallOpParam()
            refusal.statusCode = code
            call.hangup(refusal)
            self._bury(call)
            return
        self.held[call.call_id] = call
        request = self._home.entrance.taken(call.call_id, peer) or Request(str(prm.rdata.wholeMsg))
        call.sip.seen, call.sip_call_id = seen, request.call_id
        self._home.soon(lambda: self._offer(call, request, peer))

    def _offer(self, call: WorkerCall, request: Request, peer: str) -> None:
        invitation = Invitation(request.text, request.headers)
        self._home.tell(
            wire.OFFERED,
            call=call.call_id,
            dialled=invitation.dialled,
            caller=invitation.caller,
            display=invitation.display,
            asserted=list(invitation.asserted or ()),
            diversions=[text for diversion in invitation.diversions for text in diversion],
            peer=peer,
            seen=call.sip.seen,
            invite=head_of(request.text),
            headers=["Call-ID", invitation.call_id],
        )

    def _leave(self, call: WorkerCall, end: wire.Fields) -> None:
        """The call is over."""
        self._home.entrance.settled(call.call_id)
        self._leaving.append((call, end))

    @property
    def are_leaving(self) -> bool:
        """Whether one that is over is still held."""
        return bool(self._leaving)

    def let_go(self) -> None:
        """Of those that are over, and the engine hears so."""
        ghosts = self._home.stack.occupied() - (len(self.held) - len(self._leaving))
        free = len(self._leaving) - max(0, ghosts)
        for call, end in list(self._leaving):
            if free <= 0:
                return
            if call.closing:
                continue
            free -= 1
            self._leaving.remove((call, end))
            del self.held[call.call_id]
            self._bury(call)
            self._home.tell(wire.ENDED, call=call.call_id, **end)
            self._ended += 1
            if self._ended % COLLECT_EVERY == 0:
                gc.collect()

    def _bury(self, call: WorkerCall) -> None:
        """Keep the pjsua2 object of a call that is over until its slot is free again, then let go of it.

        It goes on pointing at its slot: the end of the object ends whatever call is in there by then. So the one
        before it is let go now, if nobody has the slot, and this one when the next call of the slot is over. By then
        no thread of PJSIP can be in one of its callbacks either.
        """
        slot = call.getId()
        dead = self._dead.setdefault(slot, [])
        if all(other.getId() != slot for other in self.held.values()):
            for one in dead:
                WorkerCall.__swig_destroy__(one)  # now, not when the last reference goes
            dead.clear()
        dead.append(call)
