"""One file per question: a study protocol that reads like a protocol, with its assumptions log beside it."""
