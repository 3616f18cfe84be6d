"""`wardbell flows publish`, `status`, `history`, `diff`, `show`, `fetch`, `rollback` as IT types them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from editions import engines, store
from editions.engines import EngineRecord
from editions.sound import Sound
from editions.store import Proof
from prompts.catalog import Catalog
from prompts.render import Summary
from prompts.speech import fixed_texts
from prompts.studio import Studio
from tests.e2e.melodies import studio
from tests.editions.conftest import BROKEN, MAIN, bundle, other
from wardbell.commands.flows import flows, publishing
from wardbell.doctor.editions import published
from wardbell.doctor.finding import Level
from wardbell.parts import Parts, wallclock
from wardbell.settings import Settings


class ItOffice(Parts):
    """Parts whose voice sings, and whose clock the test sets forward."""

    ahead = timedelta()

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.wallclock = lambda: wallclock() + self.ahead  # type: ignore[assignment]

    def studio_of(self, catalog: Catalog) -> Studio:
        return studio(catalog, self.settings.store_dir)


class It:
    """Somebody at the keyboard."""

    def __init__(self, folder: Path, sqlite_file: Path, data: Path | None = None) -> None:
        self.folder = folder
        self.data = data or folder.parent / "var"
        if not self.data.exists():
            self.data.mkdir()
            shutil.copy(sqlite_file, self.data / "wardbell.db")
        self.texts, self.recordings = folder.parent / "texts", folder.parent / "recordings"
        for made in (self.texts, self.recordings / "zh"):
            made.mkdir(parents=True, exist_ok=True)
        self.parts = ItOffice(
            Settings(data_dir=self.data, flows_dir=folder, texts_dir=self.texts, recordings_dir=self.recordings)
        )

    def types(self, *words: str, typed: str | None = None) -> Result:
        done = CliRunner(mix_stderr=False).invoke(flows, list(words), obj=self.parts, input=typed)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done

    def says(self, *words: str) -> str:
        done = self.types(*words)
        assert done.exit_code == 0, done.stderr
        return done.stdout

    def fails(self, *words: str) -> str:
        done = self.types(*words)
        assert done.exit_code == 1, done.stdout
        return done.stderr

    def publishes(self, title: str = "") -> str:
        if title:
            self.edits(MAIN.replace("Main", title))
        return self.says("publish", "-m", f"for {title or 'the first'}", "--no-render")

    def edits(self, main: str) -> None:
        (self.folder / "main.yaml").write_text(main)

    def live(self) -> int:
        newest = self.parts.database.run_now(store.newest)
        return newest.number if newest else 0

    def engine(self, name: str, edition: int, refused: int | None = None, ago: float = 0) -> None:
        stored = self.parts.database.run_now(store.fetch, edition)
        assert stored is not None
        at = self.parts.wallclock() - timedelta(seconds=ago)
        told = EngineRecord(name, edition, stored.record.digest, at, refused, "because" if refused else "")
        self.parts.database.run_now(engines.say, told)


@pytest.fixture
def it(folder: Path, sqlite_file: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[It]:
    monkeypatch.setattr(publishing, "PATIENCE", 0.0)  # no engine of these tests ever comes round
    made = It(folder, sqlite_file)
    yield made
    made.parts.close()


def test_the_first_publish_makes_edition_1(it: It) -> None:
    assert "edition 1 is published; no engine is running: it is used at the next start" in it.publishes()
    assert it.live() == 1


def test_before_anything_is_published_every_command_says_so(it: It) -> None:
    for words in (["status"], ["diff"], ["show"]):
        assert "nothing was published yet" in it.fails(*words)
    assert "nothing was published yet" in it.fails("rollback")
    assert "nothing was published yet" in it.says("history")


def test_before_the_tables_are_made_every_command_says_what_makes_them(it: It) -> None:
    (it.data / "wardbell.db").unlink()
    for words in (["publish", "-m", "x"], ["rollback"]):
        told = it.fails(*words)
        assert "run `wardbell db upgrade`" in told
        assert "nothing was published" in told


def test_publishing_the_same_files_says_that_nothing_changed(it: It) -> None:
    it.publishes()
    assert it.publishes().strip() == "nothing changed: edition 1 is already live with exactly these files"
    assert it.live() == 1


def test_a_live_edition_changed_by_hand_is_put_right_by_publishing_it_again(it: It) -> None:
    it.publishes()
    it.parts.database.run_now(lambda session: session.execute(text("UPDATE editions SET files = '{'")))
    assert "edition 2 is published" in it.publishes()
    assert it.says("show", "2", "main.yaml") == MAIN
    assert "changed by hand" in it.fails("show", "1")


def test_a_publish_tells_what_changes(it: It) -> None:
    it.publishes()
    told = it.publishes("Night")
    assert "against edition 1:\n  main.yaml (changed, +1 -1)" in told
    assert it.live() == 2


def test_warnings_are_told_and_keep_nothing_from_going_live(it: It) -> None:
    it.publishes()
    (it.folder / "nobody.yaml").write_text(MAIN)
    done = it.types("publish", "-m", "a flow for later", "--no-render")
    assert "W201" in done.stderr
    assert (done.exit_code, it.live()) == (0, 2)


def test_a_broken_file_changes_nothing_and_every_mistake_is_told(it: It) -> None:
    it.publishes()
    it.edits(MAIN.replace("then: over", "then: ovr").replace("main.welcome", "main.wellcome"))
    told = it.fails("publish", "-m", "oh")
    assert f"{it.folder}/main.yaml:4:" in told
    assert 'E204 no step "ovr" (did you mean "over"?)' in told
    assert 'E301 no text "main.wellcome"' in told
    assert "nothing was published, edition 1 stays live" in told
    assert it.live() == 1


def test_a_reason_is_asked_for_and_must_be_given(it: It) -> None:
    assert it.types("publish", "--no-render", typed="the clinic moves\n").exit_code == 0
    assert it.types("publish", "-m", "  ").exit_code == 2
    assert it.types("publish", "-m", "x" * 501).exit_code == 2
    [only] = json.loads(it.says("history", "--json"))
    assert only["why"] == "the clinic moves"


def test_files_that_cannot_be_read_are_named(it: It) -> None:
    (it.folder / "main.yaml").unlink()
    (it.folder / "main.yaml").mkdir()
    (it.folder / ".#numbers.yaml").symlink_to("nowhere")  # what an editor leaves is none of ours
    told = it.fails("publish", "-m", "x")
    assert "main.yaml:1:1 E101 the file cannot be read: Is a directory" in told
    assert "numbers" not in told


def test_without_the_folder_nothing_is_published_and_status_and_rollback_work(it: It) -> None:
    it.publishes()
    it.publishes("Night")
    shutil.rmtree(it.folder)
    told = it.fails("publish", "-m", "x")
    assert "there is no such folder" in told
    assert "nothing was published" in told
    assert "there is no such folder" in it.says("status")
    assert "there is no such folder" in it.fails("diff")
    assert "edition 3 has the files of edition 1" in it.says("rollback", "--no-render")


def test_a_full_disk_of_the_database_publishes_nothing(it: It) -> None:
    it.publishes()
    no_more = text("PRAGMA max_page_count = 1")  # than there are
    it.parts.database.run_now(lambda session: session.execute(no_more))
    it.edits(MAIN + "# a long comment\n" * 5_000)
    told = it.fails("publish", "-m", "x", "--no-render")
    assert "full" in told
    assert "nothing was published, edition 1 stays live" in told
    assert it.live() == 1


def test_without_the_database_it_says_that_nothing_was_published(it: It) -> None:
    it.publishes()
    it.parts.database.run_now(lambda session: session.execute(text("DROP TABLE editions")))
    assert "nothing was published" in it.fails("publish", "-m", "x")


def test_who_is_overtaken_while_prompts_are_rendered_is_told(it: It, monkeypatch: pytest.MonkeyPatch) -> None:
    it.publishes()

    def make_sound(*_: object) -> Sound:
        files = other("hers")
        proof = Proof(store.as_texts(files), files.digest, "li", "quicker")
        it.parts.database.run_now(store.publish, proof, 1, wallclock())
        return Sound(Summary())

    monkeypatch.setattr(publishing, "make_sound", make_sound)
    it.edits(MAIN.replace("Main", "his"))
    told = it.fails("publish", "-m", "x")
    assert "li published edition 2 meanwhile (quicker)" in told
    assert "flows diff 1 2" in told
    assert it.live() == 2


def test_texts_are_made_into_sound_before_anything_is_live(it: It) -> None:
    (it.texts / "languages.yaml").write_text("languages: [zh]\n")
    it.publishes()
    it.edits(MAIN.replace("Main", "Night"))
    told = it.says("publish", "-m", "x")
    assert " rendered" in told
    assert it.parts.studio_of(it.parts.catalog).ready("zh", "您好") is None
    assert all(it.parts.studio_of(it.parts.catalog).ready(*one) for one in _fixed(it.parts.catalog))


def _fixed(catalog: Catalog) -> list[tuple[str, str]]:
    return [("zh", words) for _, words in fixed_texts(catalog, "zh")]


def test_texts_that_cannot_be_made_into_sound_are_not_published(it: It) -> None:
    it.publishes()
    it.edits(MAIN.replace("Main", "Night"))
    it.data.joinpath("prompts").write_text("this is no folder")
    told = it.fails("publish", "-m", "x")
    assert "nothing was published, edition 1 stays live" in told
    assert it.live() == 1


def test_new_words_over_an_old_recording_are_told(it: It) -> None:
    it.publishes()
    (it.recordings / "zh" / "main.welcome.wav").touch()
    (it.texts / "zh.yaml").write_text("main.welcome: 新年好。\n")
    done = it.types("publish", "-m", "x", "--no-render")
    assert "main.welcome (zh) has new words and an old recording" in done.stderr
    assert "texts/zh.yaml (new, +1 -0)" in done.stdout
    assert it.live() == 2
    it.edits(MAIN.replace("Main", "Night"))
    assert "recording" not in it.types("publish", "-m", "x", "--no-render").stderr


FLOW_TESTS = """flow: main
language: zh
tests:
  a caller is greeted:
    call:
      - says: main.welcome
      - ends: done
