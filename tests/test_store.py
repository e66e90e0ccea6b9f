"""Results in the build folder: kept by the hash of their inputs, swapped in whole, safe against a kill."""

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from evaluation.errors import UsageError
from evaluation.store import JOURNAL_FILE, STAGING_FOLDER, digest, finish_moves, open_store, tree_digest

KILLS = 50
PARTS = ("records", "findings/one.json", "_site")

WRITER = """
import sys
from pathlib import Path
from evaluation.store import open_store
folder, edition = Path(sys.argv[1]), 0
def write(path, text):
    if path.suffix:
        path.write_text(text)
        return
    path.mkdir(parents=True)
    for number in range(20):
        (path / f"{number}.txt").write_text(text)
print("ready", flush=True)
while True:
    edition += 1
    with open_store(folder) as store:
        for part in ("records", "findings/one.json", "_site"):
            store.make(part, f"{sys.argv[2]}-{edition}", lambda path: write(path, f"{sys.argv[2]}-{edition}"))
        store.commit()
"""


def texts(folder: Path) -> dict[str, set[str]]:
    """What each part holds: one text where the part is whole and of one edition."""
    found: dict[str, set[str]] = {}
    for part in PARTS:
        path = folder / part
        files = sorted(path.iterdir()) if path.is_dir() else [path]
        found[part] = {file.read_text() for file in files if file.exists()}
    return found


def test_a_result_is_kept_while_its_key_is_the_same(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        assert store.make("a.json", "k1", lambda path: path.write_text("1"))
        store.commit()
    with open_store(tmp_path) as store:
        assert not store.make("a.json", "k1", lambda path: path.write_text("never"))
        assert store.make("b.json", "k1", lambda path: path.write_text("2"))
        store.commit()
    assert (tmp_path / "a.json").read_text() == "1"
    assert (tmp_path / "b.json").read_text() == "2"


def test_a_changed_key_replaces_the_result_only_at_commit(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.make("a.json", "k1", lambda path: path.write_text("old"))
        store.commit()
    with open_store(tmp_path) as store:
        store.make("a.json", "k2", lambda path: path.write_text("new"))
        assert (tmp_path / "a.json").read_text() == "old"
        assert store.path("a.json").read_text() == "new"
        store.commit()
    assert (tmp_path / "a.json").read_text() == "new"


def test_a_failure_before_commit_leaves_everything_as_it_was(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.make("a.json", "k1", lambda path: path.write_text("old"))
        store.commit()
    with pytest.raises(OSError, match="disk full"), open_store(tmp_path) as store:
        store.make("a.json", "k2", half_written)
    with open_store(tmp_path) as store:
        assert store.is_current("a.json", "k1")
    assert (tmp_path / "a.json").read_text() == "old"
    assert not (tmp_path / STAGING_FOLDER).exists()


def half_written(path: Path) -> None:
    path.write_text("half")
    raise OSError("disk full")


def test_removed_results_disappear_with_their_keys(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.make("findings/a.json", "k", lambda path: path.write_text("1"))
        store.commit()
        store.commit(remove=("findings/a.json",))
    with open_store(tmp_path) as store:
        assert not store.is_current("findings/a.json", "k")
    assert not (tmp_path / "findings/a.json").exists()


def test_two_commands_at_once_do_not_mix(tmp_path: Path) -> None:
    with open_store(tmp_path), pytest.raises(UsageError, match="Another command"), open_store(tmp_path):
        pass


def test_interrupted_moves_are_finished(tmp_path: Path) -> None:
    staging = tmp_path / STAGING_FOLDER
    staging.mkdir()
    (tmp_path / "a.json").write_text("old")
    (staging / "a.json").write_text("new")
    (staging / "b.json").write_text("new")
    (tmp_path / JOURNAL_FILE).write_text(json.dumps({"moves": ["a.json", "b.json", "moved_before"]}))
    finish_moves(tmp_path)
    assert (tmp_path / "a.json").read_text() == (tmp_path / "b.json").read_text() == "new"
    assert not (tmp_path / JOURNAL_FILE).exists()


def test_a_build_killed_at_any_moment_leaves_a_whole_edition(tmp_path: Path) -> None:
    chance = random.Random(20121231)
    seen: set[str] = set()
    # A busy machine writes more slowly: the time given grows until about half of the writers finish.
    reach = 0.06
    for kill in range(KILLS):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), str(kill)], stdout=subprocess.PIPE, text=True
        ) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n"
            time.sleep(chance.uniform(0.002, reach))
            writer.kill()
        whole_before_mending = texts(tmp_path)
        assert all(len(found) <= 1 for found in whole_before_mending.values())
        with open_store(tmp_path):
            pass
        editions = texts(tmp_path)
        assert len(set().union(*editions.values())) <= 1, editions
        finished = set().union(*editions.values())
        reach *= 0.9 if finished - seen else 1.1
        seen |= finished
    assert len(seen) > KILLS // 10, "enough writers must have finished an edition, on a busy machine too"


def test_digests_see_names_contents_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("1")
    first = tree_digest(tmp_path)
    (tmp_path / "one").write_text("2")
    assert tree_digest(tmp_path) != first
    (tmp_path / "one").write_text("1")
    assert tree_digest(tmp_path) == first
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1}) != digest({"a": 1, "b": 3})


def test_what_a_killed_run_had_made_whole_is_taken_up(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.make("a.json", "old", lambda path: path.write_text("old"))
        store.commit()
    with open_store(tmp_path) as store:
        store.make("a.json", "k", lambda path: path.write_text("new"))
        store.make("findings/b.json", "k", lambda path: path.write_text("b"))
        with pytest.raises(OSError, match="disk full"):
            store.make("c.json", "k", half_written)
    assert (tmp_path / "a.json").read_text() == "old"
    with open_store(tmp_path) as store:
        assert not store.make("a.json", "k", never)
        assert not store.is_current("findings/b.json", "other inputs")
        assert store.make("findings/b.json", "other inputs", lambda path: path.write_text("b2"))
        assert store.make("c.json", "k", lambda path: path.write_text("c"))
        assert store.path("a.json").read_text() == "new"
        store.commit()
    assert [(tmp_path / name).read_text() for name in ("a.json", "findings/b.json", "c.json")] == ["new", "b2", "c"]
    assert not (tmp_path / STAGING_FOLDER).exists()


def test_results_of_one_step_are_taken_up_together_or_not_at_all(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="disk full"), open_store(tmp_path) as store:
        store.make_together("k", {"site": lambda path: path.write_text("first"), "site.json": half_written})
    with open_store(tmp_path) as store:
        assert not store.is_current("site", "k")
        assert store.make_together("k", dict.fromkeys(("site", "site.json"), lambda path: path.write_text("second")))
        assert not store.make_together("k", dict.fromkeys(("site", "site.json"), never))
        store.commit()
    assert (tmp_path / "site").read_text() == (tmp_path / "site.json").read_text() == "second"


def test_what_was_changed_after_the_kill_is_made_again(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.make("a.json", "k", lambda path: path.write_text("whole"))
    (tmp_path / STAGING_FOLDER / "a.json").write_text("who")
    with open_store(tmp_path) as store:
        assert not store.is_current("a.json", "k")
        assert not (tmp_path / STAGING_FOLDER).exists()


def test_a_run_that_needs_nothing_of_a_killed_one_leaves_nothing_of_it(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.make("a.json", "k", lambda path: path.write_text("whole"))
    with open_store(tmp_path) as store:
        store.commit()
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def never(path: Path) -> None:
    raise AssertionError(f"{path.name} was made again")
