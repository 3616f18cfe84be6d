"""What the hospital's IT may set: `wardbell.toml`, or environment variables over it.

Every setting has a default that works on one machine and listens on loopback only. A wrong value is reported by its
name and what was expected; nothing starts on a guess.
"""

from __future__ import annotations

import re
import tomllib
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from ivr.switch import ranges
from notify.hl7.character_sets import codec_of
from webhooks.address import Reach
from webhooks.target import Target, wrong_secrets, wrong_url
from webhooks.what import What

Port = Annotated[int, Field(ge=1, le=65535)]
PREFIX = "WARDBELL_"
FILE = "wardbell.toml"


class SettingsError(Exception):
    """The settings cannot be used; the message names each wrong one."""


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as unknown:
        raise ValueError(f'no time zone "{name}" (they are written like Asia/Shanghai)') from unknown
    return name


def _networks(peers: tuple[str, ...]) -> tuple[str, ...]:
    for peer in peers:
        try:
            ip_network(peer, strict=False)
        except ValueError as wrong:
            raise ValueError(f'"{peer}" is not an address or a network (such as 10.1.2.3 or 10.1.2.0/24)') from wrong
    return peers


def _character_set(name: str) -> str:
    return name if name.strip().lower() == "guess" else _named_set(name)


def _named_set(name: str) -> str:
    if codec_of(name) is None:
        raise ValueError(f'"{name}" is not a known character set (such as utf-8, GB18030, CP1250)')
    return name


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Sip(_Section):
    """The SIP side: where it listens and how many lines it holds."""

    host: str = "127.0.0.1"
    """Address to listen on. Loopback unless set otherwise; see docs/install.md before opening it."""
    port: Port = 5060
    """Port of SIP on UDP and TCP; further workers take this port + 2, + 4 ..."""
    public_host: str = ""
    """Address that phones are told when it is not `host`: behind NAT."""
    rtp_first: Port = 20000
    """First RTP port (UDP)."""
    rtp_last: int = Field(default=0, ge=0, le=65535)
    """Last RTP port; 0: 32767, or 65535 when `rtp_first` is above 28000. Each worker has a range of its own between the
    two, and another one after every start, so that no call gets ports that a lost call's telephone still sends to."""
    workers_min: int = Field(default=1, ge=1, le=64)
    """Worker processes that always run."""
    workers_max: int = Field(default=1, ge=1, le=64)
    """Worker processes at most; those beyond `workers_min` come when lines are needed and go when idle for a minute."""
    lines_per_worker: int = Field(default=0, ge=0, le=4000)
    """Lines of one worker; 0: as many as this pjsua2 build allows."""
    media_timeout: float = Field(default=20.0, gt=0)
    """Seconds without RTP and RTCP after which a telephone is asked by SIP whether it is still there; if not, the call
    is over."""
    silence_timeout: float = Field(default=300.0, gt=0)
    """Seconds without RTP and RTCP after which a call is over although the telephone says that it is there."""
    hold_timeout: float = Field(default=300.0, gt=0)
    """Seconds without RTP and RTCP after which a call is over while the other side holds the call."""
    log_level: int = Field(default=1, ge=0, le=6)
    """Level of PJSIP's own log: 1 errors, 3 what happens, 5 everything. Neither messages nor keys are in it; from 3 on
    callers' numbers are."""
    drain: float = Field(default=60.0, ge=0)
    """Seconds that calls in progress may go on after SIGTERM."""

    @property
    def rtp_end(self) -> int:
        """The last RTP port."""
        return self.rtp_last or (32767 if self.rtp_first <= 28000 else 65535)

    @property
    def rtp_ports_each(self) -> int:
        """RTP ports of one worker."""
        return ranges.each(self.rtp_first, self.rtp_end, self.workers_max)

    @model_validator(mode="after")
    def _enough_ports(self) -> Self:
        if self.workers_min > self.workers_max:
            raise ValueError("workers_min is larger than workers_max")
        if self.rtp_ports_each < ranges.LEAST:
            between = f"between {self.rtp_first} and {self.rtp_end}"
            raise ValueError(
                f"no {self.workers_max} ranges of RTP ports fit {between}: lower rtp_first or raise rtp_last"
            )
        return self


