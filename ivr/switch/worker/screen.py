"""What is answered at the door, before PJSIP makes anything of it: requests that it would misread, leave unanswered,
or refuse with the wrong word. Judges text; where it comes from and goes to is for `inlet.py`.
"""

from __future__ import annotations

from collections import OrderedDict

from ivr.switch.worker import sdp
from ivr.switch.worker.replies import Request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

KNOWN = frozenset(("REGISTER", "PUBLISH", "NOTIFY", "MESSAGE", "REFER", "INFO", "UPDATE", "PRACK"))
"""Methods that mean nothing to this line outside of a call."""
IN_CALL = frozenset(("INVITE", "BYE", "INFO", "UPDATE", "PRACK", "SUBSCRIBE", "NOTIFY", "REFER", "MESSAGE", "CANCEL"))
"""Those that PJSIP answers by itself within a call."""
TOO_LARGE = "a message of this size is not taken"
FULL = "every line is in use"
LEAVING = "the line is being shut down"
OWING = "earlier calls of this peer wait for their ACK"
NO_AUDIO = "no audio that this line takes: it takes PCMA or PCMU, unencrypted"
REMEMBERED = 512
"""Refused INVITEs whose ACKs and repetitions are known as such."""


class Verdict:
    """An answer at the door; 0: none, and PJSIP does not see it either (the ACK of a refusal)."""

    __slots__ = ("code", "why")

    def __init__(self, code: int, why: str = "") -> None:
        self.code = code
        self.why = why


SWALLOWED = Verdict(0)


class Screen:
    """`has_call(call_id)` tells whether a call of ours has this Call-ID, `room()` gives 0 or the code with which a
    further call is refused, `owes(peer)` whether this peer gets none for the calls that it did not acknowledge."""

    def __init__(
        self, has_call: Callable[[str], bool], room: Callable[[], int], owes: Callable[[str], bool] = lambda _: False
    ) -> None:
        self._has_call = has_call
        self._room = room
        self._owes = owes
        self._refused: OrderedDict[tuple[str, str], bool] = OrderedDict()

    def judge(self, request: Request) -> Verdict | None:
        """None: it is PJSIP's."""
        if request.method == "ACK":
            return SWALLOWED if self._refused and (request.call_id, request.number) in self._refused else None
        if request.is_cut:
            return Verdict(513, TOO_LARGE) if request.filled else Verdict(400, "the body is shorter than it says")
        if request.is_in_dialog:
            return self._within(request)
        if request.method == "CANCEL":
            return None
        if request.uri.partition(":")[0].lower() not in ("sip", "tel"):
            return Verdict(416, "this line has sip: and tel: addresses only")
        if request.method == "INVITE":
            return self._invitation(request)
        if request.method in KNOWN or request.method == "BYE":
            return Verdict(481) if request.method == "BYE" else Verdict(405)
        return None if request.method in ("OPTIONS", "SUBSCRIBE") else Verdict(501)

    def refuses(self, request: Request) -> bool:
        """Note that an INVITE is refused; False when it only came again."""
        key = (request.call_id, request.number)
        again = key in self._refused
        self._refused[key] = True
        if len(self._refused) > REMEMBERED:
            self._refused.popitem(last=False)
        return not again

    def _within(self, request: Request) -> Verdict | None:
        if request.method == "OPTIONS":
            return Verdict(200 if self._has_call(request.call_id) else 481)
        if request.method == "INVITE":
            return Verdict(488, NO_AUDIO) if _offers_nothing(request) and self._has_call(request.call_id) else None
        if request.method in IN_CALL:
            return None
        return Verdict(405 if request.method in KNOWN else 501)

    def _invitation(self, request: Request) -> Verdict | None:
        if _offers_nothing(request):
            return Verdict(488, NO_AUDIO)
        code = self._room()
        if code and not self._has_call(request.call_id):
            return Verdict(code, FULL if code == 486 else LEAVING)
        if self._owes(request.peer) and not self._has_call(request.call_id):
            return Verdict(503, OWING)
        return None


def _offers_nothing(request: Request) -> bool:
    """Only what is certain: an offer in a form that is not read here is left to PJSIP."""
    kind = request.header("content-type").partition(";")[0].strip().lower()
    return kind == "application/sdp" and "m=" in request.body and not any(m.is_usable for m in sdp.media(request.body))
