"""Why a message was refused, or called nobody: the sentences of `notify`, which the table keeps in English."""

from __future__ import annotations

from web.page import N_
from web.told import Told, Translate

REASONS = Told(
    (
        N_("the message does not begin with a readable MSH segment"),
        N_("the frame holds more messages than are taken at once"),
        N_("the message could not be handled"),
        N_("the message can't be stored now; send it again"),
        N_("the message is too long"),
        N_("the message was cut off: a new one began before its end"),
        N_("the message was cut off: the connection ended before it"),
        N_("the message was cut off: its end never came"),
        N_("the message bills nothing: it has no FT1 segment"),
        N_("more is billed than is read of one message: send it in several"),
        N_("the message type (MSH-9) is missing"),
        N_("neither MSH-9 nor EVN-1 names the event of this ADT"),
        N_("%(type)s is not handled here"),
        N_("processing id %(id)s is not handled here"),
        N_("the message has no %(segment)s segment"),
        N_("%(where)s names no ward"),
        N_("it was more than %(hours)s hours old when it came"),
        N_("%(source)s reported the same visit at %(time)s UTC"),
        N_("it names neither a visit nor a bed: what it takes back is not known"),
        N_('taken back by "%(event)s"'),
    )
)


def reason(sentence: str, translate: Translate) -> str:
    """The sentence in the visitor's language; one that is not known as it stands."""
    return REASONS.say(sentence, translate) or sentence