class Trunk(_Section):
    """How numbers are dialled."""

    target: str = "sip:{number}@127.0.0.1:5070"
    """SIP URI of a number at the PBX or the provider."""
    caller_id: str = "1000"
    """Number shown to the called."""
    diversions_from: Annotated[tuple[str, ...], AfterValidator(_networks)] = ()
    """Addresses or networks that are believed when they say who calls (P-Asserted-Identity, Remote-Party-ID) and that a
    call was forwarded (Diversion, History-Info); empty: the address in `target` only, if it is one in numbers."""

    @property
    def believed(self) -> tuple[str, ...]:
        """Networks whose word on forwarded calls counts."""
        host = re.sub(r"^sips?:[^@]*@|[;?].*$", "", self.target)
        host = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
        try:
            return self.diversions_from or (str(ip_address(host)),)
        except ValueError:  # a name: what it points to can change, so it must be given in numbers
            return ()


class Hl7(_Section):
    """The MLLP port for the hospital's messages."""

    host: str = "127.0.0.1"
    """Address to listen on. Loopback unless set otherwise."""
    port: Port = 2575
    """TCP port to listen on."""
    encoding: Annotated[str, AfterValidator(_character_set)] = "utf-8"
    """Character set when MSH-18 does not say: any name of HL7 table 0211 or a usual one (`cp1250`, `GBK`); `guess`: the
    first of `guess` that fits. What does not fit the character set that is said is guessed too."""
    guess: tuple[Annotated[str, AfterValidator(_named_set)], ...] = ()
    """Character sets in the order in which they are tried; empty: by the hospital's zone, see docs/hl7.md."""
    peers: Annotated[tuple[str, ...], AfterValidator(_networks)] = ()
    """Addresses or networks that may connect; empty: any that reaches the port."""
    connections: int = Field(default=50, ge=1, le=1000)
    """Connections at a time. One more closes the one that has been silent longest."""
    longest: int = Field(default=67_108_864, ge=65_536)
    """Bytes of one message; a longer one is refused and its connection closed. Long messages are not held in memory."""
    stale_hours: float = Field(default=6.0, ge=0)
    """Hours after which an event that comes late (by EVN-2, else MSH-7) is reported, and nobody is called; 0: none."""
    same_visit_minutes: float = Field(default=10.0, ge=0)
    """Minutes within which the same visit, reported by two systems, calls once; 0: each calls."""
    hold: float = Field(default=10.0, ge=0, le=60)
    """Seconds that an answer waits for a database that is away; then the connection is closed without one."""


class Web(_Section):
    """The console in a browser, and the API."""

    host: str = "127.0.0.1"
    """Address to listen on. Loopback unless set otherwise; docs/console.md says what to do before opening it."""
    port: int = Field(default=8080, ge=0, le=65535)
    """TCP port to listen on; 0: no console."""
    public: str = ""
    """The address that people type, such as https://line.hospital.example: behind a proxy that speaks TLS, and for
    links in messages."""
    certificate: Path | None = None
    """File of the TLS certificate (PEM, with its chain); empty: plain HTTP."""
    key: Path | None = None
    """File of the certificate's key; empty: it is in the same file."""
    proxies: Annotated[tuple[str, ...], AfterValidator(_networks)] = ()
    """Addresses or networks of reverse proxies: only they are believed when they say for whom they ask."""
    language: Literal["zh", "en", "ru", "pl"] = "en"
    """Language of who asks for none that there is."""
    totp_roles: tuple[Literal["admin", "it", "operator", "clerk", "nurse", "doctor", "auditor"], ...] = ()
    """Roles that must log in with a second factor."""
    idle_minutes: float = Field(default=60, gt=0)
    """Minutes without use after which a user is logged out."""
    shift_hours: float = Field(default=12, gt=0, le=168)
    """Hours after which a user has to log in again, used or not."""
    api_per_minute: float = Field(default=1_200, ge=1)
    """Requests of the API that one key may make in a minute."""

    @property
    def tls(self) -> bool:
        """Whether browsers reach the console by TLS."""
        return self.certificate is not None or self.public.startswith("https:")

    @model_validator(mode="after")
    def _key_has_a_certificate(self) -> Self:
        if self.key is not None and self.certificate is None:
            raise ValueError("key is set without certificate")
        return self


