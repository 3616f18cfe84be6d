"""A small house to rehearse in: a flow with every kind of input, on the shipped texts."""

from __future__ import annotations

from actions.action import Declared
from hospital.actions import DECLARED
from hospital.usual import USUAL
from ivr.flow.load import load_sources
from ivr.numbers import Numbers, Route
from ivr.rehearsal.flow_test import EditionUnderTest
from notify.notices.actions import DECLARED as CONFIRMING
from prompts.catalog import Catalog

LINE = """
title: A line
start: welcome
defaults: {attempts: 2, no_input: again, invalid: again, exhausted: bye}
steps:
  welcome: {say: main.welcome, then: services}
  services:
    menu: registration.kind
    keys: {"1": card, "2": notice, "3": english, "4": desk, "5": wait_for_desk}
  card: {ask: card_login.card_number, as: card_number, min: 4, max: 8, secret: true, then: pin}
  pin: {ask: card_login.pin, as: pin, min: 4, max: 4, secret: true, then: check}
  check:
    do: card.check_pin
    then: {right: again_and_again, wrong: bye, wait: bye, error: bye}
  again_and_again: {set: {n: 1}, at_most: 2, beyond: bye, then: again_and_again}
  notice: {say: ward.thanks, locked: true, then: services}
  english: {language: en, then: services}
  desk:
    dial: "8000"
    then: {talked: bye, busy: services, no_answer: bye, refused: bye, error: bye}
  wait_for_desk:
    queue: desk
    then: {served: bye, timed_out: bye, full: bye, closed: bye, left: bye, error: bye}
  bye: {say: system.goodbye, then: end}
"""


def house(line: str = LINE) -> EditionUnderTest:
    """The flow `line` answers 1000 in Chinese."""
    declared: dict[str, Declared] = {one.name: one for one in (*DECLARED, *CONFIRMING)}
    texts = Catalog.load()
    flows = load_sources({"flows/line.yaml": line.encode()}, texts, declared, later=True)
    return EditionUnderTest(flows, Numbers({"1000": Route("line", "zh")}), texts, declared, USUAL)
