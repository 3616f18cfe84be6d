"""The console and the API beside the engine: what they may use, where they listen, and that a taken port does not keep
anybody from being called."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta

from twisted.logger import Logger

from accounts import first_user
from accounts.login import Limits, Login
from accounts.passwords import PepperedPasswords
from accounts.rights import Role
from accounts.second_factor import SecondFactors
from db.database import Database
from db.errors import DatabaseError
from editions.examiner import Aside
from editions.press import Press
from editions.sound import make_sound
from editions.status import status
from editions.workshop.workshop import OwnProcess
from hospital.cards.pins import PepperedPins
from hospital.fees.scheme import Insurance
from wardbell import __version__
from wardbell.metrics.metrics import Metrics
from wardbell.metrics.web import MeasuredWeb
from wardbell.parts import Parts, wallclock
from wardbell.web_machine import ThisMachine
from web.api.app import AT, Behind, make_api
from web.api.line import ApiLine
from web.app import make_app
from web.door import Door
from web.flow_desk import FlowDesk, Publications
from web.live.standing import standing
from web.live.watchers import Watchers
from web.server import CannotServe, Listens, WebServer
from web.site import Address, Site

PROVING = 600.0
"""Seconds that the flow tests of what is published may take."""

log = Logger()

THREADS = 8
"""Connections to the database that pages keep."""


class WebSide:
    """The console of one engine. `stop` blocks for seconds."""

    def __init__(
        self, parts: Parts, door: Door, line: ApiLine, metrics: Metrics, insurance: Callable[[], Insurance] = Insurance
    ) -> None:
        web = parts.settings.web
        self._database = Database(parts.settings.database_url, threads=THREADS)
        self._workshop = OwnProcess()
        self._proofs = OwnProcess(patience=PROVING)
        self._watchers = Watchers(
            door.engine,
            lambda: self._database.run_now(standing, wallclock(), parts.settings.engine),
            wallclock,
            secrets.token_hex(4),
        )
        flows = self._flows(parts)
        site = Site(
            database=self._database,
            wallclock=wallclock,
            zone=parts.zone,
            callers_dir=parts.callers_dir,
            door=door,
            pins=PepperedPins(parts.pepper),
            machine=ThisMachine(parts.settings, parts.settings_file),
            measured=metrics.text,
            watchers=self._watchers,
            insurance=insurance,
            login=Login(
                self._database,
                PepperedPasswords(parts.pepper),
                SecondFactors(parts.pepper),
                wallclock,
                Limits(
                    timedelta(minutes=web.idle_minutes),
                    timedelta(hours=web.shift_hours),
                    frozenset(Role(role) for role in web.totp_roles),
                ),
            ),
            address=Address(web.public, web.tls),
            version=__version__,
            language=web.language,
            flows=flows,
        )
        behind = Behind(line, parts.callers_dir, flows.press, web.api_per_minute, metrics.text)
        app = make_app(site, mounts=((AT, make_api(site, behind)),))
        listens = Listens(web.host, web.port, web.certificate, web.key, web.proxies)
        self._server = WebServer(MeasuredWeb(app, metrics), listens)
        self._host = web.host
        self._scheme = "https" if web.certificate else "http"
        self._public = web.public

    def _flows(self, parts: Parts) -> FlowDesk:
        """Where flows are worked on: what is live, the disk beside it, the voices, a process that checks."""
        press = Press(
            self._database,
            parts.zone,
            wallclock,
            lambda texts, missing: make_sound(parts.studio_of(texts), parts.known_values(), missing),
            parts.recordings_dir,
            Aside(self._proofs),
        )
        return FlowDesk(
            press,
            self._workshop,
            lambda: status(self._database, parts.on_disk, parts.flows_dir()),
            parts.studio_of,
            parts.recordings_dir,
            parts.store_dir,
            Publications(wallclock),
        )

    def start(self) -> None:
        """Serve. Calls matter more: when the console cannot be served that is told, and they go on."""
        try:
            self._server.start()
        except CannotServe as wrong:
            log.error("no console: {wrong}. Calls go on without it; see [web] in the settings", wrong=wrong)
            return
        host = f"[{self._host}]" if ":" in self._host else self._host
        log.info("console: {scheme}://{host}:{port}", scheme=self._scheme, host=host, port=self._server.port)
        self._invite(self._public or f"{self._scheme}://{host}:{self._server.port}")

    def _invite(self, console: str) -> None:
        """While there is no user: how to become the first one. Printed, not logged: logs are read by many."""
        try:
            secret = self._database.run_now(first_user.offer, wallclock())
        except DatabaseError as away:
            log.error("no link for the first user: {away}", away=away)
            return
        if secret is not None:
            print(f"\nNo user of the console yet. Within an hour, make the first one:\n  {console}/first/{secret}")
            print("or at this machine: wardbell users add NAME --role admin\n", flush=True)

    def stop(self) -> None:
        """Let requests in progress end, and close."""
        self._watchers.close_from_thread()
        self._server.stop()
        self._workshop.close()
        self._proofs.close()
        self._database.close()