VoiceName = Literal["kokoro", "gtts", "festival", "espeak"]


class Voices(_Section):
    """Voices by language, first choice first. One that is not installed is passed over."""

    zh: tuple[VoiceName, ...] = ("kokoro", "espeak")
    """Voices of Chinese."""
    yue: tuple[VoiceName, ...] = ("espeak",)
    """Voices of Cantonese."""
    en: tuple[VoiceName, ...] = ("kokoro", "espeak")
    """Voices of English."""
    ru: tuple[VoiceName, ...] = ("festival", "kokoro", "espeak")
    """Voices of Russian."""
    pl: tuple[VoiceName, ...] = ("kokoro", "espeak")
    """Voices of Polish."""
    gtts_timeout: float = Field(default=5.0, gt=0)
    """Seconds that Google's service may take for one text."""
    deadline: float = Field(default=1.5, gt=0)
    """Seconds in which a new sentence must be rendered during a call; past it a quick voice speaks (espeak)."""
    fill_silence: bool = True
    """Ask callers for a moment when a new sentence keeps them waiting in silence."""
    keep_loaded: bool = True
    """Keep Kokoro in memory as long as the service runs: half a gigabyte. Otherwise it is loaded with the first new
    sentence, too late for that one, and dropped five minutes after the last."""
    store_dir: Path | None = None
    """Folder of rendered clips; empty: `prompts` in `data_dir`. Engines may share one."""
    store_limit: int = Field(default=2000, ge=10)
    """Megabytes that rendered clips may take; each night the longest unheard amounts and numbers go beyond that."""

    @property
    def order(self) -> dict[str, tuple[str, ...]]:
        """Language -> voices, first choice first."""
        return {"zh": self.zh, "yue": self.yue, "en": self.en, "ru": self.ru, "pl": self.pl}


class Outbound(_Section):
    """How many lines calling out may use."""

    reserve: int = Field(default=1, ge=0)
    """Lines that outgoing calls leave free for callers; alerts may use all but these."""
    alerts: int = Field(default=1, ge=0)
    """Lines that every other outgoing call leaves free for alerts."""


class Pins(_Section):
    """The check of card and PIN."""

    shared_callers: tuple[str, ...] = ()
    """Numbers that many patients call from, as the trunk shows them (a PBX that shows one number for all): wrong
    entries from there are counted as patiently as those of callers who hide their number."""


class Recordings(_Section):
    """What callers say into the line."""

    keep_days: int = Field(default=30, ge=1, le=36_500)
    """Days that a recording is kept; older ones are deleted by night."""


class Metrics(_Section):
    """Measurements for Prometheus on a port of their own (docs/metrics.md). A key with the right `system` has them at
    `/api/v1/metrics`, too."""

    host: str = "127.0.0.1"
    """Address to listen on. Loopback unless set otherwise."""
    port: int = Field(default=0, ge=0, le=65535)
    """TCP port to listen on; 0: no such port."""


class Webhook(_Section):
    """Another system that is told what happens (docs/webhooks.md). The list may hold several, each begun by
    `[[webhooks]]`."""

    name: str = Field(pattern=r"^[a-z0-9-]{1,40}$")
    """Its name in lists and logs."""
    url: str = Field(max_length=500)
    """Where messages are sent: https, or http to a host in the house. Redirects are not followed."""
    secrets: tuple[SecretStr, ...]
    """What messages are signed with: `whsec_` and 24 to 64 random bytes in base64. Two while they are changed."""
    events: tuple[What, ...] = tuple(What)
    """What it is told."""
    private: bool = False
    """Whether the host is in the house: then only private addresses are connected to, else only public ones."""
    networks: Annotated[tuple[str, ...], AfterValidator(_networks)] = ()
    """Addresses or networks that may be connected to, and no others; empty: as `private` says."""
    ca_file: Path | None = None
    """Certificates that are believed (PEM): those of the house; empty: the system's."""
    off_after_hours: float = Field(default=72.0, ge=1)
    """Hours without one success after which it is switched off, which the log and the doctor report."""

    @model_validator(mode="after")
    def _usable(self) -> Self:
        wrong = wrong_url(self.url, private=self.private or bool(self.networks))
        wrong = wrong or wrong_secrets([secret.get_secret_value() for secret in self.secrets])
        if wrong:
            raise ValueError(wrong)
        return self

    @property
    def target(self) -> Target:
        """As it is sent to."""
        return Target(
            self.name,
            self.url,
            tuple(secret.get_secret_value() for secret in self.secrets),
            self.events,
            Reach(self.private, tuple(ip_network(one, strict=False) for one in self.networks)),
            self.ca_file,
            self.off_after_hours,
        )


