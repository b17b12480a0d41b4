-- The bytes of the audit log by month (docs/adr: the audit log by month). The narrow rows of audit_entries stay for
-- ever, so they take along what the chain and the tree are made of: the hash of the leaf, and its time, which names
-- its month. No leaf is copied: the table as it stands becomes the first month, which also holds all before it.
ALTER TABLE "audit_entries" DROP CONSTRAINT "audit_entries_leaf_id_audit_leaves_id_fk";
--> statement-breakpoint
ALTER TABLE "audit_entries" ADD COLUMN "leaf_at" timestamp (6) with time zone;--> statement-breakpoint
ALTER TABLE "audit_entries" ADD COLUMN "leaf_hash" text;--> statement-breakpoint
ALTER TABLE "audit_entries" DISABLE TRIGGER "audit_entries_append_only";--> statement-breakpoint
UPDATE "audit_entries" e SET "leaf_at" = l."at", "leaf_hash" = l."leaf_hash" FROM "audit_leaves" l WHERE l."id" = e."leaf_id";
--> statement-breakpoint
ALTER TABLE "audit_entries" ENABLE TRIGGER "audit_entries_append_only";--> statement-breakpoint
ALTER TABLE "audit_entries" ALTER COLUMN "leaf_at" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "audit_entries" ALTER COLUMN "leaf_hash" SET NOT NULL;--> statement-breakpoint
-- A sequencer of the build before, which knows nothing of the two, goes on during a rolling upgrade.
CREATE FUNCTION audit_fill_entry() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  SELECT l.at, l.leaf_hash INTO NEW.leaf_at, NEW.leaf_hash FROM public.audit_leaves l WHERE l.id = NEW.leaf_id;
  RETURN NEW;
END;
$$;
--> statement-breakpoint
CREATE TRIGGER audit_entries_fill BEFORE INSERT ON audit_entries FOR EACH ROW
  WHEN (NEW.leaf_hash IS NULL OR NEW.leaf_at IS NULL) EXECUTE FUNCTION audit_fill_entry();
--> statement-breakpoint
-- The first month.
DROP TRIGGER audit_leaves_append_only ON audit_leaves;--> statement-breakpoint
ALTER TABLE "audit_leaves" DROP CONSTRAINT "audit_leaves_entry_id_unique";--> statement-breakpoint
ALTER TABLE "audit_leaves" DROP CONSTRAINT "audit_leaves_pkey";--> statement-breakpoint
ALTER TABLE "audit_leaves" RENAME TO "audit_leaves_first";--> statement-breakpoint
ALTER INDEX "audit_leaves_order" RENAME TO "audit_leaves_first_order";--> statement-breakpoint
ALTER INDEX "audit_leaves_incident" RENAME TO "audit_leaves_first_incident";--> statement-breakpoint
CREATE TABLE "audit_leaves" (LIKE "audit_leaves_first" INCLUDING DEFAULTS INCLUDING CONSTRAINTS) PARTITION BY RANGE ("at");
--> statement-breakpoint
ALTER SEQUENCE "audit_leaves_id_seq" OWNED BY "audit_leaves"."id";--> statement-breakpoint
ALTER TABLE "audit_leaves" ADD CONSTRAINT "audit_leaves_pkey" PRIMARY KEY ("id", "at");--> statement-breakpoint
CREATE INDEX "audit_leaves_order" ON "audit_leaves" USING btree ("xid", "id");--> statement-breakpoint
CREATE INDEX "audit_leaves_incident" ON "audit_leaves" USING btree ("incident_id");--> statement-breakpoint
CREATE TRIGGER audit_leaves_append_only BEFORE UPDATE OR DELETE ON audit_leaves
  FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
--> statement-breakpoint
CREATE TRIGGER audit_leaves_no_truncate BEFORE TRUNCATE ON audit_leaves
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
--> statement-breakpoint
-- Named after the month in which it ends, like all that follow it.
DO $$
DECLARE
  newest timestamp := (SELECT greatest(clock_timestamp(), max(at)) FROM audit_leaves_first) AT TIME ZONE 'UTC';
  month text := to_char(newest, 'YYYY_MM');
BEGIN
  EXECUTE format('ALTER TABLE audit_leaves_first RENAME TO audit_leaves_%s', month);
  EXECUTE format('ALTER INDEX audit_leaves_first_order RENAME TO audit_leaves_%s_order', month);
  EXECUTE format('ALTER INDEX audit_leaves_first_incident RENAME TO audit_leaves_%s_incident', month);
  EXECUTE format('ALTER TABLE audit_leaves ATTACH PARTITION audit_leaves_%s FOR VALUES FROM (MINVALUE) TO (%L)',
    month, to_char(date_trunc('month', newest) + interval '1 month', 'YYYY-MM-DD') || ' 00:00:00+00');
END;
$$;
--> statement-breakpoint
-- An insert never fails for want of a month.
CREATE TABLE "audit_leaves_default" PARTITION OF "audit_leaves" DEFAULT;--> statement-breakpoint
CREATE TRIGGER audit_leaves_no_truncate BEFORE TRUNCATE ON audit_leaves_default
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
--> statement-breakpoint
-- The service may have months made ahead, and that alone: it takes no argument and makes the same few tables whoever
-- calls it. A month whose leaves lie in the default partition already stays there. It waits for no long reader.
CREATE FUNCTION audit_make_months() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
  this_month timestamp := date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC');
  month timestamp;
  partition text;
  made integer := 0;
BEGIN
  FOR ahead IN 0..3 LOOP
    month := this_month + make_interval(months => ahead);
    partition := 'audit_leaves_' || to_char(month, 'YYYY_MM');
    CONTINUE WHEN to_regclass('public.' || partition) IS NOT NULL;
    BEGIN
      EXECUTE format('CREATE TABLE public.%I (LIKE public.audit_leaves INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', partition);
      EXECUTE format('CREATE TRIGGER audit_leaves_no_truncate BEFORE TRUNCATE ON public.%I
        FOR EACH STATEMENT EXECUTE FUNCTION public.audit_refuse_change()', partition);
      EXECUTE format('ALTER TABLE public.audit_leaves ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)', partition,
        to_char(month, 'YYYY-MM-DD') || ' 00:00:00+00',
        to_char(month + interval '1 month', 'YYYY-MM-DD') || ' 00:00:00+00');
      made := made + 1;
    EXCEPTION
      -- Leaves of that month in the default partition, or a partition of another name that covers it.
      WHEN check_violation OR invalid_object_definition THEN NULL;
    END;
  END LOOP;
  RETURN made;
END;
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION audit_make_months() FROM PUBLIC;--> statement-breakpoint
SELECT audit_make_months();
