"""What pages and the API need to work on flows and texts: where files are checked, published and given a voice."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from twisted.logger import Logger

from db.errors import DatabaseError
from editions.bundle import TEXTS, Bundle
from editions.press import Examined, Press, Tell
from editions.sound import Sound
from editions.status import Status
from editions.workshop.workshop import Workshop
from ivr.rehearsal.suite import SuiteResult
from prompts.catalog import Catalog
from prompts.recorded import Mark, mark_of
from prompts.studio import Studio

log = Logger()

KEPT = 20
"""Publications that a page can still ask about."""
STUDIOS = 3


@dataclass
class Publication:
    """Something being published: by whom, how far it is, and what came of it."""

    id: str
    who: str
    began: datetime
    reached: str = "checking"
    """`checking`, `testing`, `rendering`, `storing`, `done`."""
    came: object = None
    """A value of `editions.publish_drafts` or `editions.rollback`; None while it goes on, or when it broke."""
    broke: str = ""
    """The database went away."""

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.reached == "done"

    def tell(self, reached: Examined | SuiteResult | Sound) -> None:
        """Hears what was reached."""
        match reached:
            case Examined():
                self.reached = "testing"
            case SuiteResult():
                self.reached = "rendering"
            case Sound():
                self.reached = "storing"


class Publications:
    """Publishes off the request, one after the other would do: so one at a time."""

    def __init__(self, wallclock: Callable[[], datetime]) -> None:
        self._wallclock = wallclock
        self._guard = threading.Lock()
        self._known: dict[str, Publication] = {}

    def begin(self, who: str, work: Callable[[Tell], object]) -> Publication | None:
        """Start it; None: another one is going on."""
        with self._guard:
            if any(not one.over for one in self._known.values()):
                return None
            made = Publication(secrets.token_urlsafe(9), who, self._wallclock())
            self._known[made.id] = made
            while len(self._known) > KEPT:
                del self._known[next(iter(self._known))]
        threading.Thread(target=self._carry_out, args=(made, work), name="publishing", daemon=True).start()
        return made

    def find(self, id: str) -> Publication | None:
        """One of the last ones."""
        return self._known.get(id)

    def _carry_out(self, made: Publication, work: Callable[[Tell], object]) -> None:
        try:
            made.came = work(made.tell)
        except DatabaseError as away:
            made.broke = str(away)
        except Exception as wrong:  # noqa: BLE001 - logged with its traceback; what is live stays live
            log.failure("publishing from the console failed")
            made.broke = type(wrong).__name__
        finally:
            made.reached = "done"


@dataclass
class FlowDesk:
    """Made once, by `wardbell.web_side`."""

    press: Press
    workshop: Workshop
    disk: Callable[[], Status | None]
    """What is live and how the files on disk stand to it."""
    studio_of: Callable[[Catalog], Studio]
    """Voices and clips for these texts."""
    recordings: Path | None
    """The folder of the hospital's recordings; None: it keeps none."""
    store: Path
    """The folder of clips."""
    publications: Publications
    _studios: dict[tuple[str, Mark], Studio] = field(default_factory=dict)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def studio(self, bundle: Bundle) -> Studio:
        """Voices and clips for the texts of a bundle, with the recordings that are there now. Raises `FilesBroken` and
        `PromptError`."""
        own = bundle.under(TEXTS)
        key = Bundle(own).digest, mark_of(self.recordings) if self.recordings is not None else frozenset()
        with self._guard:
            found = self._studios.pop(key, None) or self.studio_of(Catalog.read(own))
            self._studios[key] = found
            while len(self._studios) > STUDIOS:
                del self._studios[next(iter(self._studios))]
        return found
