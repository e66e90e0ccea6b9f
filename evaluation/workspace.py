"""A partnership's workspace: what `partnership.toml` says, and where everything is.

A workspace is a folder with a `partnership.toml`. It may hold nothing more than that and its extracts: the studies,
scheme records, pages and notebooks shipped with the package then serve. What the workspace has of its own is laid
over what is shipped, file by file, so that a council adds a study or a scheme by adding one file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evaluation.errors import DataError, StudyError, UsageError, did_you_mean, expected

SETTINGS_FILE = "partnership.toml"
PACKAGE_FOLDER = Path(__file__).resolve().parent


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ExtractSettings(_Strict):
    """One extract: where it is and which mapping reads it.

    `path` is a file, relative to the workspace, or a database address. `mapping` is a shipped name, `canonical:TABLE`
    or a TOML file of the workspace. `dates` declares an order of day and month that the values do not prove. `licence`
    declares openly licensed data: aggregates of it need no protection.
    """

    path: str
    mapping: str
    dates: Literal["day-first", "month-first"] | None = None
    licence: str | None = None
    source: str | None = None


class ExampleSettings(_Strict):
    """The worked example: its extracts are generated from this seed before anything is read."""

    seed: int = Field(ge=0)


class PublishingSettings(_Strict):
    """Disclosure control: the smallest count shown, and the base every count is rounded to."""

    threshold: int = Field(default=10, ge=1)
    base: int = Field(default=5, ge=1)
    renderer: str = Field(default="auto", pattern="^(auto|quarto|smalldocs)$")


Pounds = Annotated[Decimal, Field(strict=False, ge=0)]


class UnitCost(_Strict):
    """What one unit (an incident, an hour) costs whom, with its source, year, range, price base and deflator."""

    value: Pounds
    unit: str
    source: str
    year: str
    payer: str | None = None
    low: Pounds | None = None
    high: Pounds | None = None
    price_base: str | None = None
    deflator: Annotated[Decimal, Field(strict=False, gt=0)] | None = None
    deflator_source: str | None = None
    synthetic: bool | None = None


class PrivacySettings(_Strict):
    """Where the key of the pseudonyms lies: outside the repository, created on first use."""

    key: str | None = None


class DecisionSettings(_Strict):
    """Files with people's answers to uncertain matches and unknown words, relative to the workspace."""

    linking: str | None = None
    receipts: str | None = None
    words: str | None = None


class IncomeSettings(_Strict):
    """Where a court or council differs: a TOML file of allocation rules, relative to the workspace."""

    rules: str | None = None


class Settings(_Strict):
    """`partnership.toml`, checked."""

    name: str = "Our partnership"
    as_of: date
    synthetic: bool = False
    notice: str | None = None
    example: ExampleSettings | None = None
    extracts: dict[str, ExtractSettings] = Field(default_factory=dict)
    publishing: PublishingSettings = PublishingSettings()
    privacy: PrivacySettings = PrivacySettings()
    unit_costs: dict[str, UnitCost] = Field(default_factory=dict)
    quality: dict[str, float | int] = Field(default_factory=dict)
    decisions: DecisionSettings = DecisionSettings()
    income: IncomeSettings = IncomeSettings()


@dataclass(frozen=True)
class Workspace:
    """A checked workspace.

    Attributes
    ----------
    root
        The folder of `partnership.toml`.
    settings
        What the file says; `as_of` already replaced when a command was given another date.
    output
        Another build folder than the workspace's own.
    """

    root: Path
    settings: Settings
    output: Path | None = None

    @property
    def build(self) -> Path:
        """The folder every output goes to."""
        return self.output or self.root / "build"

    @property
    def as_of(self) -> date:
        """The day up to which everything is followed."""
        return self.settings.as_of

    @property
    def key_file(self) -> Path | None:
        """Where the key of the pseudonyms lies; None where everybody is invented and the key is public."""
        if self.settings.synthetic:
            return None
        return Path(self.settings.privacy.key or f"~/.config/evaluation/{slug(self.settings.name)}.key").expanduser()

    @property
    def contracts(self) -> Path:
        """The folder of contract files; contracts are a partnership's own, so none are shipped to others."""
        return self.root / "contracts"

    def extract_address(self, name: str) -> Path | str:
        """Return where the extract `name` is read from: a path in the workspace, or a database address."""
        address = self.settings.extracts[name].path
        return address if "://" in address else self.root / address

    def mapping(self, name: str) -> str:
        """Return the mapping of the extract `name`: a shipped name, or the full path of the workspace's own file."""
        mapping = self.settings.extracts[name].mapping
        return str(self.root / mapping) if mapping.endswith(".toml") else mapping

    def layers(self, folder: str) -> tuple[Path, ...]:
        """Return the folders called `folder`, the shipped one first and the workspace's own after it."""
        candidates = dict.fromkeys([shipped(folder), self.root / folder])
        return tuple(path for path in candidates if path.is_dir())

    def files(self, folder: str, pattern: str) -> Mapping[str, Path]:
        """Return the files of all layers by stem; the workspace's own file replaces a shipped one of the same name."""
        found = {path.stem: path for layer in self.layers(folder) for path in sorted(layer.glob(pattern))}
        return {stem: found[stem] for stem in sorted(found) if not stem.startswith("_")}


