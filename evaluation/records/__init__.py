"""From the extracts councils really have to tables that can be trusted: read, map, code, check, link, pseudonymise."""

from evaluation.records.assembly import Records, assemble
from evaluation.records.drafting import draft_mapping
from evaluation.records.extract import Extract, read_extract
from evaluation.records.keeping import load, scan, write
from evaluation.records.mapping import load_mapping, mappings
from evaluation.records.pseudonyms import load_key
from evaluation.records.quality import Quality, measure
from evaluation.records.rejected import write_rejected
from evaluation.records.taught import read_taught

__all__ = [
    "Extract",
    "Quality",
    "Records",
    "assemble",
    "draft_mapping",
    "load",
    "load_key",
    "load_mapping",
    "mappings",
    "measure",
    "read_extract",
    "read_taught",
    "scan",
    "write",
    "write_rejected",
]
