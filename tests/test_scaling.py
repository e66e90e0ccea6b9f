"""The benchmark of size: copies of the worked example are other places, and every step is measured."""

from __future__ import annotations

import json
import math
import subprocess
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest

from evaluation import scaling

ROWS = pl.DataFrame(
    {
        "Incident Ref": ["IFL/2008/000002", None],
        "Ward": ["Eastmarsh", "Bellmoor"],
        "Alleged Perpetrator": ["Lanfer Jaskuffield", "JASKUFFIELD, Lanfer"],
        "Perpetrator DOB": ["19/09/1961", "not known"],
        "Perpetrator Address": ["30 Zephyr Lane, Wexbourne WX5 2NB", None],
        "Perpetrator Phone": ["0115 496 0438", "01632 960751"],
    }
)


def test_the_first_place_is_the_worked_example_itself() -> None:
    assert scaling.another_place(ROWS, 0).equals(ROWS)


def test_another_place_has_other_people_in_wards_of_the_same_name() -> None:
    first, second = (scaling.another_place(ROWS, copy) for copy in (1, 2))
    assert first["Alleged Perpetrator"].to_list() == ["Lanferab Jaskuffieldab", "JASKUFFIELDab, Lanferab"]
    assert first["Perpetrator DOB"].to_list() == ["20/09/1961", "not known"]
    assert first["Perpetrator Address"][0] == "30 Zephyr Lane, Wexbourne AB AB5 2NB"
    assert first["Ward"].equals(ROWS["Ward"])
    assert first.null_count().equals(ROWS.null_count())
    for name in set(ROWS.columns) - {"Ward"}:
        assert not set(first[name].drop_nulls()) & set(second[name].drop_nulls()) - {"not known"}, name


def test_every_encoding_and_form_is_read_as_text(tmp_path: Path) -> None:
    for name, encoding in (("iworld", "utf-16"), ("uniform", "cp1252"), ("flare", "utf-8-sig")):
        path = tmp_path / f"{name}.csv"
        path.write_bytes("Ref,Details\r\n001,caf\u00e9\r\n".encode(encoding))
        assert scaling._rows(path).rows() == [("001", "caf\u00e9")]
    (tmp_path / "confirm.csv").write_text("Report\nPrinted\n\nEnquiry Number,Ward\n007,North\nTotal,1\n")
    assert scaling._rows(tmp_path / "confirm.csv").rows() == [("007", "North")]


def test_a_step_that_breaks_off_leaves_those_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = [
        {"step": "Records", "seconds": 2.04, "peak_gib": 0.5},
        {"step": "Studies", "seconds": 3.0, "peak_gib": 1.25},
    ]
    size = {"rows": 9, "incidents": 5, "people": 2}

    def ended(code: int, lines: list[dict[str, object]]) -> None:
        text = "\n".join(["another line", *map(json.dumps, lines)])
        monkeypatch.setattr(subprocess, "run", lambda *_, **__: SimpleNamespace(stdout=text, returncode=code))

    monkeypatch.setattr(scaling, "_free_gib", lambda: math.inf)
    ended(0, [*steps, size])
    table = scaling.scale_bench([3])
    assert table["step"].to_list() == ["Records", "Studies", scaling.WHOLE]
    assert table["seconds"].to_list() == [2.0, 3.0, 5.0]
    assert table["peak_gib"].to_list() == [0.5, 1.25, 1.25]
    assert set(table["incidents"]) == {5}
    ended(-9, steps[:1])
    assert scaling.scale_bench([3])["ended_with_code"].to_list() == [-9, -9]


def test_memory_is_watched_with_that_of_the_processes_started(capsys: pytest.CaptureFixture[str]) -> None:
    with scaling.Watch() as watch:
        watch.begin("One")
        held = scaling._held()
        with subprocess.Popen(["sleep", "5"]) as other:
            assert scaling._held() > held * 0.5
            assert str(other.pid) in set(scaling._children("self"))
            other.kill()
        watch.end("One", 1.5)
    told = json.loads(capsys.readouterr().out)
    assert told["step"] == "One"
    assert told["peak_gib"] >= held > 0.01


def test_a_size_for_which_there_is_no_room_is_left_out_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = json.dumps({"step": "Records", "seconds": 2.0, "peak_gib": 0.5})
    ended = SimpleNamespace(stdout=f"{lines}\n{json.dumps({'rows': 9, 'incidents': 5, 'people': 2})}", returncode=0)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: ended)
    monkeypatch.setattr(scaling, "_free_gib", lambda: scaling.needed_gib(10) + 0.5)
    table = scaling.scale_bench([1, 10, 1000])
    assert table["times"].to_list() == [1, 1, 10, 10, 1000]
    why = table["step"][-1]
    assert (
        why
        == f"Left out: it needs about {scaling.needed_gib(1000):.0f} GiB, and {scaling._free_gib():.0f} GiB are free"
    )
    assert table.row(-1, named=True)["seconds"] is None


def test_more_places_need_more_memory() -> None:
    needed = [scaling.needed_gib(times) for times in (1, 10, 30, 100, 1000)]
    assert needed == sorted(needed)
    assert scaling._free_gib() > 0
