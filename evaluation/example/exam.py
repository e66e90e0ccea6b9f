"""The exam: simulate whole councils whose truth is known, run the studies on them as the build does, and mark them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np

from evaluation.example.exam_attempt import STUDIES, Attempt, attempt
from evaluation.example.exam_keep import Kept
from evaluation.example.exam_marks import ExamResult, mark
from evaluation.example.exam_plan import Plan, Question, load_plan
from evaluation.example.truth import Truth, true_effects

ONE_THREAD = ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def truth_of(plan: Plan, number: int) -> Truth:
    """Compute the truth of one scenario with the plan's own seed."""
    scenario = plan.questions[number].scenario
    seed = np.random.SeedSequence([plan.seed, 1000 + number]).generate_state(1)[0]
    name = scenario.schemes[0].name
    return true_effects(scenario, name, int(seed), people=plan.truth_people, copies=plan.truth_copies)


def run_exam(
    replicates: int | None = None,
    seed: int | None = None,
    *,
    scenarios: Sequence[str | Question] | None = None,
    progress: Callable[[int, int], None] | None = None,
    workers: int = 2,
    studies: Sequence[str] = STUDIES,
    plan: Plan | None = None,
    keep: Path | None = None,
) -> ExamResult:
    """Run the exam.

    Parameters
    ----------
    replicates, seed
        Councils a scenario and the seed; the plan's when None.
    scenarios
        Scenarios of one's own, or names (or beginnings of names) of the plan's; all of the plan's when None.
    progress
        Called with the number of councils done and to do.
    workers
        Processes; 1 runs in this process.
    studies
        Names of the studies under `analyses/` that take turns.
    plan
        Another plan than the shipped one.
    keep
        A file in which answers are kept as they come; an exam that was stopped goes on from there.

    Returns
    -------
    ExamResult
        With `to_json()`, `markdown()` and the verdict on each criterion.
    """
    plan = plan or load_plan()
    plan = replace(
        plan,
        replicates=replicates or plan.replicates,
        seed=plan.seed if seed is None else seed,
        questions=_chosen(plan, scenarios),
    )
    kept = Kept(keep, plan, tuple(studies)) if keep else None
    truths: dict[int, Truth] = {}
    attempts: list[Attempt] = []
    if kept:
        truths, attempts = kept.read()
    jobs = _jobs(plan, truths, attempts)
    before = _all_jobs(plan) - len(jobs)
    for done, (number, answer) in enumerate(_answers(plan, jobs, tuple(studies), workers), start=before + 1):
        _take(number, answer, truths, attempts, kept)
        if progress:
            progress(done, before + len(jobs))
    asked: list[Attempt] = sorted(
        (one for one in attempts if one.replicate < plan.replicates), key=lambda one: (one.question, one.replicate)
    )
    return mark(plan, truths, asked)


def kept_result() -> ExamResult | None:
    """Return the exam that is kept beside this module, None where none has been run."""
    file = files("evaluation.example") / "exam_result.json"
    return ExamResult.from_json(file.read_text(encoding="utf-8")) if file.is_file() else None


Job = tuple[str, int, int]


def _all_jobs(plan: Plan) -> int:
    return len(plan.questions) * (1 + plan.replicates)


def _jobs(plan: Plan, truths: dict[int, Truth], attempts: Sequence[Attempt]) -> list[Job]:
    """All that is still to do; councils of all scenarios take turns, so that a part of the exam is fair to all."""
    done = {(one.question, one.replicate) for one in attempts}
    numbers = range(len(plan.questions))
    jobs: list[Job] = [("truth", number, 0) for number in numbers if number not in truths]
    councils = ((number, replicate) for replicate in range(plan.replicates) for number in numbers)
    return jobs + [("council", *council) for council in councils if council not in done]


def _take(
    number: int, answer: Truth | Attempt, truths: dict[int, Truth], attempts: list[Attempt], kept: Kept | None
) -> None:
    if isinstance(answer, Truth):
        truths[number] = answer
        if kept:
            kept.add_truth(number, answer)
    else:
        attempts.append(answer)
        if kept:
            kept.add_attempt(answer)


def _chosen(plan: Plan, scenarios: Sequence[str | Question] | None) -> tuple[Question, ...]:
    if scenarios is None:
        return plan.questions
    chosen: list[Question] = []
    for wanted in scenarios:
        if isinstance(wanted, Question):
            chosen.append(wanted)
        else:
            chosen += [question for question in plan.questions if question.name.startswith(wanted)]
    return tuple(chosen)


def _answer(plan: Plan, job: Job, studies: tuple[str, ...]) -> tuple[int, Truth | Attempt]:
    kind, number, replicate = job
    return number, truth_of(plan, number) if kind == "truth" else attempt(plan, number, replicate, studies)


def _answers(
    plan: Plan, jobs: Sequence[Job], studies: tuple[str, ...], workers: int
) -> Iterator[tuple[int, Truth | Attempt]]:
    if workers <= 1:
        for job in jobs:
            yield _answer(plan, job, studies)
        return
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from multiprocessing import get_context

    # Each process has one core's work; threads within it would only get in each other's way.
    for name in ONE_THREAD:
        os.environ.setdefault(name, "1")
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for done in as_completed([pool.submit(_answer, plan, job, studies) for job in jobs]):
            yield done.result()
