"""The INVITE and the BYE of one call as SIP transactions: what was said in them, and those that a peer leaves open.

What the call is meanwhile is for `worker_call.py`. Everything here runs in the thread that owns PJSIP, most of it in
its callbacks.
"""

from __future__ import annotations

import pjsua2

from ivr.switch.worker.call_states import DIALLING, OFFERED, OVER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    from ivr.switch.worker.alarms import NamedAlarms
    from ivr.switch.worker.stack import Stack

    class Party(Protocol):
        """The call that they belong to."""

        state: str
        hung_up: bool
        sip_call_id: str

        def getInfo(self) -> pjsua2.CallInfo:
            """As PJSIP has it."""


OWED = 1.0
"""s after our CANCEL in which the final answer to the INVITE must come, and after our BYE to a peer that owes us an ACK
too its answer."""


class Transactions:
    """Of one call."""

    __slots__ = (
        *("_acknowledged", "_alarms", "_call", "_inviting", "_owed", "_parting", "_soon", "_stack"),
        *("final", "invite", "seen"),
    )

    def __init__(
        self, call: Party, stack: Stack, alarms: NamedAlarms, soon: Callable[[Callable[[], None]], None]
    ) -> None:
        self._call = call
        self._stack = stack
        self._alarms = alarms
        self._soon = soon
        self.invite = self.final = self.seen = ""
        """What the engine needs to end the call when this process cannot any more: see `dialog.py`."""
        self._inviting = 0
        """Address of the transaction of our INVITE while it waits for its final answer."""
        self._acknowledged = False
        self._owed = 0
        """Address of the transaction of their INVITE, until its ACK has come."""
        self._parting = 0
        """Address of that of our BYE, until it is answered."""

    def invite_changed(self, change: pjsua2.TsxStateEvent, is_ours: bool) -> None:
        """An INVITE was sent or answered, ended or given up."""
        tsx = change.tsx
        if not is_ours:
            self._follow_theirs(tsx.state, int(tsx.pjTransaction))
        if not self.final:
            self._keep(change, is_ours)
        if is_ours and self._call.state == DIALLING:
            self._follow_ours(tsx.state, int(tsx.pjTransaction))

    def bye_changed(self, state: int, transaction: int) -> None:
        """Ours. A peer that did not acknowledge our answer will hardly answer our BYE: we do not wait long for it."""
        if self._parting not in (0, transaction):
            return
        self._parting = transaction if state < pjsua2.PJSIP_TSX_STATE_COMPLETED else 0
        if self._parting and not self._acknowledged:
            self._soon(lambda: self._alarms.set("parting", OWED, self._give_up_bye))

    def acknowledged(self) -> None:
        """The call is confirmed: the ACK has come, or ours is out."""
        self._acknowledged, self._owed = True, 0

    def cancelled(self) -> None:
        """We hung up before there was an answer, perhaps."""
        if self._inviting:
            self._await_487()

    def write_off_ack(self) -> int:
        """The transaction whose ACK the peer owes us, 0 for none; nobody waits for it from now on."""
        owed, self._owed = self._owed, 0
        return owed

    @property
    def is_parting(self) -> bool:
        """Whether our BYE waits for its answer."""
        return self._parting != 0

    def _keep(self, change: pjsua2.TsxStateEvent, is_ours: bool) -> None:
        accepted = 200 <= int(change.tsx.statusCode) < 300
        if change.type == pjsua2.PJSIP_EVENT_TX_MSG and is_ours and not self.invite:
            sent = change.src.tdata
            self.invite, self.seen = head_of(str(sent.wholeMsg)), str(sent.dstAddress)
        elif change.type == pjsua2.PJSIP_EVENT_TX_MSG and not is_ours and accepted:
            self.final = head_of(str(change.src.tdata.wholeMsg))
        elif change.type == pjsua2.PJSIP_EVENT_RX_MSG and is_ours:
            received = change.src.rdata
            self.seen = str(received.srcAddress)
            if accepted:
                self.final = head_of(str(received.wholeMsg))

    def _follow_theirs(self, state: int, transaction: int) -> None:
        if state >= pjsua2.PJSIP_TSX_STATE_TERMINATED:
            self._owed = 0 if transaction == self._owed else self._owed
        elif self._call.state == OFFERED:
            self._owed = transaction

    def _follow_ours(self, state: int, transaction: int) -> None:
        self._inviting = transaction if state == pjsua2.PJSIP_TSX_STATE_PROCEEDING else 0
        if self._inviting and self._call.hung_up:  # its first sign of life: only now does PJSIP send the CANCEL
            self._await_487()

    def _await_487(self) -> None:
        """A peer that takes our CANCEL owes the INVITE a final answer (RFC 3261 §9.2). Some never send it, and PJSIP
        would keep the line for half a minute: then the INVITE's transaction is ended here."""
        transaction, self._inviting = self._inviting, 0
        self._alarms.after(OWED, lambda: self._give_up_invite(transaction))

    def _give_up_invite(self, transaction: int) -> None:
        try:
            still_there = str(self._call.getInfo().callIdString) == self._call.sip_call_id
        except pjsua2.Error:
            return  # nobody has the slot
        if still_there:  # and so is the transaction: the slot goes with it
            self._stack.end_transaction(transaction, 487)

    def _give_up_bye(self) -> None:
        if self._parting and self._call.state != OVER:
            self._stack.end_transaction(self._parting, 408)


def head_of(message: str) -> str:
    """A SIP message without its body, as it can be told to the engine."""
    return message.partition("\r\n\r\n")[0].encode(errors="replace").decode()[:30_000]
