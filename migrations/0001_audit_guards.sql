-- The audit log only grows. Grants keep the application out; these triggers also refuse its owner, and TRUNCATE,
-- which passes row triggers. Whoever drops them is a superuser or the owner, and the checkpoints outside tell on it.
CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'The audit log is append-only: % on % is refused.', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege', HINT = 'Append a correcting entry instead.';
END;
$$;
--> statement-breakpoint
CREATE TRIGGER audit_leaves_append_only BEFORE UPDATE OR DELETE ON audit_leaves
  FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
--> statement-breakpoint
CREATE TRIGGER audit_leaves_no_truncate BEFORE TRUNCATE ON audit_leaves
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
--> statement-breakpoint
CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE ON audit_entries
  FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
--> statement-breakpoint
CREATE TRIGGER audit_entries_no_truncate BEFORE TRUNCATE ON audit_entries
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
--> statement-breakpoint
-- The sequencer's one row; the chain starts from 64 zeros.
INSERT INTO audit_sequencer (id, last_hash, last_xid) VALUES (1, repeat('0', 64), '0');
--> statement-breakpoint
ALTER TABLE audit_sequencer ADD CONSTRAINT audit_sequencer_one_row CHECK (id = 1);
