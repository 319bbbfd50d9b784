-- What the application may do. Run as the owner after every migration. The books and the audit log: read and add, never change.
GRANT USAGE ON SCHEMA public TO trustfund_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO trustfund_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO trustfund_app;

DO $$
DECLARE
    kept regclass;
BEGIN
    FOR kept IN
        SELECT c.oid::regclass FROM pg_class c
        WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
          AND c.relname IN ('audit_event', 'ledger_entry', 'ledger_line', 'ledger_seal', 'ledger_funding', 'ledger_allocation', 'ledger_rate', 'ledger_account',
                            'ledger_closedbooks', 'ledger_closedmovement', 'ledger_closedbalance', 'banking_bankstatement', 'closings_checklist',
                            'closings_review', 'closings_reopening')
    LOOP
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %s FROM trustfund_app', kept);
    END LOOP;
    -- what a bank's statement follows on, and whether it was withdrawn, is ours to say; triggers see to the rest
    EXECUTE 'GRANT UPDATE (previous_id, withdrawal_id) ON banking_bankstatement TO trustfund_app';
    -- the application never migrates
    EXECUTE 'REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM trustfund_app';
END
$$;
