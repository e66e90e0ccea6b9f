"""From the extracts councils really have to tables that can be trusted: read, map, code, check, link, pseudonymise."""

from evaluation.records.assembly import Records, assemble
from evaluation.records.extract import Extract, read_extract
from evaluation.records.keeping import load, write
from evaluation.records.mapping import load_mapping, mappings
from evaluation.records.pseudonyms import load_key

__all__ = ["Extract", "Records", "assemble", "load", "load_key", "load_mapping", "mappings", "read_extract", "write"]
