"""What is answered to an HL7 message: AA after the commit, AE or AR with a reason, never AA on a guess.

Messages that no notice follows from (A08, A02, ORU ...) are acknowledged AA and noted: an interface
engine stops its queue at a refusal, and the admission behind it would wait. `hl7: others: reject` in
the rules file refuses them instead. Framing and connections are `mllp.py`'s.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from twisted.logger import Logger

from db.database import Transactions
from db.errors import DatabaseError
from notify.errors import MessageBroken
from notify.hl7_answers import RESEND, acknowledge
from notify.hl7_header import Header, learn_header
from notify.hl7_messages import read_message
from notify.messages import Received, Wording, accept, keep_broken
from notify.rules import NoticeRules

log = Logger()

DIFFERENT = MessageBroken("AE", "205", "this control id was used before for another message", "MSH^1^10")


class Intake:
    """Stores messages and answers them. `planned` is called after a commit that may have made notices.

    `rules` gives those of the current edition; a message keeps to the ones that it came under.
    """

    def __init__(
        self,
        transactions: Transactions,
        rules: Callable[[], NoticeRules],
        wording: Wording,
        wallclock: Callable[[], datetime],
        planned: Callable[[], None],
        encoding: str = "utf-8",
    ) -> None:
        self._transactions = transactions
        self._rules = rules
        self._wording = wording
        self._wallclock = wallclock
        self._planned = planned
        self._encoding = encoding
        self._answers = 0

    async def receive(self, raw: bytes, peer: str) -> bytes:
        """The answer to one message, once what it says is stored."""
        header = learn_header(raw, self._encoding)
        try:
            rules = self._rules()
            message = read_message(raw, header, rules.reading)
            received = await self._transactions.run(accept, rules, self._wording, message, peer, self._wallclock())
            if received is Received.DIFFERENT:
                raise DIFFERENT
        except MessageBroken as broken:
            return await self.refuse(raw, header, peer, broken)
        except DatabaseError as away:
            log.error("HL7 message from {peer} could not be stored: {away}", peer=peer, away=away)
            return self._answer(header, RESEND)
        if received is Received.NEW:
            self._planned()
        return self._answer(header)

    async def refuse(self, raw: bytes, header: Header, peer: str, broken: MessageBroken) -> bytes:
        """Keep a broken message and answer why; when it can't be kept, let the sender keep it."""
        log.warn("HL7 message from {peer} refused: {reason}", peer=peer, reason=broken.sentence)
        try:
            await self._transactions.run(keep_broken, raw, header, peer, broken, self._wallclock())
        except DatabaseError as away:
            log.error("a broken HL7 message from {peer} could not be kept: {away}", peer=peer, away=away)
            return self._answer(header, RESEND)
        return self._answer(header, broken)

    async def refuse_frame(self, raw: bytes, peer: str, reason: str) -> bytes:
        """As `refuse`, for what isn't a whole message: too long, or cut off."""
        return await self.refuse(raw, learn_header(raw, self._encoding), peer, MessageBroken("AR", "100", reason))

    def sorry(self, raw: bytes) -> bytes:
        """The answer when something of ours broke: the sender keeps the message."""
        return self._answer(learn_header(raw, self._encoding), RESEND)

    def _answer(self, header: Header, broken: MessageBroken | None = None) -> bytes:
        now = self._wallclock()
        self._answers += 1
        control_id = f"W{now.strftime('%y%m%d%H%M%S')}{self._answers % 1_000_000:06d}"
        return acknowledge(header, control_id=control_id, now=now, broken=broken)