def _named_once(webhooks: tuple[Webhook, ...]) -> tuple[Webhook, ...]:
    names = [webhook.name for webhook in webhooks]
    if len(set(names)) < len(names):
        raise ValueError("two webhooks have the same name")
    return webhooks


class Settings(BaseSettings):
    """All settings. Made by `load`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True, toml_file=None
    )

    engine: str = Field(default="wardbell", pattern=r"^[a-z0-9-]{1,40}$")
    """This engine's name in leases and call rows; unique among engines on one database."""
    data_dir: Path = Path("var")
    """Folder of everything that Wardbell writes: the database, clips, recordings, logs of builds."""
    database: str = ""
    """SQLAlchemy URL; empty: SQLite in `data_dir`. PostgreSQL: postgresql+psycopg://user@host/name"""
    flows_dir: Path | None = None
    """Folder of the hospital's flows; empty: the shipped ones."""
    texts_dir: Path | None = None
    """Folder of the hospital's own texts (`zh.yaml`, ...), laid over the shipped ones."""
    recordings_dir: Path | None = None
    """Folder of recorded prompts (`zh/main.welcome.wav`, ...); empty: `prompts/recordings` of a checkout."""
    zone: Annotated[str, AfterValidator(_zone)] = "Asia/Shanghai"
    """Time zone of the hospital, as in the IANA list: hours, holidays, the rota, what is said of times."""
    log_level: Literal["debug", "info", "warn", "error"] = "info"
    """How much the service logs; at every level numbers show only their last three digits."""
    sip: Sip = Sip()
    trunk: Trunk = Trunk()
    hl7: Hl7 = Hl7()
    web: Web = Web()
    voices: Voices = Voices()
    outbound: Outbound = Outbound()
    pins: Pins = Pins()
    recordings: Recordings = Recordings()
    metrics: Metrics = Metrics()
    webhooks: Annotated[tuple[Webhook, ...], AfterValidator(_named_once)] = ()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file, which `load` hands in as arguments."""
        return env_settings, init_settings

    @property
    def database_url(self) -> str:
        """The URL in use."""
        return self.database or f"sqlite:///{self.data_dir.absolute() / 'wardbell.db'}"

    @property
    def store_dir(self) -> Path:
        """Rendered prompts."""
        return self.voices.store_dir or self.data_dir / "prompts"

    @property
    def callers_dir(self) -> Path:
        """What callers said. Recorded prompts are elsewhere: `voices.recordings_dir`."""
        return self.data_dir / "recordings"

    @property
    def journal(self) -> Path:
        """What nurses confirmed while the database was away."""
        return self.data_dir / "confirmations.journal"

    @property
    def clock_note(self) -> Path:
        """When the machine's clock jumped last."""
        return self.data_dir / "clock-jumped"

    @property
    def tones_dir(self) -> Path:
        """Tones that the line makes itself."""
        return self.data_dir / "tones"


def load(file: Path | None = None) -> Settings:
    """Read `file`, or `wardbell.toml` here when there is one. Raises `SettingsError`."""
    chosen = file or Path(FILE)
    values: dict[str, Any] = {}
    if file is not None or chosen.exists():
        try:
            values = tomllib.loads(chosen.read_text(encoding="utf-8"))
        except OSError as e:
            raise SettingsError(f"{chosen}: {e.strerror}") from e
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as e:
            raise SettingsError(f"{chosen}: {e}") from e
    try:
        return Settings(**values)
    except ValidationError as e:
        wrongs = [(".".join(map(str, one["loc"])), _told(one["type"], one["msg"])) for one in e.errors()]
        raise SettingsError("\n".join(f"setting {name}: {told}" for name, told in wrongs)) from e


def _told(type: str, message: str) -> str:
    if type == "extra_forbidden":
        return "there is no such setting"
    return message.removeprefix("Value error, ")
