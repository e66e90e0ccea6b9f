"""Commissioning: contracts as files, outputs and outcomes apart, verdicts by rule, value with its uncertainty."""

from evaluation.commissioning.contract import Contract
from evaluation.commissioning.drafts import QUESTIONS, contract_draft, new_contract
from evaluation.commissioning.indigo import export_indigo
from evaluation.commissioning.loading import DraftContract, draft_contracts, json_schema, load_contracts, read_contract
from evaluation.commissioning.result import ContractResult, evaluate, write, write_differences

__all__ = [
    "QUESTIONS",
    "Contract",
    "ContractResult",
    "DraftContract",
    "contract_draft",
    "draft_contracts",
    "evaluate",
    "export_indigo",
    "json_schema",
    "load_contracts",
    "new_contract",
    "read_contract",
    "write",
    "write_differences",
]
