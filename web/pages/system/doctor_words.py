"""What the doctor says, to be said in a visitor's language: the sentences of `wardbell.doctor`, which come in English.

Commands to type stay as they are.
"""

from __future__ import annotations

import re

from editions.explained import explained
from web.page import N_
from web.told import Told
from web.visit import Visit

FINDINGS = Told(
    (
        N_("texts: %(languages)s"),
        N_("flows: %(flows)s"),
        N_("numbers that are answered: %(numbers)s"),
        N_("notices: %(rules)s"),
        N_("check whether that is intended"),
        N_("correct it; `wardbell flows check` shows the line"),
        N_("prompts: %(absent)s of %(all)s are not rendered"),
        N_("prompts: all %(all)s rendered"),
        N_("prompts: all %(all)s rendered, %(later)s of them not in the preferred voice"),
        N_("no voice is quick: recorded words replace whatever is not rendered in time"),
        N_('name "espeak" last in wardbell.toml: [voices]'),
        N_('notices: wards are called for "%(kind)s" (%(told)s) also when it was taken back (%(back)s)'),
        N_("map %(back)s in flows/notices.yaml and add a rule with `cancels: %(kind)s`: docs/notices.md"),
        N_("correct the recording"),
        N_("no voice can speak %(language)s here (%(why)s)"),
        N_("apt-get install espeak-ng, or name other voices in wardbell.toml: [voices]"),
        N_("voices for %(language)s: %(voices)s; it is hard to follow in that language"),
        N_("make voices, or record the texts: wardbell prompts script"),
        N_("voices for %(language)s: %(voices)s"),
        N_("%(count)s confirmations wait on disk for the database"),
        N_("the running service stores them when the database is back; do not delete its data folder"),
        N_("%(file)s holds confirmations that could not be stored"),
        N_("check in `wardbell notices` whether those wards were called again, then delete the file"),
        N_(
            "%(without)s of the last %(calls)s answered calls came from telephones that offer no key events: "
            "their keys are picked out of the sound"
        ),
        N_("enable RFC 4733 (RFC 2833, telephone-event) in the PBX or ask the trunk's provider to: docs/flows/keys.md"),
        N_("the telephones of the last %(calls)s answered calls send keys as events"),
        N_("%(database)s: tables at %(found)s, this version needs %(needed)s"),
        N_("%(database)s: tables at %(found)s"),
        N_("%(database)s has no tables yet"),
        N_("make a backup, then: wardbell db upgrade"),
        N_("start the database, or correct `database` in wardbell.toml"),
        N_("no clinic is open for registration"),
        N_("wardbell demo, or load the hospital's departments"),
        N_("nobody is on duty on %(day)s"),
        N_("the rota covers tomorrow"),
        N_('in the last 24 hours 1 event "%(kind)s" called nobody: %(why)s'),
        N_('in the last 24 hours %(count)s events "%(kind)s" called nobody: %(why)s'),
        N_("check the clocks and time zones, and why they came late: docs/hl7.md"),
        N_("add a rule to flows/notices.yaml: docs/notices.md"),
        N_("in the last 24 hours every event was taken by a rule"),
        N_("let the service's user read %(path)s"),
        N_("the journal of confirmations cannot be read: %(wrong)s"),
        N_("the rota cannot be read: %(wrong)s"),
        N_("events cannot be read: %(wrong)s"),
        N_("calls cannot be read: %(wrong)s"),
        N_("see the database above"),
        N_("the files on disk differ from edition %(number)s, which is live"),
        N_("no edition is published: the first start publishes the files on disk"),
        N_("wardbell flows diff; wardbell flows publish puts them live"),
        N_("edition %(number)s is live, published by %(who)s: %(why)s"),
        N_("edition %(number)s: %(mistake)s"),
        N_("editions cannot be read: %(wrong)s"),
        N_("the engine %(engine)s serves edition %(edition)s, the newest is %(newest)s"),
        N_("wardbell flows status, and its log"),
        N_("correct it, then: wardbell flows publish (or wardbell flows rollback)"),
        N_("no key of the API expires within two weeks"),
        N_("keys of the API cannot be read: %(wrong)s"),
        N_("the key %(name)s expires on %(day)s"),
        N_("wardbell keys add makes another one (docs/api.md)"),
        N_("the key %(name)s has expired on %(day)s, and was in use"),
        N_("data folder %(path)s: %(free)s GiB free"),
        N_("data folder %(path)s: %(there)s is not a folder"),
        N_("correct data_dir in wardbell.toml"),
        N_("data folder %(path)s cannot be written to"),
        N_("chown it to the user of the service: %(there)s"),
        N_("free some space: messages that cannot be stored are refused"),
        N_("free some space before it fills up"),
        N_("the clock jumped by %(by)s at %(at)s UTC while the service ran"),
        N_("synchronise it (chrony); no notice is delayed or expires by it, but calendars follow it"),
        N_("clock: %(local)s in %(zone)s (UTC%(offset)s)"),
        N_("the clock says %(day)s"),
        N_("set the clock: notices and bookings go by it"),
        N_("nothing keeps the clock synchronised (no NTP)"),
        N_("timedatectl set-ntp true, or install chrony"),
        N_("the clock is synchronised by NTP"),
        N_("%(program)s is not installed"),
        N_("%(program)s is installed"),
        N_("%(path)s does not run"),
        N_("no Graphviz: `wardbell flows draw` needs it (apt-get install graphviz)"),
        N_("pictures of flows show boxes for Chinese: no font has it"),
        N_("pictures of flows can be drawn"),
        N_("espeak-ng has no voice %(voice)s (%(language)s)"),
        N_("a process may open %(allowed)s files, %(lines)s lines can need %(needed)s"),
        N_("raise the limit (systemd: LimitNOFILE, shell: ulimit -n)"),
        N_("calls get no priority over other programs: speech may break up when the machine is busy"),
        N_("allow it (systemd: LimitNICE=-10, docker: --cap-add SYS_NICE)"),
        N_("calls go ahead of other programs"),
        N_("%(count)s HL7 message was refused in %(days)s days"),
        N_("%(count)s HL7 messages were refused in %(days)s days"),
        N_("1 HL7 message of %(sender)s in %(days)s days: %(odd)s"),
        N_("%(count)s HL7 messages of %(sender)s in %(days)s days: %(odd)s"),
        N_("it was read; docs/hl7.md says more"),
        N_("no HL7 message of the last %(days)s days was refused or unusual"),
        N_("HL7 messages cannot be read: %(wrong)s"),
        N_("lines: %(all)s at once (%(workers)s worker of %(each)s)"),
        N_("lines: %(all)s at once (%(workers)s workers of %(each)s)"),
        N_(
            "PJSIP %(version)s, %(calls)s calls per process (built by make pjsip): one worker is enough; "
            "make pjsip-undo takes it back"
        ),
        N_(
            "PJSIP %(version)s, %(calls)s calls per process (the published wheel): fine for trials and a few "
            "lines; make pjsip builds one for hundreds"
        ),
        N_("PJSIP %(version)s, %(calls)s calls per process (this site's own build)"),
        N_("PJSIP %(version)s has known holes: %(holes)s"),
        N_("make pjsip builds %(newest)s or newer; until then let only a PBX or SBC that checks SIP reach the port"),
        N_("sip.lines_per_worker is %(set)s, but this pjsua2 holds %(calls)s calls per process"),
        N_("make pjsip, or lower it and raise sip.workers_max"),
        N_("the RTP ports of a worker are enough for %(enough)s calls, not for its %(lines)s lines"),
        N_("raise sip.rtp_last, or lower sip.rtp_first, sip.workers_max or sip.lines_per_worker"),
        N_(
            "the RTP ports from %(first)s to %(last)s are too few for a restarted worker to get fresh ones: "
            "telephones of lost calls may still be sending to the old ones"
        ),
        N_("raise sip.rtp_last or lower sip.rtp_first"),
        N_("another engine on this machine uses the RTP ports from %(low)s to %(high)s, which this one uses, too"),
        N_("give each engine its own ports: sip.rtp_first and sip.rtp_last"),
        N_("%(what)s port %(address)s is free"),
        N_("%(what)s port %(address)s is in use by Wardbell itself"),
        N_("%(what)s port %(address)s is taken by %(holder)s"),
        N_("%(what)s port %(address)s: this machine has no such address"),
        N_("%(what)s port %(address)s may only be opened by root"),
        N_("%(what)s port %(address)s does not exist"),
        N_("%(what)s port %(address)s: %(wrong)s"),
        N_("correct the host in wardbell.toml"),
        N_("stop that program, or give Wardbell another port in wardbell.toml"),
        N_("use a port from 1024 up"),
        N_("use a lower port, or fewer workers"),
        N_("SIP: only this machine can call (sip.host is loopback)"),
        N_("SIP: %(host)s can be reached from the network"),
        N_("let only the PBX or the SBC through the firewall; never open it to the Internet"),
        N_("HL7: only this machine can send messages (hl7.host is loopback)"),
        N_("HL7: %(host)s takes messages from %(peers)s only"),
        N_("HL7: whoever reaches %(host)s can raise alerts"),
        N_('name the hospital systems in wardbell.toml: [hl7] peers = ["10.1.2.3"]'),
        N_("console: only this machine reaches it (web.host is loopback)"),
        N_("console: %(host)s speaks TLS, or the proxy before it does"),
        N_("console: %(host)s speaks plain HTTP: passwords cross the network in the clear"),
        N_("set [web] certificate, or let a proxy speak TLS and set [web] public (docs/console.md)"),
        N_("more lines: sip.workers_max in wardbell.toml, or make pjsip (docs/pjsip.md)"),
        N_("have the PBX offer PCMA or PCMU, unencrypted (docs/sip.md)"),
        N_("have the PBX send fewer headers, or make pjsip (docs/sip.md)"),
        N_("wardbell calls list shows them, wardbell calls show each one's reason (docs/sip.md)"),
        N_("%(count)s caller found the line full today"),
        N_("%(count)s callers found the line full today"),
        N_("%(who)s offered no audio today that this line can use (488)"),
        N_("%(who)s sent a message today that was too large (513)"),
        N_("%(count)s callers were refused today (%(codes)s)"),
        N_("%(count)s caller was refused today (%(codes)s)"),
        N_("no caller was turned away today"),
        N_("there is no database yet"),
        N_("wardbell db upgrade, then wardbell demo or your own hospital"),
        N_("make pjsip-undo puts the published wheel back"),
        N_("trunk: nobody is believed who calls or what was forwarded: %(target)s names its machine by a name"),
        N_('say the addresses of the PBX in wardbell.toml: [trunk] diversions_from = ["10.1.2.3"]'),
        N_("trunk: %(addresses)s may say who calls and what was forwarded"),
        N_("set others (wardbell users password NAME), or lock them (wardbell users lock NAME)"),
        N_("nobody can log in to the console yet"),
        N_("users cannot be read: %(wrong)s"),
        N_("other machines reach the console, and the README has the password of %(names)s"),
        N_("%(count)s users log in by the password of the demo; only this machine reaches the console"),
        N_("nobody logs in to the console by a password of the demo"),
        N_("the webhook %(name)s is off since %(since)s: %(failure)s"),
        N_("the webhook %(name)s fails since %(since)s: %(failure)s"),
        N_("%(count)s messages of the webhook %(name)s were given up"),
        N_("the webhook %(name)s gets its messages"),
        N_("mend it, then wardbell webhooks on %(name)s; %(left)s messages were not delivered"),
        N_("wardbell webhooks test %(name)s; %(waiting)s messages wait"),
        N_("webhooks cannot be read: %(wrong)s"),
        N_("the webhook %(name)s is not in use yet"),
        N_("it is from the next start of the service on"),
    )
)


_MISTAKE = re.compile(r"(\S+:\d+:\d+) ([EINPTW]\d{3}) (.*)", re.DOTALL)


def in_words(sentence: str, visit: Visit) -> str:
    """A sentence of the doctor; one that is not known, or a command, as it stands."""
    if found := _MISTAKE.fullmatch(sentence):
        place, code, exact = found.groups()
        return f"{place} {code} {explained(code, visit.language).title} ({exact})"
    return FINDINGS.say(sentence, visit._) or sentence
