"""What the hospital's IT may set: `wardbell.toml`, or environment variables over it. A section is a file.

Every setting has a default that works on one machine and listens on loopback only. A wrong value is reported by its
name and what was expected; nothing starts on a guess.
"""

from wardbell.settings.hl7 import Hl7 as Hl7
from wardbell.settings.read import SettingsError as SettingsError
from wardbell.settings.read import load as load
from wardbell.settings.settings import PREFIX as PREFIX
from wardbell.settings.settings import Settings as Settings
from wardbell.settings.sip import Sip as Sip
from wardbell.settings.trunk import Trunk as Trunk
from wardbell.settings.voices import Voices as Voices
from wardbell.settings.web import Web as Web
from wardbell.settings.webhook import Webhook as Webhook
