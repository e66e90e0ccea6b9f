"""Questions that a commissioner asks: each answer is at most two links from the first page, in words one can see."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.browser

QUESTIONS = [
    ("Which schemes should we stop paying for?", [], "Stop or change Warning letters: little or no difference"),
    ("Can I have the figures as a spreadsheet?", ["The figures as a spreadsheet"], "Workbook with every table"),
    ("How sure are we of that?", ["ASBOs"], "Low"),
    ("What works?", [], "It is Mediation."),
    ("What must be decided first, and by when?", [], "by 29 Jan 2013"),
    ("What is owed to us in court costs?", [], "£20,223.50 is owed to the council"),
    ("How much of it is late?", ["How late it is"], "About 7 in 10 pounds owed are late"),
    ("Is the list of orders complete?", ["Court costs"], "without an order and without a reason"),
    ("Does the counselling contract work?", ["Contracts", "City Counselling"], "Verdict: outcomes not evidenced"),
    ("When must we give notice on it?", ["Contracts", "City Counselling"], "Decide by 29 January 2013"),
    ("What does mediation cost for each repeat spared?", ["Mediation"], "for each person spared a repeat"),
    ("What has worked for neighbour disputes?", ["Problems", "Neighbour disputes"], "Followed by fewer repeats"),
    ("Whose data are missing?", ["What the data cover"], "PSS Live sent no extract."),
    ("What do I take to the tasking meeting?", ["JATAC sheet", "Sheet for 17 January 2013"], "JATAC’s own decisions"),
    ("Why should I believe this?", ["Why trust these numbers"], "The methods sit an exam"),
    (
        "How many cases are older than a year?",
        [],
        "240 cases are open and not dealt with, 160 of them for over 6 months",
    ),
    ("What does the ladder show?", ["How far up the ladder people go"], "who began with a warning went further up"),
    ("How good is the police data?", ["How good the data are"], "CEDAR holds no record"),
    ("What changed since last time?", ["Changes since last time"], "This is the first edition"),
    ("Which wards report most?", ["Incidents by ward"], "Incidents by ward and month"),
    ("How many more cases would settle it?", ["Acceptable Behaviour Contracts"], "About 140 more people"),
]


def test_every_answer_is_two_links_away(window: Any) -> None:
    opened = window()
    missing = []
    for question, links, answer in QUESTIONS:
        assert len(links) <= 2, question
        page = opened.goto("index.html")
        for name in links:
            page.get_by_role("link", name=name, exact=True).first.click()
            page.wait_for_load_state()
        if answer not in " ".join(page.locator("main").inner_text().split()):
            missing.append(question)
    assert missing == []
