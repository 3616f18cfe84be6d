"""The words in which people read of notices: states, ends of calls, reasons. Keys are what tables and records say."""

from __future__ import annotations

from collections.abc import Mapping

from notify.notices.by_hand import Came
from notify.notices.course import Why
from notify.notices.escalation import Priority
from notify.notices.expiry import TOO_LATE
from notify.notices.ladder import UNANSWERED
from notify.notices.states import State
from web.page import N_

STATES: Mapping[State, str] = {
    State.WAITING: N_("waits"),
    State.IN_AIR: N_("is being called"),
    State.CONFIRMED: N_("confirmed"),
    State.DELIVERED: N_("heard"),
    State.FAILED: N_("nobody confirmed"),
    State.EXPIRED: N_("time ran out"),
    State.CANCELLED: N_("cancelled"),
}
BADGES: Mapping[State, str] = {
    State.WAITING: "warn",
    State.IN_AIR: "busy",
    State.CONFIRMED: "good",
    State.DELIVERED: "good",
    State.FAILED: "bad",
    State.EXPIRED: "bad",
    State.CANCELLED: "",
}
PRIORITIES: Mapping[Priority, str] = {
    Priority.EMERGENCY: N_("emergency"),
    Priority.ALERT: N_("alert"),
    Priority.CARE: N_("care"),
    Priority.MONEY: N_("money"),
}
ROLES: Mapping[str, str] = {
    "station": N_("Nurses' station"),
    "head_nurse": N_("Head nurse"),
    "duty_manager": N_("Duty manager"),
    "last_resort": N_("Last resort"),
    "listener": N_("Who had confirmed before"),
    "patient": N_("Patient"),
    "person": N_("Person"),
    "number": N_("Number"),
}
"""A role of a ladder; of what is none, the number itself is shown."""
CAUSES: Mapping[str, str] = {
    "busy": N_("busy"),
    "no_answer": N_("not answered"),
    "rejected": N_("refused"),
    "unreachable": N_("no such number"),
    "congestion": N_("no way through"),
    "hung_up": N_("hung up before the end"),
    "unconfirmed": N_("heard, no key pressed"),
    "lost": N_("the call broke off"),
    "error": N_("the call failed"),
    "confirmed": N_("confirmed by key"),
    "taken_back": N_("stopped by us"),
    "given_way": N_("gave way to an emergency"),
}
"""How a call ended."""
WHYS: Mapping[Why, str] = {
    Why.NOT_DUE: N_("Nobody is called at this moment: it waits for its next round."),
    Why.SAME_TELEPHONE: N_(
        "Nobody is called for it at this moment: another call of ours holds its telephone, and tells this one too if it"
        " can."
    ),
    Why.NO_LINE: N_("It should be called now: no line is free, or no engine is running."),
    Why.NO_TELEPHONE: N_(
        "Nobody can be called: no step of its ladder has a telephone. See the telephones of the ward."
    ),
    Why.NO_RULE: N_("Nobody is called: the rules of notices do not know its kind any more."),
    Why.STOPPED_BEFORE: N_("Nobody was called: it was over before its first call."),
    Why.RAN_OUT: N_("Nobody was called: its time ran out before. No line was free, or no engine was running."),
}
REASONS: Mapping[str, str] = {
    UNANSWERED: N_("everybody was called, nobody confirmed"),
    TOO_LATE: N_("its time ran out before anybody confirmed"),
}
"""Reasons that the line gives itself; those of people stand as they wrote them."""
REFUSED: Mapping[Came, str] = {
    Came.ACKNOWLEDGED: N_("%(by)s was first: acknowledged at %(at)s."),
    Came.CONFIRMED: N_("Somebody was first: confirmed by key at %(at)s, telephone %(by)s."),
    Came.DELIVERED: N_("It was heard at %(at)s, and that is enough for it."),
    Came.CANCELLED: N_("It was cancelled at %(at)s (%(by)s)."),
    Came.ENDED: N_("It ended at %(at)s."),
    Came.NOT_OVER: N_("It is not over: it is being called, or will be."),
    Came.CALLED_AGAIN: N_("Notice %(later)s tells the same already."),
    Came.TAKEN_BACK: N_("What it tells was taken back at %(at)s: it is not called again."),
    Came.NO_RULE: N_("The rules of notices do not know its kind any more: it cannot be called again."),
}
TITLES: Mapping[str, str] = {
    "urgent_admission": N_("An emergency or urgent admission is on the way to the ward"),
    "admission": N_("A patient is admitted to the ward"),
    "discharge": N_("A patient of the ward is discharged"),
    "admission_cancelled": N_("An admission that a ward has heard of is cancelled"),
    "discharge_cancelled": N_("A discharge that a ward has heard of is cancelled"),
    "changed": N_("An admission or a discharge that a ward has confirmed has changed"),
    "moved": N_("An admission that a ward has confirmed goes to another bed or ward"),
}
"""The titles of the rules that come with the line, so that they are there in each language. A hospital's own title is
shown as it stands in its file."""
FACTS: Mapping[str, str] = {
    "bed": N_("Bed"),
    "room": N_("Room"),
    "department": N_("Department"),
    "urgent": N_("Urgent"),
    "about": N_("About"),
    "moved": N_("Goes to another ward"),
    "old_bed": N_("Bed before"),
    "to_ward": N_("Goes to"),
}
"""What a notice tells, by the names of its variables; others have their own names."""
