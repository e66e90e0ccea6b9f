"""From the extracts councils really have to tables that can be trusted: read, map, code, check, link, pseudonymise."""