def shipped(folder: str) -> Path:
    """Return where the package's own file or folder is: beside it in a checkout, inside it once installed."""
    inside = PACKAGE_FOLDER / "_shipped" / folder
    return inside if inside.exists() else PACKAGE_FOLDER.parent / folder


def chosen_files(what: str, files: Mapping[str, Path], names: Sequence[str]) -> Mapping[str, Path]:
    """Return the files of `names`, or all of them when none is named.

    Raises
    ------
    StudyError
        A name has no file; the near name is given.
    """
    unknown = [name for name in names if name not in files]
    if unknown:
        lines = [f"There is no {what} '{name}'.{did_you_mean(name, files)}" for name in unknown]
        raise StudyError(f"These cannot be run; there are: {', '.join(files)}.", lines)
    return {name: files[name] for name in names} if names else files


def slug(name: str) -> str:
    """Return `name` as a file stem: lower case letters, digits and underscores."""
    letters = "".join(letter.lower() if letter.isalnum() and letter.isascii() else "_" for letter in name)
    return "_".join(part for part in letters.split("_") if part) or "partnership"


def open_workspace(folder: Path, *, as_of: date | None = None) -> Workspace:
    """Read and check the `partnership.toml` of `folder`.

    Parameters
    ----------
    folder
        The workspace.
    as_of
        Follow up to this day instead of the one in the file.

    Raises
    ------
    UsageError
        There is no such folder or no `partnership.toml` in it.
    DataError
        The file cannot be read or says something that is not allowed; every fault is named.
    """
    root = folder.resolve()
    file = root / SETTINGS_FILE
    if not file.is_file():
        raise UsageError(
            f"There is no {SETTINGS_FILE} in the folder {root}. Give its folder with --workspace, or start one: "
            "evaluation init"
        )
    settings = _read_settings(file)
    return Workspace(root, settings if as_of is None else settings.model_copy(update={"as_of": as_of}))


def _read_settings(file: Path) -> Settings:
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{file.name} cannot be read as TOML: {error}.") from error
    try:
        return Settings.model_validate(content)
    except ValidationError as error:
        problems = sorted(_problems(error))
        raise DataError(f"{file.name} has {len(problems)} fault(s).", problems) from error


def _problems(error: ValidationError) -> Iterator[str]:
    for fault in error.errors():
        place = ".".join(str(part) for part in fault["loc"])
        if fault["type"] == "extra_forbidden":
            near = did_you_mean(str(fault["loc"][-1]), _siblings(fault["loc"]))
            yield f"{place}: this key is not known.{near}"
        elif fault["type"] == "missing":
            yield f"{place}: this key is missing."
        else:
            told = expected(fault["type"], fault["msg"], fault.get("ctx", {}))
            yield f"{place}: {told}; found {_found(fault['input'])}."


def _found(value: object) -> str:
    """Show a value as it stands in the file: a day as a day, a text in quotes."""
    return str(value) if isinstance(value, date) else repr(value)


def _siblings(place: tuple[int | str, ...]) -> list[str]:
    """Name the keys that are allowed where an unknown one stands."""
    model: Any = Settings
    sections: dict[str, type[BaseModel]] = {
        "example": ExampleSettings,
        "extracts": ExtractSettings,
        "publishing": PublishingSettings,
        "privacy": PrivacySettings,
        "decisions": DecisionSettings,
        "income": IncomeSettings,
        "unit_costs": UnitCost,
    }
    if len(place) > 1:
        model = sections.get(str(place[0]), Settings)
    return list(model.model_fields)
