"""The doctor's round: every check in order, on the settings in use. Single checks know nothing of each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from db import version
from hospital.clinic.calendar import HospitalCalendar
from ivr.switch import ranges
from wardbell.doctor import (
    content,
    database,
    editions,
    keys,
    machine,
    messages,
    pjsip,
    ports,
    refusals,
    trunk,
    users,
    webhooks,
)
from wardbell.doctor.finding import Finding, Level, error
from wardbell.parts import Parts


def findings(parts: Parts) -> Iterator[Finding]:
    """Everything there is to say. Changes nothing: no folder, table or clip is made."""
    settings = parts.settings
    sip, hl7, web, now = settings.sip, settings.hl7, settings.web, parts.wallclock()
    yield from _sip_ports(sip.host, sip.port, sip.workers_max)
    yield from ports.port("HL7", hl7.host, hl7.port, ports.TCP)
    yield from ports.sip_reach(sip.host)
    yield from ports.hl7_reach(hl7.host, hl7.peers)
    if web.port:
        yield from ports.port("console", web.host, web.port, ports.TCP)
        yield from ports.console_reach(web.host, web.tls)
    yield from trunk.believed(settings.trunk)
    yield from _pjsip(parts)
    yield from machine.program("ffmpeg", "ffmpeg")
    yield from machine.program("espeak-ng", "espeak-ng")
    yield from machine.espeak_voices(tuple(machine.VOICES))
    yield from machine.pictures()
    yield from machine.priority(machine.worker_priorities())
    yield from machine.clock(now, settings.zone)
    yield from machine.clock_kept(machine.synchronised())
    yield from machine.clock_jumped(settings.clock_note, now)
    yield from machine.folder(settings.data_dir)
    yield from _database(parts)
    yield from database.kept_confirmations(settings.journal)
    yield from content.flows(parts.on_disk, parts.check)
    yield from content.prompts(lambda: parts.catalog, lambda: parts.studio, parts.known_values)


def _sip_ports(host: str, first: int, workers: int) -> Iterator[Finding]:
    """Every worker listens on a port of its own, two apart; of those beyond the first only trouble is reported."""
    for worker in range(workers):
        for kind in (ports.UDP, ports.TCP):
            found = ports.port("SIP", host, first + 2 * worker, kind)
            yield from (one for one in found if worker == 0 or one.level is not Level.OK)


def _pjsip(parts: Parts) -> Iterator[Finding]:
    sip = parts.settings.sip
    try:
        build = pjsip.look()
    except pjsip.BuildUnusable as wrong:
        yield error(str(wrong), "make pjsip-undo puts the published wheel back")
        return
    yield from pjsip.build_in_use(build)
    yield from pjsip.known_holes(build)
    yield from pjsip.lines(build, sip.workers_max, sip.lines_per_worker)
    each = min(sip.lines_per_worker or build.calls, build.calls)
    yield from pjsip.rtp_ports(each, sip.rtp_ports_each)
    yield from pjsip.rtp_rotation(sip.rtp_first, sip.rtp_end, sip.workers_max)
    own = ranges.used(parts.settings.data_dir / ranges.MEMORY)
    yield from pjsip.rtp_of_others(sip.rtp_first, sip.rtp_end, own, ranges.held_here())
    yield from machine.file_limit(each, machine.files_allowed())


def _database(parts: Parts) -> Iterator[Finding]:
    if not version.is_there(parts.settings.database_url):
        yield error("there is no database yet", "wardbell db upgrade, then wardbell demo or your own hospital")
        return
    found = list(database.tables(parts.settings.database_url))
    yield from found
    if worst(found) is not Level.ERROR:
        yield from database.rota_of_tomorrow(parts.database, HospitalCalendar(parts.zone), parts.wallclock())
        yield from database.events_without_calls(parts.database, parts.wallclock())
        yield from refusals.refused_today(parts.database, parts.wallclock().astimezone(parts.zone))
        yield from database.telephones_without_key_events(parts.database)
        yield from users.who_can_log_in(parts.database, _reached(parts))
        yield from messages.received(parts.database, parts.wallclock())
        yield from webhooks.delivered(parts.database, parts.settings.webhooks, parts.wallclock(), parts.zone)
        yield from keys.expiring(parts.database, parts.wallclock(), parts.zone)
        yield from editions.published(parts.database, parts.check, parts.on_disk, parts.wallclock())


def _reached(parts: Parts) -> bool:
    """Whether other machines reach the console, by themselves or through a proxy."""
    web = parts.settings.web
    return bool(web.port) and not (ports.is_loopback(web.host) and not web.public and not web.proxies)


def worst(found: Iterable[Finding]) -> Level:
    """The worst level among findings."""
    levels = {finding.level for finding in found}
    return next((level for level in (Level.ERROR, Level.WARNING) if level in levels), Level.OK)
