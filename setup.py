"""Packages Wardbell: the rooms of the house, the flows and texts as data, the `wardbell` command.

Ranges: the lower end is what the tests ran on, the upper end the next release that may break its promises.
"""

from setuptools import find_packages, setup

ROOMS = ["wardbell", "notify", "ivr", "hospital", "prompts", "db", "flows"]

# What serves calls.
NEEDS = [
    "Twisted>=24.7,<27",  # the reactor; AMP to the workers, MLLP
    "zope.interface>=6,<10",  # Twisted's interfaces, by name
    "Automat>=24.8,<27",  # typed state machines: a leg, a notice
    "pjsua2-python>=2.15.1.post1,<3",  # SIP and audio; `make pjsip` puts a larger build in its place
    "SQLAlchemy>=2.0.36,<2.2",  # tables and transactions
    "alembic>=1.13,<2",  # migrations
    "psycopg[binary]>=3.2,<4",  # PostgreSQL
    "APScheduler>=3.11,<4",  # calendar times; version 4 is another library
    "hl7>=0.4.5,<0.5",  # HL7 v2 messages
    "pydantic>=2.9,<3",  # settings: values checked by type
    "pydantic-settings>=2.6,<3",  # settings: the environment over the file
    "ruamel.yaml>=0.18.6,<0.20",  # flows and texts: keeps line and column, refuses duplicates
    "common-expression-language>=0.5,<0.11",  # conditions in flows
    "babel>=2.16,<3",  # dates and plural classes in prompts
    "unicode-rbnf>=2.3,<3",  # numbers in words
    "pydub>=0.25.1,<0.26",  # joins, trims and measures clips
    "gTTS>=2.5.3,<3",  # the online voice, off unless set
    "argon2-cffi>=23.1,<26",  # PINs
    "click>=8.1,<8.2",  # the command line; gTTS forbids 8.2
    "tqdm>=4.66,<5",  # progress while prompts are rendered
    "tzdata>=2024.2",  # time zones where the system has none
]

# What the tests and the checks need on top.
TEST = [
    "pytest>=8.3,<10",
    "hypothesis>=6.115,<7",  # values and wires tried with what nobody thought of
    "numpy>=2,<3",  # the test telephones recognise prompts
]
CHECK = [
    "mypy>=2.4,<2.5",  # a checker's next release finds new things: in its own time
    "ruff>=0.17.6,<0.18",
    "import-linter>=2.1,<3",
]

setup(
    name="wardbell",
    version="0.1.0",
    description="The telephone line of a hospital: patients call in, wards are called",
    long_description="See README.md.",
    python_requires=">=3.11,<3.13",  # pjsua2-python has no wheel, pydub no audioop beyond
    packages=find_packages(include=[name for room in ROOMS for name in (room, f"{room}.*")]),
    package_data={"": ["*.yaml", "*.mako", "*.csv", "py.typed"]},
    install_requires=NEEDS,
    extras_require={"test": TEST, "dev": TEST + CHECK},
    entry_points={"console_scripts": ["wardbell = wardbell.cli:main"]},
)
