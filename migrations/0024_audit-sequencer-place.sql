-- The service's login moves the sequencer's place, and could move it past leaves that have no number: they would never
-- get one, and no export would hold them. So the place goes no further than what is numbered, and only on to an entry
-- that is there. Nothing more is asked of the entries: where somebody tampered with them the log goes on, and the
-- verifier says where. A superuser can switch this off; then the daily review and every export count what was passed over.
CREATE FUNCTION audit_refuse_skip() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NEW.origin <> OLD.origin OR NEW.epoch < OLD.epoch OR NEW.size < OLD.size
     OR (NEW.size = OLD.size AND NEW.last_hash IS DISTINCT FROM OLD.last_hash)
     OR (NEW.size > OLD.size
         AND NEW.last_hash IS DISTINCT FROM (SELECT e.hash FROM public.audit_entries e WHERE e.seq = NEW.size)) THEN
    RAISE EXCEPTION 'The sequencer goes on to an entry that is there: % is refused.', NEW.size
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  -- In the index's order and with a limit, so that the planner goes through the index and not through the whole log.
  IF EXISTS (SELECT FROM (
       SELECT l.id FROM public.audit_leaves l
        WHERE (l.xid, l.id) > (OLD.last_xid, OLD.last_leaf_id) AND (l.xid, l.id) <= (NEW.last_xid, NEW.last_leaf_id)
        ORDER BY l.xid, l.id LIMIT 10000000) AS leaf
      -- A number beyond the place is in no export either.
      WHERE coalesce((SELECT e.seq FROM public.audit_entries e WHERE e.leaf_id = leaf.id LIMIT 1) > NEW.size, true)) THEN
    RAISE EXCEPTION 'The sequencer passes over no entry of the audit log that has no number in line.'
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END;
$$;
--> statement-breakpoint
CREATE TRIGGER audit_sequencer_no_skip BEFORE UPDATE ON audit_sequencer
  FOR EACH ROW EXECUTE FUNCTION audit_refuse_skip();
