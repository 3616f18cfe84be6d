"""`wardbell run`: the engine in the foreground, until SIGTERM or Ctrl-C."""

from __future__ import annotations

import gc
import resource
import signal
from typing import Any

import click
from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure

from wardbell import logs
from wardbell.parts import Parts
from wardbell.waiting import wait_for_database
from wardbell.welcome import welcome


@click.command()
@click.option("--welcome", "welcomed", is_flag=True, help="Once it is up, say what to call, where to look, who to be.")
@click.pass_obj
def run(parts: Parts, welcomed: bool) -> None:
    """Answer the line and call out, in the foreground.

    Listens for SIP calls and HL7 messages where the settings say (loopback unless set otherwise). SIGTERM or Ctrl-C:
    no new calls, calls in progress may finish, then it ends; a second one ends them at once.
    """
    logs.begin(parts.settings.log_level)
    _as_many_files_as_allowed()
    from twisted.internet import reactor as installed  # the one place where the reactor is chosen

    from wardbell.service import Service

    wait_for_database(parts)
    reactor: Any = installed
    service = Service(parts, reactor)
    _keep_what_stands()
    broken: list[Failure] = []

    starting: list[Deferred[None]] = []

    def failed(failure: Failure) -> None:
        if not isinstance(failure.value, CancelledError):
            broken.append(failure)
            end()

    ending: list[bool] = []
    stopping: list[bool] = []

    def end() -> None:
        if not ending:
            ending.append(True)
            reactor.stop()

    def told_to_stop() -> None:
        if stopping:
            service.hurry()
        elif ending:  # both signals came at once: the first begins to stop when this returns
            reactor.callLater(0, told_to_stop)
        else:
            end()

    def start() -> None:
        # Instead of Twisted's: a second signal that comes before the first was looked at would stop it twice.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: reactor.callFromThread(told_to_stop))
        starting.append(Deferred.fromCoroutine(service.start()))
        if welcomed:
            starting[0].addCallback(lambda _: click.echo(welcome(parts, service.numbers)))
        starting[0].addErrback(failed)

    def stop() -> Deferred[None]:
        stopping.append(True)
        for one in starting:  # a signal may come before everything is up
            one.cancel()
        return Deferred.fromCoroutine(service.stop())

    reactor.callWhenRunning(start)
    reactor.addSystemEventTrigger("before", "shutdown", stop)
    reactor.run()
    # Python puts back the deadly default of every signal that somebody handled, but of none that is ignored:
    # a late signal must not kill a process that is ending properly.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    if broken:
        broken[0].raiseException()


def _keep_what_stands() -> None:
    """Modules, tables and flows are no garbage: a full collection that walks them stops every call for a seventh of a
    second. From now on it sees only what came since, and less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


def _as_many_files_as_allowed() -> None:
    """A worker with hundreds of lines holds thousands of sockets; it inherits this process's limit."""
    _, allowed = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, allowed))
