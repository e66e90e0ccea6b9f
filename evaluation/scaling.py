"""How the whole build grows: the worked example taken 1, 10 and 100 times, each in a process of its own.

Every copy is another place of the same kind: its people have other names, dates of birth, addresses and telephone
numbers, its cases other numbers. So nothing is read, linked or counted more cheaply than for places that differ.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any

import polars as pl

LETTERS = "ABDEFGHJLNPRSTUW"
GIB = 1024**3
WATCHED_EVERY = 0.1
WHOLE = "Whole build"
GIB_ALWAYS, GIB_EACH = 1.3, 0.13
NUMBERS = r"(?:Ref|Reference|Number|Reference Value)$"
PEOPLE = r"(?:Perpetrator|Nominal|Complainant|Defendant|Payer)$"
PLACES = r"(?:Address|Location|Site Name)$"
TELEPHONES, BIRTHS = r"Phone$", r"DOB$"


# ---- places of the same kind


def write_places(folder: Path, times: int) -> Path:
    """Write a workspace whose extracts hold the worked example `times` times, and return its folder.

    Parameters
    ----------
    folder
        Where to write.
    times
        Number of places; the first is the worked example itself.
    """
    from evaluation.example import write_extracts
    from evaluation.templates import write_example
    from evaluation.workspace import open_workspace

    example = write_extracts(folder / "example")
    (folder / "extracts").mkdir(parents=True)
    for name, path, _ in example.extracts:
        _write_repeated(_rows(path), folder / "extracts" / f"{name}.csv", times if name != "returns" else 1)
    settings = write_example(folder)
    text = settings.read_text(encoding="utf-8").replace("build/example/", "extracts/").replace(".xlsx", ".csv")
    settings.write_text(text.replace("[example]\nseed", "# seed"), encoding="utf-8")
    return open_workspace(folder).root


def _rows(path: Path) -> pl.DataFrame:
    """Read one extract as text, whatever its form."""
    if path.suffix == ".xlsx":
        rows = pl.read_excel(path, infer_schema_length=0)
        return rows.with_columns(pl.col("Date Logged").str.slice(0, 10))
    text = _decoded(path.read_bytes())
    lines = text.splitlines(keepends=True)
    if path.stem == "confirm":  # three lines of title, and a total at the end
        lines = lines[3:-1]
    return pl.read_csv("".join(lines).encode(), infer_schema_length=0)


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252")


def _write_repeated(rows: pl.DataFrame, path: Path, times: int) -> None:
    with path.open("wb") as file:
        for copy in range(times):
            another_place(rows, copy).write_csv(file, include_header=copy == 0)


def another_place(rows: pl.DataFrame, copy: int) -> pl.DataFrame:
    """Return the rows of an extract as those of another place: other people, addresses and case numbers.

    Parameters
    ----------
    rows
        All text.
    copy
        Which place; 0 is the place as it is.
    """
    if copy == 0:
        return rows
    code = LETTERS[copy // len(LETTERS)] + LETTERS[copy % len(LETTERS)]
    named, digits = pl.col(f"^.*{PEOPLE}"), pl.col(f"^.*{NUMBERS}")
    return rows.with_columns(
        named.str.replace_all(r"([A-Za-z]+)", f"${{1}}{code.lower()}"),
        digits + str(copy),
        pl.col(f"^.*{PLACES}").str.replace_all("WX", code).str.replace("Wexbourne", f"Wexbourne {code}"),
        pl.col(f"^.*{TELEPHONES}").str.replace(r"^0\d\d", f"0{100 + copy}"),
        *(_shifted(name, copy) for name in rows.columns if name.endswith(BIRTHS.rstrip("$"))),
    )


def _shifted(name: str, days: int) -> pl.Expr:
    """Move a date of birth by some days, written as it was."""
    text = pl.col(name)
    forms = ("%d/%m/%Y", "%Y-%m-%d")
    moved = [(text.str.to_date(form, strict=False) + pl.duration(days=days)).dt.strftime(form) for form in forms]
    return pl.coalesce(*moved, text)


# ---- seconds and memory


@dataclass
class Watch:
    """Progress that watches the memory of this process and of those it started.

    Attributes
    ----------
    peaks
        The most memory held during each step, in GiB.
    """

    peaks: dict[str, float] = field(default_factory=dict[str, float])
    _title: str = ""
    _over: Event = field(default_factory=Event)

    def begin(self, title: str) -> None:
        """Watch a step."""
        self._title = title
        self.peaks.setdefault(title, _held())

    def advance(self, done: int, total: int) -> None:
        """Say nothing."""

    def end(self, title: str, seconds: float) -> None:
        """Stop watching the step, and tell what it took: a later step may not come to its end."""
        self._note()
        self._title = ""
        print(json.dumps({"step": title, "seconds": seconds, "peak_gib": self.peaks[title]}), flush=True)

    def stop(self) -> None:
        """Watch the step no longer: it failed."""
        self._title = ""

    def __enter__(self) -> Watch:
        """Begin to watch."""
        Thread(target=self._watch, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Watch no longer."""
        self._over.set()

    def _watch(self) -> None:
        while not self._over.wait(WATCHED_EVERY):
            self._note()

    def _note(self) -> None:
        title = self._title
        if title:
            self.peaks[title] = max(self.peaks[title], _held())


