"""The database function that puts an act on record on PostgreSQL in one statement; `trustfund.ledger.procedures` says why and how.

It is STRICT: told of nothing, it records nothing. So a posting takes its act along, and one that posts nothing records nothing.
"""

from __future__ import annotations

from typing import Any

RECORD = """
CREATE OR REPLACE FUNCTION audit_record(told jsonb) RETURNS TABLE (seq bigint, moment text, before text, linked text)
LANGUAGE plpgsql STRICT ROWS 1 AS $body$
DECLARE
  at timestamptz := (told->>'at')::timestamptz;
  last_at timestamptz;
BEGIN
  SELECT h.seq, h.hash INTO seq, before FROM audit_audithead h WHERE h.id = 1 FOR UPDATE;
  SELECT e.at INTO last_at FROM audit_event e WHERE e.seq = audit_record.seq;
  IF at < last_at THEN
    at := last_at + interval '1 microsecond';
  END IF;
  seq := seq + 1;
  moment := to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US');
  linked := encode(sha256(convert_to(before || (told->>'head') || moment || (told->>'middle') || seq || (told->>'tail'), 'UTF8')), 'hex');
  INSERT INTO audit_event (seq, at, actor_id, act, object_type, object_id, details, version, previous_hash, hash)
  VALUES (seq, at, (told->>'actor')::bigint, told->>'act', told->>'object_type', told->>'object_id', told->>'details',
    (told->>'version')::integer, before, linked);
  RETURN NEXT;
END;
$body$
"""

OLD = "DROP FUNCTION IF EXISTS audit_record(timestamptz, text[], bigint, text, text, text, text, integer)"
"""What stood before it took one argument."""


def install(schema_editor: Any) -> None:
    """Make or replace the function; for migrations. Nothing on SQLite, where acts are put on record step by step."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(OLD, None)
        schema_editor.execute(RECORD, None)
