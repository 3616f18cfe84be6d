"""The part `hl7` of `notices.yaml`: which message is which event, where each value is found, what is urgent."""

from __future__ import annotations

import re
from collections.abc import Mapping

from forms.tree import Node
from notify.hl7.adt import FIELDS, Reading
from notify.hl7.segments import FieldPath
from notify.notices.rule_form import RuleForm

TRIGGERS: Mapping[str, str] = {
    "A01": "admission",
    "A03": "discharge",
    "A11": "admission_cancelled",
    "A13": "discharge_cancelled",
    "A02": "moved",
    "A12": "moved",  # a transfer is taken back: the message says where the patient is now
    "A08": "changed",
}
"""The events of a file that maps none, as far as its rules name them."""


class Hl7Part(RuleForm):
    """Reads the part."""

    def reading(self, node: Node | None) -> Reading:
        """How messages are to be read."""
        if node is None:
            return Reading()
        parts = self.keys(node, '"hl7"', {"events", "fields", "urgent", "processing", "others"})
        default = Reading()
        events = dict(default.events)
        if "events" in parts:
            events = {}
            for key, value in self.entries(parts["events"]):
                if not re.fullmatch(r"A[0-9]{2}", key.text):
                    self.wrong(key.mark, "N301", f'"{key.text}" is not a trigger of ADT, such as A01')
                events[key.text] = self.text(value)
        fields = dict(default.fields)
        named_fields = self.keys(parts["fields"], '"fields"', FIELDS) if "fields" in parts else {}
        for name, value in named_fields.items():
            fields[name] = tuple(path for one in self.items(value, alone=True) if (path := self._path(one)))
            if name == "ward" and not fields["ward"]:
                self.wrong(value.mark, "N304", "the ward must be read from somewhere")
        urgent = list(default.urgent)
        if "urgent" in parts:
            urgent = []
            for key, value in self.entries(parts["urgent"]):
                path = self._path(key)
                values = frozenset(self.text(item).upper() for item in self.items(value, alone=True))
                if not values:
                    sentence = f"{key.text} makes nothing urgent: name the values that do, or leave it out"
                    self.wrong(value.mark, "N307", sentence)
                    values = frozenset({""})
                if path is not None:
                    urgent.append((path, values))
        processing = default.processing
        if "processing" in parts:
            items = self.items(parts["processing"])
            named = [self.one_of(one, "processing", ["P", "T", "D"]) for one in items]
            processing = frozenset(named)
            if not named:
                self.wrong(parts["processing"].mark, "E109", "no message would be acted on: name P at least")
        others = True
        if "others" in parts:
            others = self.one_of(parts["others"], "others", ["accept", "reject"]) != "reject"
        return Reading(events, fields, tuple(urgent), processing, others)

    def _path(self, node: Node) -> FieldPath | None:
        text = self.text(node)
        path = FieldPath.parse(text)
        if path is None and text:
            self.wrong(node.mark, "N303", f'"{text}" is not a field such as PV1-3.1')
        return path
