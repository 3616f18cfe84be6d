"""What can be wrong with a file of any kind that the hospital edits: the same slip has the same code in all of them."""

from __future__ import annotations

from collections.abc import Mapping

CODES: Mapping[str, str] = {
    "E101": "the file cannot be read: not UTF-8, too large, or not a map",
    "E102": "a tab",
    "E103": "not YAML",
    "E104": "an anchor, an alias, a tag or a second document",
    "E105": "a key that occurs twice",
    "E106": "an unknown key",
    "E107": "digits, or a word that YAML reads as something else, without quotes",
    "E108": "a value of the wrong kind",
    "E109": "something is missing",
    "E110": "a number out of range",
    "E111": "a name that is not allowed",
    "E112": "a file that must be there is missing",
    "E113": "Chinese punctuation or digits where the line needs : , \" or 0-9",
    "E114": "a file with more mistakes than are listed one by one",
    "E115": "a look-alike letter of another alphabet, or an invisible character, within a word",
    "W101": "a file of the folder that nothing reads",
    "W306": "a title that is longer than anybody reads",
}
"""Code -> what it means; the codes never change their meaning."""