"""


def test_flow_tests_are_run_and_noted(it: It) -> None:
    (it.folder / "tests").mkdir()
    (it.folder / "tests" / "main.yaml").write_text(FLOW_TESTS)
    assert "flow tests: 1 passed" in it.publishes()
    assert json.loads(it.says("history", "--json"))[0]["tests"] == "1 passed"
    it.edits(MAIN.replace("main.welcome", "system.goodbye"))
    told = it.fails("publish", "-m", "x", "--no-render")
    assert 'FAILED "a caller is greeted"' in told
    assert "nothing was published, edition 1 stays live" in told
    (it.folder / "tests" / "main.yaml").write_text(FLOW_TESTS.replace("says", "sayz"))
    assert "nothing was published, edition 1 stays live" in it.fails("publish", "-m", "x", "--no-render")
    it.says("publish", "-m", "x", "--no-render", "--no-tests")
    assert it.live() == 2


# Engines


def test_it_waits_until_the_engines_serve_it(it: It, monkeypatch: pytest.MonkeyPatch) -> None:
    it.publishes()
    it.engine("a", 1)
    monkeypatch.setattr(publishing, "PATIENCE", 5.0)
    monkeypatch.setattr(publishing.time, "sleep", lambda seconds: it.engine("a", it.live()))
    assert "edition 2 is live on a; calls in progress keep the one before" in it.publishes("Night")


def test_an_engine_that_does_not_take_it_is_named(it: It) -> None:
    it.publishes()
    it.engine("a", 1)
    it.engine("dead", 1, ago=60)
    it.edits(MAIN.replace("Main", "Night"))
    done = it.types("publish", "-m", "x", "--no-render")
    assert done.exit_code == 0
    assert "a has not taken edition 2 yet" in done.stderr
    assert "dead" not in done.stderr


def test_an_engine_that_refuses_it_fails_the_command(it: It) -> None:
    it.publishes()
    it.engine("a", 1, refused=2)
    it.edits(MAIN.replace("Main", "Night"))
    told = it.fails("publish", "-m", "x", "--no-render")
    assert "a REFUSED edition 2 and keeps 1: because" in told
    assert "rollback" in told


def test_status_tells_what_is_live_where_and_what_differs(it: It) -> None:
    it.publishes()
    it.publishes("Night")
    it.engine("a", 2)
    it.engine("b", 1, refused=2)
    it.engine("c", 1, ago=60)
    it.edits(MAIN)
    (it.folder / "extra.yaml").write_text("title: x\n")
    told = it.says("status")
    assert "edition 2:" in told
    assert "a: serves edition 2\n" in told
    assert "b: serves edition 1  NOT THE NEWEST\n    refuses edition 2:\n      because" in told
    assert "c: last heard of 60 s ago, with edition 1" in told
    assert "extra.yaml (new, +1 -0)\n  main.yaml (changed, +1 -1)" in told
    shown = json.loads(it.says("status", "--json"))
    assert (shown["live"], shown["disk_differs"], len(shown["engines"])) == (2, True, 3)


# Looking back


def test_history_and_differences(it: It) -> None:
    it.publishes()
    it.publishes("Night")
    assert [line.split()[0] for line in it.says("history").splitlines()] == ["edition", "2", "1"]
    told = it.says("diff", "1", "2")
    assert "--- edition-1/main.yaml\n+++ edition-2/main.yaml" in told
    assert "-title: Main\n+title: Night" in told
    assert it.says("diff") == ""
    it.edits(MAIN)
    assert "+++ on-disk/main.yaml" in it.says("diff")
    assert it.says("diff", "1") == ""
    assert "there is no edition 9" in it.fails("diff", "9")


def test_files_of_an_edition_are_shown_and_fetched(it: It, tmp_path: Path) -> None:
    it.publishes()
    it.publishes("Night")
    assert it.says("show", "1", "main.yaml") == MAIN
    assert "main.yaml" in it.says("show")
    assert 'no file "x"' in it.fails("show", "1", "x")
    to = tmp_path / "old"
    assert "3 files of edition 1 are in" in it.says("fetch", "1", str(to))
    assert (to / "main.yaml").read_text() == MAIN
    it.says("fetch", "1", str(to))
    assert "main.yaml. Nothing" not in it.fails("fetch", "2", str(to))
    assert (to / "main.yaml").read_text() == MAIN
    it.says("fetch", "2", str(to), "--force")
    assert "Night" in (to / "main.yaml").read_text()


def test_rollback_goes_to_the_one_before_and_says_what_stays_on_disk(it: It) -> None:
    it.publishes()
    it.publishes("Night")
    told = it.says("rollback", "--no-render", "--who", "li")
    assert "edition 3 has the files of edition 1" in told
    assert "the files on disk stay as they are" in told
    assert "flows fetch 1 FOLDER" in told
    [newest, *_] = json.loads(it.says("history", "--json"))
    assert (newest["number"], newest["files_of"], newest["who"], newest["why"]) == (3, 1, "li", "back to edition 1")
    assert "Night" in (it.folder / "main.yaml").read_text()


def test_rollback_again_steps_further_back_and_never_to_what_was_just_taken_back(it: It) -> None:
    for title in ("One", "Two", "Three"):
        it.publishes(title)
    assert "has the files of edition 2: " in it.says("rollback", "--no-render")
    assert "has the files of edition 1: " in it.says("rollback", "--no-render")
    assert "there is no edition before 1" in it.fails("rollback", "--no-render")
    assert it.live() == 5
    it.publishes("Four")
    told = it.says("rollback", "--no-render")
    assert "edition 7 has the files of edition 1: " in told  # not "of 5", whose files those are
    assert json.loads(it.says("history", "--json"))[0]["files_of"] == 1


def test_rollback_to_a_number_that_passes_no_more_changes_nothing(it: It) -> None:
    proof = Proof(store.as_texts(BROKEN), BROKEN.digest, "old", "of an earlier version")
    it.parts.database.run_now(store.publish, proof, 0, wallclock())
    it.says("publish", "-m", "anew", "--no-render", "--over", "1")
    told = it.fails("rollback", "1")
    assert "flows/main.yaml:4:" in told
    assert "nothing was published, edition 2 stays live" in told
    assert it.live() == 2
    assert "there is no edition 7" in it.fails("rollback", "7")


# Which edition the files on disk were edited from


@pytest.fixture
def she(it: It, tmp_path: Path) -> Iterator[It]:
    """A second person with a folder of her own, on the same database."""
    folder = tmp_path / "hers" / "flows"
    shutil.copytree(it.folder, folder)
    made = It(folder, it.data / "wardbell.db", data=it.data)
    yield made
    made.parts.close()


def test_two_people_with_a_folder_each_do_not_take_back_each_others_work(it: It, she: It) -> None:
    it.publishes()
    she.says("fetch", "1", str(she.folder))
    it.publishes("Night")
    (she.folder / "notices.yaml").write_text("# hers\nnotices: {}\n")
    told = she.fails("publish", "-m", "hers", "--no-render")
    assert "these files were edited from edition 1, and edition 2 is live. Nothing was published" in told
    assert "edition 2: " in told
    assert "for Night" in told
    assert "changed there, and not in these files:\n  main.yaml (changed, +1 -1)" in told
    assert "wardbell flows diff 1 2" in told
    assert "wardbell flows publish --over 2" in told
    assert "(edited from edition 1):" in she.says("status")
    assert json.loads(she.says("status", "--json"))["edited_from"] == 1
    assert "+title: Night" in she.says("diff", "1", "2")
    shutil.copy(it.folder / "main.yaml", she.folder)  # she takes in what he did
    assert "edition 3 is published" in she.says("publish", "-m", "hers", "--no-render")
    it.edits(MAIN.replace("Main", "Morning"))
    assert "notices.yaml (changed, +1 -0)" in it.fails("publish", "-m", "his", "--no-render")
    assert "edition 4 is published" in it.says("publish", "-m", "his", "--no-render", "--over", "3")
    assert "edition 5 is published" in it.publishes("Noon")  # and from there he goes on


def test_an_edition_is_fetched_to_be_edited(it: It, tmp_path: Path) -> None:
    it.publishes()
    it.publishes("Night")
    it.edits(MAIN.replace("Main", "Own"))
    it.says("fetch", "1", str(it.folder), "--force")
    it.edits(MAIN.replace("Main", "Own"))
    assert "edited from edition 1, and edition 2 is live" in it.fails("publish", "-m", "x", "--no-render")
    it.says("fetch", "2", str(it.folder), "--force")
    assert "edition 3 is published" in it.publishes("Own")


def test_a_folder_that_holds_more_than_the_edition_was_not_edited_from_it(it: It, she: It) -> None:
    (she.folder / "old.yaml").write_text(MAIN)
    it.publishes()
    assert "what is there is not exactly edition 1" in she.says("fetch", "1", str(she.folder))
    assert "is not known" in she.fails("publish", "-m", "x", "--no-render")
    (she.folder / "old.yaml").unlink()
    (she.texts / "zh.yaml").write_text("main.welcome: 新年好。\n")
    assert "what is there is not exactly edition 1" in she.says("fetch", "1", str(she.folder))
    to = she.data.parent / "elsewhere"
    assert "not just" not in she.says("fetch", "1", str(to))
    assert (to / ".edition").exists()


def test_who_takes_back_goes_on_from_there_and_the_other_hears_of_it(it: It, she: It) -> None:
    it.publishes()
    it.publishes("Night")
    she.says("fetch", "2", str(she.folder), "--force")
    it.says("rollback", "--no-render")
    she.edits(MAIN.replace("Main", "Night and day"))
    assert "edited from edition 2, and edition 3 is live" in she.fails("publish", "-m", "x", "--no-render")
    assert "edition 4 is published" in it.publishes("Evening")


def test_a_folder_is_published_to_a_trial_line_and_then_to_the_real_one(
    it: It, tmp_path: Path, sqlite_file: Path
) -> None:
    trial = It(it.folder, sqlite_file, data=tmp_path / "trial")
    for title in ("One", "Two"):
        trial.publishes(title)
        it.publishes(title)
    trial.publishes("Three")
    trial.publishes("Four")
    assert "edition 3 is published" in it.publishes("Four")
    lines = (it.folder / ".edition").read_text().splitlines()
    assert [line.split()[1] for line in lines if not line.startswith("#")] == ["4", "3"]
    trial.parts.close()


@pytest.mark.parametrize("damage", ["", "<<<<<<< HEAD\n", "\x00\x01", "2026 x y\n" * 9])
def test_a_file_that_tells_no_edition_is_no_leave_to_publish(it: It, damage: str) -> None:
    it.publishes()
    (it.folder / ".edition").write_text(damage)
    it.edits(MAIN.replace("Main", "Own"))
    assert "which edition these files were edited from is not known" in it.fails("publish", "-m", "x", "--no-render")
    assert "edition 2 is published" in it.says("publish", "-m", "x", "--no-render", "--over", "1")
    assert "edition 3 is published" in it.publishes("Again")


def test_two_editions_in_one_file_are_a_merge_that_nobody_finished(it: It) -> None:
    it.publishes()
    first = (it.folder / ".edition").read_text()
    it.publishes("Night")
    second = (it.folder / ".edition").read_text()
    (it.folder / ".edition").write_text(f"<<<<<<< HEAD\n{first}=======\n{second}>>>>>>> hers\n")
    it.edits(MAIN.replace("Main", "Own"))
    assert "is not known" in it.fails("publish", "-m", "x", "--no-render")


def test_a_folder_where_nothing_can_be_written_is_told(it: It) -> None:
    (it.folder / ".edition").mkdir()
    done = it.types("publish", "-m", "x", "--no-render")
    assert done.exit_code == 0
    assert ".edition cannot be written" in done.stderr
    assert "the next publish will want --over 1" in done.stderr
    assert sorted(path.name for path in it.folder.iterdir() if path.name.startswith(".")) == [".edition"]


# The doctor


def doctors_words(it: It) -> dict[str, Level]:
    now: datetime = it.parts.wallclock()
    found = published(it.parts.database, it.parts.check, it.parts.on_disk, now)
    return {one.what: one.level for one in found}


def test_the_doctor_tells_what_is_live_and_what_differs(it: It) -> None:
    assert list(doctors_words(it).values()) == [Level.OK]
    it.publishes()
    assert list(doctors_words(it).values()) == [Level.OK]
    it.edits(MAIN.replace("Main", "Night"))
    it.engine("a", 1)
    assert doctors_words(it)["the files on disk differ from edition 1, which is live"] is Level.WARNING
    it.publishes()
    assert doctors_words(it)["the engine a serves edition 1, the newest is 2"] is Level.ERROR


def test_the_doctor_tells_that_the_live_edition_does_not_pass(it: It) -> None:
    proof = Proof(store.as_texts(BROKEN), BROKEN.digest, "old", "of an earlier version")
    it.parts.database.run_now(store.publish, proof, 0, wallclock())
    told = doctors_words(it)
    assert any("edition 1: flows/main.yaml:4:" in what for what, level in told.items() if level is Level.ERROR)
    assert bundle().digest != BROKEN.digest
