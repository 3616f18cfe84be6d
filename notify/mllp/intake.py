"""What is answered to an HL7 message: AA after the commit, AE or AR with a reason, never AA on a guess.

Messages that no notice follows from (A08, A02, ORU ...) are acknowledged AA and noted: an interface
engine stops its queue at a refusal, and the admission behind it would wait. `hl7: others: reject` in
the rules file refuses them instead. While the database is away the answer is held for some seconds; then
there is none, and the connection closes: senders keep a message that nobody answered, and many count an AE
as the end of it. Framing is `frames.py`'s, connections are `connection.py`'s.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy.orm import Session
from twisted.internet.defer import Deferred
from twisted.logger import Logger

from background.reactor import Time, call_later
from db.database import Transactions
from db.errors import ConstraintBroken, DatabaseError, DatabaseFault
from db.in_time import in_time
from notify.errors import MessageBroken
from notify.hl7.adt import Message, read_message
from notify.hl7.answers import RESEND, acknowledge
from notify.hl7.frame import Frame, Gathered, gathered
from notify.hl7.header import Header, learn_header
from notify.mllp.messages import Accepted, Freshness, Received, Taking, Wording, accept, keep_broken
from notify.mllp.oddities import Oddities
from notify.notices.rules import NoticeRules

P = ParamSpec("P")
T = TypeVar("T")

log = Logger()

AGAIN = 0.5
"""Seconds until a write that the database did not take is tried again."""

LEAST = 5.0
"""Seconds that a write has, however little is left of the time that an answer is held."""

NOTHING = MessageBroken("AR", "100", "the message does not begin with a readable MSH segment", "MSH")
TOO_MANY = MessageBroken("AR", "100", "the frame holds more messages than are taken at once")


@dataclass(frozen=True, slots=True)
class Interface:
    """How the interface is set."""

    order: tuple[str, ...] = ("utf-8", "gb18030")
    """Codecs for messages that name no character set (`character_sets.reading_order`)."""
    freshness: Freshness = field(default_factory=Freshness)
    hold: float = 0.0
    """Seconds that an answer is held while the database is away."""
    keeps: bool = False
    """Whether the bytes of accepted messages are kept for a while."""


@dataclass(frozen=True, slots=True)
class _Answer:
    accepted: bool
    text: bytes


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
        interface: Interface | None = None,
        clock: Time | None = None,
        answered: Callable[[str], object] = lambda code: None,
        bills: Taking | None = None,
    ) -> None:
        """Without a `clock` nothing is held. `answered` is told each answer's code. Without `bills` nobody needs
        messages on charges."""
        self._bills = bills
        self._answered = answered
        self._transactions = transactions
        self._rules = rules
        self._wording = wording
        self._wallclock = wallclock
        self._planned = planned
        self._interface = interface or Interface()
        self._clock = clock
        self._answers = 0
        self._oddities = Oddities()

    def segments(self) -> frozenset[str]:
        """The segments that the rules read, for `frame.Gathering`."""
        return self._rules().reading.segments

    async def receive(self, raw: bytes, peer: str) -> bytes:
        """The answer to a frame that is here at once; empty when there is none."""
        return await self.answer(gathered(raw, self.segments()), peer) or b""

    async def answer(self, frame: Frame, peer: str) -> bytes | None:
        """The answer to a frame, once what it says is stored; None when it cannot be stored now.

        Several messages in one frame are stored in their order and answered in one frame, refusals first: whoever
        reads only the first answer must not take the frame for accepted.
        """
        if not frame.messages:
            return await self._refuse(frame.raw, Header(encoding=self._own), peer, NOTHING)
        if frame.too_many:
            return await self._refuse(frame.raw, self._header(frame.messages[0], frame), peer, TOO_MANY)
        answers: list[_Answer] = []
        for message in frame.messages:
            answer = await self._receive(message, frame, peer)
            if answer is None:
                return None
            answers.append(answer)
        if len(answers) > 1:
            self._oddities.tell(peer, ("several messages come in one frame",))
            answers.sort(key=lambda one: one.accepted)
        return b"".join(one.text for one in answers)

    async def take_unfinished(self, frame: Frame, peer: str, reason: str) -> bytes | None:
        """As `answer`, for a frame whose end never came.

        Where it stops behind a whole segment, what it says is read: should the sender repeat it, the visit is known.
        """
        if frame.messages and frame.messages[-1].ends and all(one.segments for one in frame.messages):
            log.warn("HL7 from {peer}: {reason}; what came is read", peer=peer, reason=reason)
            return await self.answer(frame, peer)
        return await self.refuse_frame(frame, peer, reason)

    async def refuse_frame(self, frame: Frame, peer: str, reason: str) -> bytes | None:
        """Keep a frame that cannot be read, and answer why."""
        return await self._refuse_whole(frame, peer, MessageBroken("AR", "100", reason))

    async def failed(self, frame: Frame, peer: str) -> bytes | None:
        """The answer when something of ours broke: kept for us to look at, and the sender's queue goes on."""
        return await self._refuse_whole(frame, peer, MessageBroken("AE", "207", "the message could not be handled"))

    # One message

    async def _receive(self, message: Gathered, frame: Frame, peer: str) -> _Answer | None:
        header = self._header(message, frame)
        try:
            rules = self._rules()
            read = read_message(message, header, rules.reading, self._interface.order)
            if frame.wide:
                read = replace(read, header=replace(read.header, encoding=frame.wide))
            accepted = await self._stored(
                accept,
                rules,
                self._wording,
                read,
                peer,
                self._wallclock(),
                self._interface.freshness,
                message.raw if self._interface.keeps else b"",
                self._bills,
            )
        except MessageBroken as broken:
            refusal = await self._refuse(message.raw, header, peer, broken)
            return _Answer(False, refusal) if refusal is not None else None
        except (ConstraintBroken, DatabaseFault) as refused:
            log.error("HL7 message from {peer} could not be stored: {refused}", peer=peer, refused=refused)
            return _Answer(False, self._answer(header, RESEND))
        except DatabaseError as away:
            log.error("HL7 message from {peer} could not be stored: {away}; it is not answered", peer=peer, away=away)
            return None
        self._tell(read, accepted, peer)
        if accepted.aside:
            # It is here, and what can be taken is taken: a sender that repeats it is told AA.
            aside = MessageBroken("AE", "103", f"set aside: {accepted.aside}"[:200], "FT1")
            return _Answer(False, self._answer(read.header, aside))
        if accepted.received is Received.NEW:
            self._planned()
        return _Answer(True, self._answer(read.header))

    def _tell(self, read: Message, accepted: Accepted, peer: str) -> None:
        self._oddities.tell(f"{read.header.sender} ({peer})", read.odd)
        if accepted.quiet:
            log.warn(
                "HL7 {type} {control} of {sender} calls nobody: {why}",
                type=read.header.type,
                control=read.header.control_id,
                sender=read.header.sender,
                why=accepted.quiet,
            )

    async def _refuse_whole(self, frame: Frame, peer: str, broken: MessageBroken) -> bytes | None:
        header = self._header(frame.messages[0], frame) if frame.messages else Header(encoding=self._own)
        return await self._refuse(frame.raw, header, peer, broken)

    async def _refuse(self, raw: bytes, header: Header, peer: str, broken: MessageBroken) -> bytes | None:
        """Keep a broken message and answer why; when it can't be kept, let the sender keep it."""
        log.warn("HL7 message from {peer} refused: {reason}", peer=peer, reason=broken.sentence)
        try:
            await self._stored(keep_broken, raw, header, peer, broken, self._wallclock())
        except DatabaseError as away:
            log.error("a broken HL7 message from {peer} could not be kept: {away}", peer=peer, away=away)
            return None
        return self._answer(header, broken)

    async def _stored(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`work` as a transaction, tried again for a while when the database is away, and given up when it hangs.

        What is stored after that is known when the sender repeats it."""
        until = self._clock.seconds() + self._interface.hold if self._clock is not None else None
        while True:
            storing = self._transactions.run(work, *args, **kwargs)
            try:
                if self._clock is None or until is None:
                    return await storing
                left = max(until - self._clock.seconds(), LEAST)
                return await in_time(self._clock, left, storing, "storing an HL7 message")
            except (ConstraintBroken, DatabaseFault):
                raise
            except DatabaseError:
                if self._clock is None or until is None or self._clock.seconds() >= until:
                    raise
            again: Deferred[None] = Deferred()
            call_later(self._clock, AGAIN, lambda again=again: again.callback(None))  # type: ignore[misc]
            await again

    # Small

    @property
    def _own(self) -> str:
        return self._interface.order[0]

    def _header(self, message: Gathered, frame: Frame) -> Header:
        header = learn_header(message.header, ("utf-8",) if frame.wide else self._interface.order)
        return replace(header, declared="utf-8", encoding=frame.wide) if frame.wide else header

    def _answer(self, header: Header, broken: MessageBroken | None = None) -> bytes:
        now = self._wallclock()
        self._answers += 1
        self._answered(broken.answer if broken is not None else "AA")
        control_id = f"W{now.strftime('%y%m%d%H%M%S')}{self._answers % 1_000_000:06d}"
        return acknowledge(header, control_id=control_id, now=now, broken=broken)
