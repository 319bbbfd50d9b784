"""The database function that puts an act on record on PostgreSQL in one statement; `trustfund.ledger.procedures` says why and how."""

from __future__ import annotations

from typing import Any

RECORD = """
CREATE OR REPLACE FUNCTION audit_record(at timestamptz, pieces text[], actor bigint, act text, object_type text, object_id text,
  details text, version integer) RETURNS TABLE (seq bigint, moment timestamptz, before text, linked text)
LANGUAGE plpgsql AS $body$
BEGIN
  SELECT h.seq, h.hash INTO seq, before FROM audit_audithead h WHERE h.id = 1 FOR UPDATE;
  SELECT GREATEST(audit_record.at, MAX(e.at) + CASE WHEN MAX(e.at) > audit_record.at THEN interval '1 microsecond' ELSE interval '0' END)
    INTO moment FROM audit_event e WHERE e.seq = audit_record.seq;
  seq := seq + 1;
  linked := encode(sha256(convert_to(before || pieces[1] || to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')
    || pieces[2] || seq || pieces[3], 'UTF8')), 'hex');
  INSERT INTO audit_event (seq, at, actor_id, act, object_type, object_id, details, version, previous_hash, hash)
  VALUES (seq, moment, actor, act, object_type, object_id, details, version, before, linked);
  RETURN NEXT;
END;
$body$
"""


def install(schema_editor: Any) -> None:
    """Make or replace the function; for migrations. Nothing on SQLite, where acts are put on record step by step."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(RECORD, None)
