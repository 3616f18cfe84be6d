"""A console on which flows are worked on: a page-long hospital is live, its voice is silent, checks run at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from editions import store
from editions.bundle import Bundle
from editions.press import Press
from editions.sound import Sound
from editions.status import Status, status
from editions.workshop.workshop import AtOnce
from prompts.catalog import Catalog
from prompts.render import Summary
from prompts.store import Store
from prompts.studio import Studio
from prompts.voices.fake import FakeVoice
from web.flow_desk import FlowDesk, Publications
from web.site import Site


def with_flows(site: Site, files: Bundle, folder: Path) -> Site:
    """`site`, with `files` as edition 1 and on disk, and everything that flows are worked on with."""
    proof = store.Proof(store.as_texts(files), files.digest, "chen", "first")
    site.database.run_now(store.publish, proof, 0, site.wallclock())
    flows, recordings = folder / "flows", folder / "recordings"
    recordings.mkdir(parents=True)
    for name, data in files.files.items():
        (flows / name).parent.mkdir(parents=True, exist_ok=True)
        (flows / name).write_bytes(data)

    def disk() -> Status | None:
        return status(site.database, lambda: Bundle.of_folder(flows), flows)

    def studio_of(texts: Catalog) -> Studio:
        voice = FakeVoice()
        return Studio(texts, Store(folder / "store"), {one: [voice] for one in texts.languages}, recordings)

    press = Press(site.database, site.zone, site.wallclock, lambda texts, missing: Sound(Summary()), recordings)
    desk = FlowDesk(press, AtOnce(), disk, studio_of, recordings, folder / "store", Publications(site.wallclock))
    return replace(site, flows=desk)
