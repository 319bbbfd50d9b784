"""The database function that posts on PostgreSQL: one statement takes the heads, numbers, writes, links and seals.

Under the heads' lock every millisecond counts for everybody who waits, so nothing goes back and forth between them. The canonical
form stays Python's alone (trustfund.chain): it comes in pieces, between which the function sets what is known under the lock only,
the instant, the number and the seal's number. The triggers check what it writes like anything else; on SQLite, `writing` does the same.

Where the caller's clock is behind the last act on record or the last seal, the instant is set after them: what was posted after a
reopening says so, though it waited. Plans are made while the tables are small and used when they are large: hence no sequential scans,
and no compilation for a handful of rows.
"""

POST = """
CREATE OR REPLACE FUNCTION ledger_post(entries jsonb) RETURNS TABLE (outcome text, seal bigint, numbered integer, placed bigint)
LANGUAGE plpgsql ROWS 1 SET enable_seqscan = off SET jit = off AS $body$
DECLARE
  each jsonb;
  said text;
  last_at timestamptz;
  last_act bigint;
  last_seq bigint;
  last_hash text;
  next_at timestamptz;
  next_hash text;
BEGIN
  -- Both heads in one statement: rows are locked in the order in which they are named, the audit's first, and read after the wait.
  SELECT a.seq, l.seq, l.hash INTO last_act, last_seq, last_hash
  FROM audit_audithead a, ledger_ledgerhead l WHERE a.id = 1 AND l.id = 1 FOR UPDATE OF a, l;
  -- A statement of its own, for it must see what was committed while that one waited.
  SELECT GREATEST((SELECT e.at FROM audit_event e WHERE e.seq = last_act), (SELECT s.at FROM ledger_seal s WHERE s.seq = last_seq))
  INTO last_at;
  FOR turn IN 0 .. jsonb_array_length(entries) - 1 LOOP
    each := entries->turn;
    SELECT
      (SELECT e.seal_id FROM ledger_entry e WHERE e.reference = each->>'reference'),
      (SELECT e.number FROM ledger_entry e WHERE e.year_id = (each->>'year')::integer ORDER BY e.year_id DESC, e.number DESC LIMIT 1),
      (SELECT p.id FROM ledger_period p WHERE p.year_id = (each->>'year')::integer AND p.number = (each->>'period')::integer
        AND p.state IN ('open', 'closing'))
    INTO seal, numbered, placed;
    IF seal IS NOT NULL THEN
      outcome := 'same'; numbered := NULL; placed := NULL;
      RETURN NEXT;
      CONTINUE;
    END IF;
    IF placed IS NULL THEN
      outcome := 'period'; numbered := NULL;
      RETURN NEXT;
      RETURN;
    END IF;
    numbered := COALESCE(numbered, 0) + 1;
    last_seq := last_seq + 1;
    next_at := (each->>'at')::timestamptz;
    IF next_at < last_at THEN
      next_at := last_at + interval '1 microsecond';
    END IF;
    last_at := next_at;
    INSERT INTO ledger_entry (seal_id, year_id, number, period_id, date, kind, reference, source, object_type, object_id, by_id,
      reverses_id)
    VALUES (last_seq, (each->>'year')::integer, numbered, placed, (each->>'date')::date, each->>'kind', each->>'reference',
      each->>'source', each->>'object_type', each->>'object_id', (each->>'by')::bigint, (each->>'reverses')::bigint);
    INSERT INTO ledger_line (id, entry_id, position, date, account_id, window_id, subaccount_id, debit, credit, currency,
      original_minor, rate)
    SELECT last_seq * 100000 + l.place, last_seq, l.place, (each->>'date')::date, l.leg->>0, l.leg->>1, (l.leg->>2)::bigint,
      (l.leg->>3)::bigint, (l.leg->>4)::bigint, l.leg->>5, (l.leg->>6)::bigint, l.leg->>7
    FROM jsonb_array_elements(each->'legs') WITH ORDINALITY AS l (leg, place) ORDER BY l.place;
    said := (each->>'head') || to_char(next_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') || (each->>'middle') || numbered
      || replace(each->>'tail', each->>'word', last_seq::text);
    next_hash := encode(sha256(convert_to(last_hash || said, 'UTF8')), 'hex');
    INSERT INTO ledger_seal (seq, at, version, previous_hash, hash)
    VALUES (last_seq, next_at, (each->>'version')::integer, last_hash, next_hash);
    last_hash := next_hash;
    outcome := 'posted'; seal := last_seq;
    RETURN NEXT;
  END LOOP;
END;
$body$
"""

POST_ONLY = "SELECT outcome, seal, numbered, placed FROM ledger_post(%s)"
POST_WITH_ACT = """
SELECT p.outcome, p.seal, p.numbered, p.placed, a.seq, a.moment, a.before, a.linked
FROM ledger_post(%s) p LEFT JOIN LATERAL audit_record(CASE WHEN p.outcome = 'posted' THEN %s::jsonb END) a ON TRUE
"""
"""Post one entry and put the act on record that caused it: no act without its entry, none when the entry was posted before."""
