"""Recurrent spells against a slow, obvious walk through each person's days."""

from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.follow_up.spells import recurrent_spells

END = 60
people = st.fixed_dictionaries(
    {
        "opened": st.integers(1, 50),
        "start": st.none() | st.integers(1, END),
        "incidents": st.lists(st.integers(1, END), max_size=6),
    }
)


def walk(person):
    """Spells by going through the days one by one."""
    spells, entry = [], 0
    for day in range(person["opened"] + 1, END + 1):
        happened = person["incidents"].count(day)
        if happened or day == person["start"] or day == END:
            since = person["opened"] + entry
            treated = person["start"] is not None and person["start"] <= since
            spells.append((entry, day - person["opened"], happened, treated))
            entry = day - person["opened"]
    return spells


@settings(max_examples=40, deadline=None)
@given(st.lists(people, min_size=1, max_size=4))
def test_spells_are_what_a_walk_through_the_days_gives(make_tables, on_day, council):
    records = make_tables(
        incidents=[(f"p{i}", d) for i, p in enumerate(council) for d in p["incidents"]],
        cases=[(f"c{i}", f"p{i}", p["opened"], None, None) for i, p in enumerate(council)],
        starts=[(f"c{i}", f"p{i}", p["start"], "mediation") for i, p in enumerate(council) if p["start"] is not None],
    )
    found = recurrent_spells(records, scheme="mediation", as_of=on_day(END)).collect()
    for i, person in enumerate(council):
        rows = found.filter(subject_id=f"p{i}").sort("entry").drop("subject_id").rows()
        assert rows == walk(person)
