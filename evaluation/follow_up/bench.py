"""Measure how long incidents take to become spells: `python -m evaluation.follow_up.bench [INCIDENTS]`."""

from __future__ import annotations

import resource
import sys
import time
from datetime import date

import numpy as np
import polars as pl

from evaluation.follow_up.histories import EPOCH, histories
from evaluation.follow_up.spells import recurrent_spells

DAYS = 1826
PER_PERSON = 10


def large_records(incidents: int, seed: int = 1) -> dict[str, pl.DataFrame]:
    """Records of a made-up region: ten incidents and a case and a half a person, a tenth of them helped."""
    rng = np.random.default_rng(seed)
    people, first = incidents // PER_PERSON, (date(2008, 1, 1) - EPOCH).days
    names = "P" + pl.Series(np.arange(people)).cast(pl.String).str.zfill(8)

    def days(size: int) -> pl.Series:
        return pl.Series(first + rng.integers(0, DAYS, size), dtype=pl.Int32).cast(pl.Date)

    owner = rng.integers(0, people, incidents)
    case_owner = np.concatenate([np.arange(people), rng.integers(0, people, people // 2)])
    helped = rng.choice(people, people // 10, replace=False)
    return {
        "Incidents": pl.DataFrame({"subject_id": names[owner], "occurred_on": days(incidents), "source": "flare"}),
        "Cases": pl.DataFrame(
            {
                "case_id": pl.Series(np.arange(case_owner.size)).cast(pl.String),
                "subject_id": names[case_owner],
                "opened_on": days(case_owner.size),
            }
        ),
        "Interventions": pl.DataFrame(
            {"subject_id": names[helped], "scheme": "mediation", "started_on": days(helped.size)}
        ),
    }


def measure(incidents: int) -> dict[str, float]:
    """Seconds for spells and for histories, and the peak memory in GiB."""
    records, as_of = large_records(incidents), date(2012, 12, 31)
    begun = time.perf_counter()
    spells = recurrent_spells(records, scheme="mediation", as_of=as_of).collect(engine="streaming")
    spelled = time.perf_counter()
    past = histories(records, scheme="mediation", as_of=as_of)
    done = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    return {
        "incidents": incidents,
        "people": past.size,
        "spells": spells.height,
        "seconds_spells": round(spelled - begun, 2),
        "seconds_histories": round(done - spelled, 2),
        "peak_gib": round(peak, 2),
    }


if __name__ == "__main__":
    print(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000))
