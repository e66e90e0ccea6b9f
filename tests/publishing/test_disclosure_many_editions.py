"""A reader who keeps every edition learns of no few people who came between any two of them."""

from __future__ import annotations

from itertools import combinations, product
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.optimize import linprog

from evaluation.publishing.disclosure import protect, release_differences
from evaluation.publishing.editions import MOST_KEPT, keep_edition, read_edition
from evaluation.publishing.release import Rules, release_tables

WARDS = ("N", "E", "S")
KINDS = ("noise", "damage")
CELLS = tuple(product((*WARDS, "All"), (*KINDS, "All")))
EDITIONS = 4
NARROW = 10 - 1e-6


def tabulate(counts: np.ndarray) -> pl.DataFrame:
    whole = np.pad(counts, ((0, 1), (0, 1)))
    whole[-1, :-1], whole[:-1, -1], whole[-1, -1] = counts.sum(0), counts.sum(1), counts.sum()
    rows = [(ward, kind, int(count)) for (ward, kind), count in zip(CELLS, whole.ravel(), strict=True)]
    return pl.DataFrame(rows, schema=["ward", "kind", "count"], orient="row")


def editions(seed: int, *, remembered: bool = True) -> list[pl.DataFrame]:
    """Four editions with a few people more each time."""
    rng = np.random.default_rng(seed)
    counts = rng.negative_binomial(2, 0.05, (3, 2)) + rng.integers(0, 40)
    made = [protect(tabulate(counts))]
    for _ in range(EDITIONS - 1):
        counts = counts + rng.poisson(rng.choice([1, 2, 4]), (3, 2))
        made.append(release_differences(made[-1], tabulate(counts), earlier=made[:-1] if remembered else ()))
    return made


class Reader:
    """Knows every figure of every edition to the unit in the edition that released it, and that nobody ever left."""

    def __init__(self, made: list[pl.DataFrame]) -> None:
        size = len(CELLS)
        self.width = size * len(made)
        self.sums, self.growth, self.bounds = [], [], []
        for place, edition in enumerate(made):
            stands = edition["delayed"] if "delayed" in edition.columns else pl.repeat(False, size, eager=True)
            open_cells = (edition["hidden"] | stands).to_list()
            known = zip(edition["count"], edition["hidden"], open_cells, strict=True)
            self.bounds += [((1 if is_hidden else 0) if is_open else n, None if is_open else n)
                            for n, is_hidden, is_open in known]  # fmt: skip
            for index, cell in enumerate(CELLS):
                for axis, parts in ((0, WARDS), (1, KINDS)):
                    if cell[axis] == "All":
                        below = [(part, cell[1]) if axis == 0 else (cell[0], part) for part in parts]
                        self.sums.append(self.line({index: 1, **{CELLS.index(one): -1 for one in below}}, place))
                if place:
                    self.growth.append(self.line({index: -1, index - size: 1}, place))

    def line(self, signs: dict[int, int], place: int) -> np.ndarray:
        made = np.zeros(self.width)
        for index, sign in signs.items():
            made[index + place * len(CELLS)] = sign
        return made

    def interval(self, aim: np.ndarray) -> float:
        """How closely a sum of counts can be pinned: the width of its interval."""
        ends = []
        for sign in (1.0, -1.0):
            answer = linprog(
                sign * aim, A_eq=np.array(self.sums), b_eq=np.zeros(len(self.sums)), A_ub=np.array(self.growth),
                b_ub=np.zeros(len(self.growth)), bounds=self.bounds,
            )  # fmt: skip
            assert answer.status in (0, 3)
            ends.append(answer.fun if answer.status == 0 else -np.inf)
        return -ends[1] - ends[0]


def pinned(made: list[pl.DataFrame]) -> list[tuple[object, ...]]:
    """Hidden counts, and small changes between any two editions, that the reader pins closer than ten people."""
    reader = Reader(made)
    found: list[tuple[object, ...]] = []
    for place, edition in enumerate(made):
        for index in np.flatnonzero((edition["hidden"] & (edition["count"] < 10)).to_numpy()):
            if reader.interval(reader.line({int(index): 1}, place)) < NARROW:
                found.append((place, CELLS[index]))
    for first, second in combinations(range(len(made)), 2):
        change = (made[second]["count"] - made[first]["count"]).to_list()
        for index, moved in enumerate(change):
            aim = reader.line({index: 1}, second) - reader.line({index: 1}, first)
            if 0 < moved < 10 and reader.interval(aim) < NARROW:
                found.append((first, second, CELLS[index]))
    return found


@pytest.mark.parametrize("seed", [2, 13, 33, 38])
def test_four_editions_together_pin_nobody(seed: int):
    assert pinned(editions(seed)) == []


def test_editions_compared_with_the_last_one_alone_would_pin_somebody():
    assert pinned(editions(38, remembered=False)), "this attack would prove nothing if it never succeeded"


def test_figures_still_move_when_enough_people_came():
    made = editions(13)
    fresh = [(~edition["hidden"] & ~edition["delayed"]).sum() for edition in made[1:]]
    assert sum(fresh) > 0


def test_the_kept_edition_remembers_those_before_it(tmp_path: Path):
    counts = [tabulate(np.full((3, 2), 40 + step)) for step in (0, 0, 12, 24)]
    last = None
    for table in counts:
        before, history = (last.tables, last.history) if last else (None, ())
        _, frames = release_tables({"cases": table}, Rules(), earlier=before, history=history)
        keep_edition(tmp_path, "2012-12-31", [], frames, last)
        last = read_edition(tmp_path)
    assert last is not None
    shown = [tables["cases"]["count"].to_list()[0] for tables in (*last.history, last.tables)]
    assert shown == [40, 52, 64], "an edition that showed nothing new is not kept twice"
    for step in range(MOST_KEPT + 2):
        _, frames = release_tables({"cases": tabulate(np.full((3, 2), 90 + 15 * step))}, Rules(), earlier=last.tables)
        keep_edition(tmp_path, "2013-12-31", [], frames, last)
        last = read_edition(tmp_path)
        assert last is not None
    assert len(last.history) == MOST_KEPT


def test_an_edition_with_tables_follows_one_that_had_none(tmp_path: Path) -> None:
    keep_edition(tmp_path, "2012-11-30", ())
    _, frames = release_tables({"cases": tabulate(np.full((3, 2), 40))}, Rules())
    keep_edition(tmp_path, "2012-12-31", (), frames, read_edition(tmp_path))
    kept = read_edition(tmp_path)
    assert kept is not None
    assert (set(kept.tables), kept.history) == ({"cases"}, ())
