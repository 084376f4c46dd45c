"""Writing the audit trail, and sealing it."""

from homeward.audit.services.recording import record, record_reads
from homeward.audit.services.sealing import keep_head, seal_all, seal_events

__all__ = ["keep_head", "record", "record_reads", "seal_all", "seal_events"]