def _held() -> float:
    """Memory held now by this process and those it started, in GiB."""
    return sum(map(_resident, ["self", *_children("self")])) * _page_size() / GIB


def _children(process: str) -> Iterator[str]:
    for listed in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            found = listed.read_text(encoding="ascii").split()
        except OSError:
            continue
        for child in found:
            yield child
            yield from _children(child)


def _resident(process: str) -> int:
    try:
        return int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    except OSError:  # it has ended since it was listed
        return 0


def _page_size() -> int:
    import resource

    return resource.getpagesize()


# ---- the benchmark


def scale_bench(times: Sequence[int]) -> pl.DataFrame:
    """Measure the whole build, step by step, on the worked example taken several times.

    Parameters
    ----------
    times
        How many times the worked example is taken; 100 is 6 million incidents from 11 million rows.

    Returns
    -------
    polars.DataFrame
        `times, rows, incidents, people, step, seconds, peak_gib`; a row a step, and one for the whole build. A size
        that needs more memory than this machine has free is left out, and one row says so.
    """
    return pl.DataFrame([row for count in times for row in _measured(count)], infer_schema_length=None)


def needed_gib(times: int) -> float:
    """Tell about how much memory the build of a size takes, from what was measured at 1, 10 and 100 times.

    Parameters
    ----------
    times
        How many times the worked example is taken.
    """
    return GIB_ALWAYS + GIB_EACH * times


def _measured(times: int) -> list[dict[str, Any]]:
    needed, free = needed_gib(times), _free_gib()
    if needed < free:
        return _in_a_process(times)
    why = f"Left out: it needs about {needed:.0f} GiB, and {free:.0f} GiB are free"
    return [{"times": times, "step": why, "seconds": None, "peak_gib": None}]


def _free_gib() -> float:
    """Memory that this machine can give, in GiB; without bound where it does not say."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return math.inf
    free = (int(line.split()[1]) for line in lines if line.startswith("MemAvailable:"))
    return next((kib * 1024 / GIB for kib in free), math.inf)


def _in_a_process(times: int) -> list[dict[str, Any]]:
    with TemporaryDirectory(prefix="evaluation-scale-") as made:
        command = [sys.executable, "-m", "evaluation.scaling", made, str(times)]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
    told = [json.loads(line) for line in answer.stdout.splitlines() if line.startswith("{")]
    size = told.pop() if answer.returncode == 0 else {"ended_with_code": answer.returncode}
    whole = {
        "step": WHOLE,
        "seconds": sum(one["seconds"] for one in told),
        "peak_gib": max((one["peak_gib"] for one in told), default=0.0),
    }
    return [{"times": times, **size, **_rounded(one)} for one in [*told, whole]]


def _rounded(one: dict[str, Any]) -> dict[str, Any]:
    return {"step": one["step"], "seconds": round(one["seconds"], 1), "peak_gib": round(one["peak_gib"], 2)}


def measure(folder: Path, times: int) -> None:
    """Write the places, build them as `evaluation build --no-notebooks` does, and print what each step took."""
    from evaluation import build
    from evaluation.job import Job
    from evaluation.progress import Steps
    from evaluation.publication import publish
    from evaluation.store import open_store
    from evaluation.workspace import open_workspace

    workspace = open_workspace(write_places(folder / "places", times))
    with Watch() as watch, open_store(workspace.build) as store:
        job = Job(workspace, store, Steps(watch))
        build.read_records(job)
        publish(job, build.all_results(job), ())
        print(json.dumps(_size(job)), flush=True)
        store.commit()


def _size(job: Any) -> Mapping[str, int]:
    return {
        "rows": sum(one["read"] for one in job.about_records["inputs"]),
        "incidents": job.records.count("Incidents"),
        "people": len(job.records.levels("Incidents", "subject_id")),
    }


if __name__ == "__main__":
    measure(Path(sys.argv[1]), int(sys.argv[2]))
