"""A call as PJSIP tells of it: its callbacks, and the parts of a call that live by them. SIP's come in the thread that
owns PJSIP, those of RTP in a thread of PJSIP's.

A callback only notes what happened in the worker's inbox; everything is done afterwards, in the worker's loop. What
that is, is for `worker_call.py`.
"""

from __future__ import annotations

from abc import abstractmethod

import pjsua2

from ivr.switch.worker.alarms import NamedAlarms
from ivr.switch.worker.audio import CallAudio
from ivr.switch.worker.call_states import DIALLING
from ivr.switch.worker.info import Info
from ivr.switch.worker.keypad import Keypad
from ivr.switch.worker.shield import disarm, is_harmless
from ivr.switch.worker.telephone_event import Event
from ivr.switch.worker.transactions import Transactions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    from ivr.switch.worker.alarms import Alarms
    from ivr.switch.worker.entrance import Entrance
    from ivr.switch.worker.stack import Stack

    class Loop(Protocol):
        """The worker's."""

        stack: Stack
        alarms: Alarms
        entrance: Entrance

        def soon(self, action: Callable[[], None]) -> None:
            """Do it in the loop. From the owner's thread."""

        def soon_from_thread(self, action: Callable[[], None]) -> None:
            """Do it in the loop, and wake it. From any thread."""


class PjsipCall(pjsua2.Call):  # type: ignore[misc]
    """One call. What is done in the loop is left to a class above."""

    def __init__(self, loop: Loop, call_id: str, state: str, slot: int, signalling: str) -> None:
        """`signalling`: the IP address that an INVITE came from."""
        super().__init__(loop.stack.account, slot)
        self.call_id = call_id
        self.state = state
        self.sip_call_id = ""
        self.hung_up = False
        """By us, or because the peer had vanished."""
        self._loop = loop
        self._alarms = alarms = NamedAlarms(loop.alarms)
        self._keypad = Keypad(loop.stack, alarms, loop.soon_from_thread, self.pressed)
        self._audio = CallAudio(self, loop.stack, alarms, self._keypad, signalling)
        self.sip = Transactions(self, loop.stack, alarms, loop.soon)
        self._redirected = 0

    # Done in the loop.

    @abstractmethod
    def state_is(self, state: int, code: int) -> None:
        """`state` is one of PJSIP's, `code` the last that SIP has said."""

    @abstractmethod
    def media_changed(self) -> None:
        """An SDP was agreed upon, or failed."""

    @abstractmethod
    def peer_answered(self, code: int) -> None:
        """To our question whether it is there."""

    @abstractmethod
    def pressed(self, key: str) -> None:
        """The peer pressed a key."""

    # Callbacks of pjsua2.

    def onCallState(self, prm: pjsua2.OnCallStateParam) -> None:
        try:
            info = self.getInfo()
            state, code = info.state, int(info.lastStatusCode)
        except pjsua2.Error:  # an exception must not pass through PJSIP's C code
            state, code = pjsua2.PJSIP_INV_STATE_DISCONNECTED, 0
        if state == pjsua2.PJSIP_INV_STATE_CONFIRMED:
            self.sip.acknowledged()
            self._loop.entrance.settled(self.call_id)
        self._loop.soon(lambda: self.state_is(state, code))

    def onCreateMediaTransport(self, prm: pjsua2.OnCreateMediaTransportParam) -> None:
        self._audio.shut(int(prm.mediaTp))

    def onCallMediaState(self, prm: pjsua2.OnCallMediaStateParam) -> None:
        try:
            self._audio.agreed()
        except pjsua2.Error:  # an exception must not pass through PJSIP's C code
            return
        finally:
            self._loop.soon(self.media_changed)

    def onDtmfEvent(self, prm: pjsua2.OnDtmfEventParam) -> None:
        """Only where the kernel has no tap: `keypad.py`."""
        if prm.method == pjsua2.PJSUA_DTMF_METHOD_RFC2833:
            event = Event(str(prm.digit), int(prm.timestamp) * 8, int(prm.duration) * 8, bool(prm.flags & 2))
            self._loop.soon_from_thread(lambda: self._keypad.told(event))

    def onCallSdpCreated(self, prm: pjsua2.OnCallSdpCreatedParam) -> None:
        ours, theirs = str(prm.sdp.wholeSdp), str(prm.remSdp.wholeSdp)
        if self._keypad.agree(ours, theirs):
            prm.sdp.wholeSdp = self._keypad.with_events_of(ours, theirs)

    def onCallTsxState(self, prm: pjsua2.OnCallTsxStateParam) -> None:
        change = prm.e.body.tsxState
        tsx = change.tsx
        method, is_ours = tsx.method, tsx.role == pjsua2.PJSIP_ROLE_UAC
        if method == "INVITE":
            self.sip.invite_changed(change, is_ours)
            is_received = change.type == pjsua2.PJSIP_EVENT_RX_MSG
            if is_ours and is_received and self.state == DIALLING and 200 <= tsx.statusCode < 300:
                self._keypad.answered_with(str(change.src.rdata.wholeMsg))
        elif method == "BYE" and is_ours:
            self.sip.bye_changed(tsx.state, int(tsx.pjTransaction))
        elif method == "OPTIONS" and is_ours and tsx.state > pjsua2.PJSIP_TSX_STATE_PROCEEDING:
            code = int(tsx.statusCode)
            self._loop.soon(lambda: self.peer_answered(code))
        elif method == "INFO" and not is_ours and tsx.state == pjsua2.PJSIP_TSX_STATE_TRYING:
            self._take_info(change.src.rdata)

    def onCallRedirected(self, prm: pjsua2.OnCallRedirectedParam) -> int:
        self._redirected = int(prm.e.body.tsxState.tsx.statusCode)
        return int(pjsua2.PJSIP_REDIRECT_STOP)  # nor send us elsewhere

    def onCallTransferRequest(self, prm: pjsua2.OnCallTransferRequestParam) -> None:
        prm.statusCode = 603  # a peer must not make us dial

    def onCallReplaceRequest(self, prm: pjsua2.OnCallReplaceRequestParam) -> None:
        prm.statusCode = 603

    def _take_info(self, received: pjsua2.SipRxData) -> None:
        """In the callback that brings it: PJSIP must not read it."""
        message = str(received.wholeMsg)
        info = Info(message)
        if not self._loop.stack.respond(int(received.pjRxData), info.code, info.reason):
            raw = message.encode("utf-8", "surrogateescape")
            if not is_harmless(raw):
                disarm(int(received.pjRxData), raw)
        self._loop.soon(lambda: self._keypad.info(info.key))
