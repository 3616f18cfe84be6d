"""The console and the API beside the engine: what they may use, where they listen, and that a taken port does not keep
anybody from being called."""

from __future__ import annotations

from twisted.logger import Logger

from accounts.rights import Role
from db.database import Database
from hospital.cards.pins import PepperedPins
from wardbell import __version__
from wardbell.parts import Parts, wallclock
from wardbell.web_machine import ThisMachine
from web.app import make_app
from web.door import Door
from web.server import CannotServe, Listens, WebServer
from web.site import Address, Site

log = Logger()

THREADS = 8
"""Connections to the database that pages keep."""


class WebSide:
    """The console of one engine. `stop` blocks for seconds."""

    def __init__(self, parts: Parts, door: Door) -> None:
        web = parts.settings.web
        self._database = Database(parts.settings.database_url, threads=THREADS)
        site = Site(
            database=self._database,
            wallclock=wallclock,
            zone=parts.zone,
            door=door,
            pins=PepperedPins(parts.pepper),
            machine=ThisMachine(parts.settings, parts.settings_file),
            address=Address(web.public, web.tls),
            totp_roles=frozenset(Role(role) for role in web.totp_roles),
            version=__version__,
            language=web.language,
        )
        listens = Listens(web.host, web.port, web.certificate, web.key, web.proxies)
        self._server = WebServer(make_app(site), listens)
        self._host = web.host
        self._scheme = "https" if web.certificate else "http"

    def start(self) -> None:
        """Serve. Calls matter more: when the console cannot be served that is told, and they go on."""
        try:
            self._server.start()
        except CannotServe as wrong:
            log.error("no console: {wrong}. Calls go on without it; see [web] in the settings", wrong=wrong)
            return
        host = f"[{self._host}]" if ":" in self._host else self._host
        log.info("console: {scheme}://{host}:{port}", scheme=self._scheme, host=host, port=self._server.port)

    def stop(self) -> None:
        """Let requests in progress end, and close."""
        self._server.stop()
        self._database.close()
