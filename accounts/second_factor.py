"""The second factor: six digits that a telephone shows for half a minute (TOTP, RFC 6238), or a code on paper.

A user's secret is made of a seed in the table and the server's pepper, so a stolen table opens nothing. A code is good
once, and a clock may be half a minute off. Wrong codes are counted in `accounts.login`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pyotp import TOTP
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from accounts.audit import Hand
from db.reading import reading
from db.rows import locked
from db.tables.accounts import RecoveryCode, User

PERIOD = 30
"""Seconds of a code, as every such program on a telephone has it."""
RECOVERY_CODES = 8
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without signs that are taken for others on paper."""
_GROUPS = (5, 5)


@dataclass(frozen=True, slots=True)
class Offer:
    """A second factor that is shown to be set up."""

    secret: str
    """To type it in where the picture cannot be scanned; base32."""
    uri: str
    """What the picture holds: otpauth://..."""


class SecondFactors:
    """Makes and checks second factors under one pepper."""

    def __init__(self, pepper: bytes) -> None:
        self._pepper = pepper

    def offer(self, session: Session, user_id: int, issuer: str) -> Offer:
        """What the user scans. The same until it is confirmed, so that a page may be loaded again."""
        user = session.execute(locked(select(User).where(User.id == user_id))).scalar_one()
        if user.totp_offered is None:
            user.totp_offered = secrets.token_hex(20)
        totp = self._totp(user.totp_offered)
        return Offer(totp.secret, totp.provisioning_uri(name=user.name, issuer_name=issuer))

    def confirm(self, session: Session, user_id: int, code: str, hand: Hand) -> tuple[str, ...] | None:
        """He has it: `code` is what it shows. Returns recovery codes, which are shown now and never again; None: the
        code is another, and nothing has changed."""
        user = session.execute(locked(select(User).where(User.id == user_id))).scalar_one()
        if user.totp_offered is None:
            return None
        step = self._step(user.totp_offered, code, hand.at, after=0)
        if step is None:
            return None
        user.totp_seed, user.totp_offered, user.totp_step = user.totp_offered, None, step
        hand.note(session, "set up second factor", "user", user.name)
        return self._new_recovery_codes(session, user_id)

    def passes(self, session: Session, user_id: int, code: str, now: datetime) -> bool:
        """Whether the code is his, and was not used before. It is used now."""
        user = session.execute(locked(select(User).where(User.id == user_id))).scalar_one_or_none()
        if user is None or user.totp_seed is None:
            return False
        step = self._step(user.totp_seed, code, now, after=user.totp_step)
        if step is not None:
            user.totp_step = step
            return True
        used = delete(RecoveryCode).where(
            RecoveryCode.digest == self._digest(user_id, code), RecoveryCode.user_id == user_id
        )
        return bool(session.execute(used).rowcount)  # type: ignore[attr-defined]

    def renew_recovery_codes(self, session: Session, user_id: int, hand: Hand) -> tuple[str, ...]:
        """Others in place of those on paper."""
        user = session.get_one(User, user_id)
        hand.note(session, "renew recovery codes", "user", user.name)
        return self._new_recovery_codes(session, user_id)

    def _new_recovery_codes(self, session: Session, user_id: int) -> tuple[str, ...]:
        session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
        codes = tuple(_on_paper() for _ in range(RECOVERY_CODES))
        session.add_all(RecoveryCode(digest=self._digest(user_id, code), user_id=user_id) for code in codes)
        return codes

    def _step(self, seed: str, code: str, now: datetime, after: int) -> int | None:
        """The time step, later than `after`, whose code this is."""
        typed = "".join(code.split())
        if not (typed.isascii() and typed.isdigit() and len(typed) == 6):
            return None
        totp = self._totp(seed)
        return next(
            (step for step in _steps(now) if step > after and hmac.compare_digest(_at(totp, step), typed)), None
        )

    def _totp(self, seed: str) -> TOTP:
        secret = hmac.new(self._pepper, f"totp:{seed}".encode(), hashlib.sha256).digest()[:20]
        return TOTP(base64.b32encode(secret).decode(), interval=PERIOD)

    def _digest(self, user_id: int, code: str) -> str:
        plain = "".join(sign for sign in code[:64].lower() if sign.isalnum())
        return hmac.new(self._pepper, f"recovery:{user_id}:{plain}".encode(), hashlib.sha256).hexdigest()


@reading
def recovery_codes_left(session: Session, user_id: int) -> int:
    """How many codes on paper he has not used yet."""
    mine = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.user_id == user_id)
    return session.execute(mine).scalar_one()


def _steps(now: datetime) -> Iterator[int]:
    this = int(now.timestamp()) // PERIOD
    yield from (this, this - 1, this + 1)


def _at(totp: TOTP, step: int) -> str:
    return totp.generate_otp(step)


def _on_paper() -> str:
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(signs)) for signs in _GROUPS)
