"""The command and its groups, without the commands: each subject adds its own."""

from __future__ import annotations

from cyclopts import App

from evaluation import __version__
from evaluation.reporting import Common

PLAIN = Common()
"""The common options when none is given."""

app = App(
    name="evaluation",
    version=__version__,
    help="Intervention outcomes evaluation and commissioning analytics for community-safety partnerships.",
    help_format="markdown",
    suppress_keyboard_interrupt=False,  # it is told as a sentence, like every other end
    help_epilogue="Start with: evaluation demo (the worked example), or evaluation init FOLDER (your own data).",
)
new = App(name="new", help="Start a contract, scheme, study or mapping from a commented draft.")
export = App(name="export", help="Write results in layouts that others use.")
app.command(new)
app.command(export)
app.register_install_completion_command()  # pyright: ignore[reportUnknownMemberType]
