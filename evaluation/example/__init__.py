"""The worked-example partnership (synthetic, truth known) and the known-truth exam."""

from evaluation.example.exam import kept_result, run_exam
from evaluation.example.exam_marks import ExamResult
from evaluation.example.exam_plan import Plan, Question, load_plan, question
from evaluation.example.writing import Example, write_extracts

__all__ = [
    "ExamResult",
    "Example",
    "Plan",
    "Question",
    "kept_result",
    "load_plan",
    "question",
    "run_exam",
    "write_extracts",
]
