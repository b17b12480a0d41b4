CREATE SEQUENCE "public"."change_ids" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
CREATE SEQUENCE "public"."evidence_ids" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
CREATE SEQUENCE "public"."incident_ids" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
CREATE SEQUENCE "public"."proposal_ids" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
CREATE SEQUENCE "public"."run_ids" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
CREATE TABLE "alerts" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"incident_id" text NOT NULL,
	"fingerprint" text NOT NULL,
	"source" text NOT NULL,
	"status" text NOT NULL,
	"name" text NOT NULL,
	"service" text,
	"environment" text,
	"severity" text NOT NULL,
	"labels" jsonb NOT NULL,
	"annotations" jsonb NOT NULL,
	"starts_at" timestamp (6) with time zone NOT NULL,
	"ends_at" timestamp (6) with time zone,
	"generator_url" text,
	"repeats" integer DEFAULT 0 NOT NULL,
	"first_seen_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	"last_seen_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "alerts_status" CHECK (status in ('firing', 'resolved'))
);
--> statement-breakpoint
CREATE TABLE "attempts" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"run_id" text NOT NULL,
	"step_id" text NOT NULL,
	"step_index" integer NOT NULL,
	"direction" text NOT NULL,
	"effect" text NOT NULL,
	"number" integer NOT NULL,
	"uses" text NOT NULL,
	"crash_class" text NOT NULL,
	"state" text NOT NULL,
	"idempotency_key" text NOT NULL,
	"fence" bigint NOT NULL,
	"request_hash" text NOT NULL,
	"before" jsonb,
	"after" jsonb,
	"handle" jsonb,
	"output" jsonb,
	"detail" text,
	"intended_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	"sent_at" timestamp (6) with time zone,
	"finished_at" timestamp (6) with time zone,
	CONSTRAINT "attempts_state" CHECK (state in ('intended', 'sent', 'done', 'failed', 'unknown'))
);
--> statement-breakpoint
CREATE TABLE "audit_entries" (
	"seq" bigint PRIMARY KEY NOT NULL,
	"leaf_id" bigint NOT NULL,
	"prev_hash" text NOT NULL,
	"hash" text NOT NULL,
	"sequenced_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "audit_entries_leaf_id_unique" UNIQUE("leaf_id")
);
--> statement-breakpoint
CREATE TABLE "audit_leaves" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"xid" "xid8" DEFAULT pg_current_xact_id() NOT NULL,
	"at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	"entry_id" text NOT NULL,
	"event" text NOT NULL,
	"incident_id" text,
	"bytes" "bytea" NOT NULL,
	"leaf_hash" text NOT NULL,
	CONSTRAINT "audit_leaves_entry_id_unique" UNIQUE("entry_id")
);
--> statement-breakpoint
CREATE TABLE "audit_sequencer" (
	"id" integer PRIMARY KEY DEFAULT 1 NOT NULL,
	"epoch" integer DEFAULT 1 NOT NULL,
	"size" bigint DEFAULT 0 NOT NULL,
	"last_hash" text NOT NULL,
	"last_xid" "xid8" NOT NULL,
	"last_leaf_id" bigint DEFAULT 0 NOT NULL,
	"cluster_id" text,
	"frontier" jsonb DEFAULT '[]'::jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "cards" (
	"id" text PRIMARY KEY NOT NULL,
	"incident_id" text NOT NULL,
	"surface" text NOT NULL,
	"channel" text NOT NULL,
	"message" text,
	"attempted_at" timestamp (6) with time zone,
	"posted_at" timestamp (6) with time zone,
	"updated_at" timestamp (6) with time zone,
	"shown_hash" text
);
--> statement-breakpoint
CREATE TABLE "change_reports" (
	"source" text NOT NULL,
	"source_id" text NOT NULL,
	"change_id" text NOT NULL,
	"received_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "change_reports_source_source_id_pk" PRIMARY KEY("source","source_id")
);
--> statement-breakpoint
CREATE TABLE "changes" (
	"id" text PRIMARY KEY DEFAULT 'CHG-' || nextval('change_ids') NOT NULL,
	"kind" text NOT NULL,
	"service" text NOT NULL,
	"environment" text,
	"at" timestamp (6) with time zone NOT NULL,
	"finished_at" timestamp (6) with time zone,
	"revision" text,
	"previous" jsonb,
	"actor" text,
	"url" text,
	"summary" text,
	"outcome" text,
	"received_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "confirmations" (
	"proposal_id" text NOT NULL,
	"person_id" text NOT NULL,
	"at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "confirmations_proposal_id_person_id_pk" PRIMARY KEY("proposal_id","person_id")
);
--> statement-breakpoint
CREATE TABLE "decisions" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"proposal_id" text NOT NULL,
	"person_id" text NOT NULL,
	"person_name" text NOT NULL,
	"decision" text NOT NULL,
	"reason" text,
	"plan_hash" text NOT NULL,
	"roles_at_time" jsonb NOT NULL,
	"groups_at_time" jsonb NOT NULL,
	"surface" text NOT NULL,
	"at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	"withdrawn_at" timestamp (6) with time zone,
	CONSTRAINT "decisions_decision" CHECK (decision in ('approve', 'reject'))
);
--> statement-breakpoint
CREATE TABLE "deliveries" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"source" text NOT NULL,
	"delivery_key" text NOT NULL,
	"body" "bytea" NOT NULL,
	"status" integer NOT NULL,
	"answer" jsonb NOT NULL,
	"replays" integer DEFAULT 0 NOT NULL,
	"received_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "evidence" (
	"id" text PRIMARY KEY DEFAULT 'EV-' || nextval('evidence_ids') NOT NULL,
	"incident_id" text NOT NULL,
	"key" text NOT NULL,
	"kind" text NOT NULL,
	"source" text NOT NULL,
	"at" timestamp (6) with time zone NOT NULL,
	"fact" text NOT NULL,
	"url" text,
	"data" jsonb NOT NULL,
	"collected_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "freezes" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"service" text,
	"reason" text NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	"until" timestamp (6) with time zone NOT NULL,
	"lifted_at" timestamp (6) with time zone,
	"lifted_by" text
);
--> statement-breakpoint
CREATE TABLE "incidents" (
	"id" text PRIMARY KEY DEFAULT 'INC-' || nextval('incident_ids') NOT NULL,
	"title" text NOT NULL,
	"service" text,
	"environment" text,
	"severity" text NOT NULL,
	"severity_pinned" boolean DEFAULT false NOT NULL,
	"state" text DEFAULT 'open' NOT NULL,
	"origin" text NOT NULL,
	"onset_at" timestamp (6) with time zone NOT NULL,
	"opened_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	"updated_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	"acknowledged_at" timestamp (6) with time zone,
	"mitigated_at" timestamp (6) with time zone,
	"resolved_at" timestamp (6) with time zone,
	"quiet_since" timestamp (6) with time zone,
	"assignments" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"suspects" jsonb,
	"summary" jsonb,
	"no_proposal" text,
	"follow_ups" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"collected_at" timestamp (6) with time zone,
	"pagerduty_incident_id" text,
	CONSTRAINT "incidents_state" CHECK (state in ('open', 'acknowledged', 'mitigated', 'resolved')),
	CONSTRAINT "incidents_severity" CHECK (severity in ('SEV1', 'SEV2', 'SEV3', 'SEV4', 'SEV5'))
);
--> statement-breakpoint
CREATE TABLE "leases" (
	"name" text PRIMARY KEY NOT NULL,
	"owner" text NOT NULL,
	"fence" bigint DEFAULT 1 NOT NULL,
	"until" timestamp (6) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "outbox_messages" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"surface" text NOT NULL,
	"kind" text NOT NULL,
	"incident_id" text,
	"channel" text,
	"priority" integer NOT NULL,
	"coalesce_key" text,
	"payload" jsonb NOT NULL,
	"state" text DEFAULT 'waiting' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"not_before" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	"last_error" text,
	"created_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	"sent_at" timestamp (6) with time zone,
	CONSTRAINT "outbox_state" CHECK (state in ('waiting', 'sending', 'sent', 'dead'))
);
--> statement-breakpoint
CREATE TABLE "playbook_records" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"playbook" text NOT NULL,
	"service" text,
	"owner" text,
	"criticality" integer,
	"outcome" text NOT NULL,
	"run_id" text NOT NULL,
	"at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "playbook_records_run_id_unique" UNIQUE("run_id")
);
--> statement-breakpoint
CREATE TABLE "proposals" (
	"id" text PRIMARY KEY DEFAULT 'PRO-' || nextval('proposal_ids') NOT NULL,
	"incident_id" text NOT NULL,
	"state" text DEFAULT 'pending' NOT NULL,
	"playbook" text NOT NULL,
	"playbook_digest" text NOT NULL,
	"plan_json" text NOT NULL,
	"plan_digest" text NOT NULL,
	"plan_hash" text NOT NULL,
	"tier" integer NOT NULL,
	"tier_reasons" jsonb NOT NULL,
	"required" jsonb NOT NULL,
	"requester" text NOT NULL,
	"nonce" text NOT NULL,
	"policy_version" text NOT NULL,
	"reasons" jsonb NOT NULL,
	"created_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	"expires_at" timestamp (6) with time zone NOT NULL,
	"closed_at" timestamp (6) with time zone,
	"closed_reason" text,
	"symptom_gone" boolean DEFAULT false NOT NULL,
	"reminded_at" timestamp (6) with time zone,
	CONSTRAINT "proposals_state" CHECK (state in ('pending', 'approved', 'rejected', 'expired', 'superseded', 'drifted', 'cancelled'))
);
--> statement-breakpoint
CREATE TABLE "refusal_counts" (
	"source" text NOT NULL,
	"reason" text NOT NULL,
	"minute" timestamp (6) with time zone NOT NULL,
	"count" integer DEFAULT 1 NOT NULL,
	"audited_at" timestamp (6) with time zone,
	CONSTRAINT "refusal_counts_source_reason_minute_pk" PRIMARY KEY("source","reason","minute")
);
--> statement-breakpoint
CREATE TABLE "replicas" (
	"id" text PRIMARY KEY NOT NULL,
	"role" text NOT NULL,
	"version" text NOT NULL,
	"started_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	"seen_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	"stopped_at" timestamp (6) with time zone
);
--> statement-breakpoint
CREATE TABLE "run_targets" (
	"run_id" text NOT NULL,
	"lock_key" text NOT NULL,
	"released_at" timestamp (6) with time zone,
	CONSTRAINT "run_targets_run_id_lock_key_pk" PRIMARY KEY("run_id","lock_key")
);
--> statement-breakpoint
CREATE TABLE "runs" (
	"id" text PRIMARY KEY DEFAULT 'RUN-' || nextval('run_ids') NOT NULL,
	"incident_id" text NOT NULL,
	"proposal_id" text NOT NULL,
	"state" text DEFAULT 'queued' NOT NULL,
	"direction" text DEFAULT 'forward' NOT NULL,
	"fence" bigint DEFAULT 0 NOT NULL,
	"lease_owner" text,
	"lease_until" timestamp (6) with time zone,
	"stop_requested_by" text,
	"stop_reason" text,
	"created_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	"started_at" timestamp (6) with time zone,
	"finished_at" timestamp (6) with time zone,
	"detail" text,
	"crashes" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "runs_state" CHECK (state in ('queued', 'running', 'waiting', 'unknown', 'succeeded', 'failed', 'undone', 'stopped'))
);
--> statement-breakpoint
CREATE TABLE "served_requests" (
	"surface" text NOT NULL,
	"request_key" text NOT NULL,
	"status" integer,
	"answer" text,
	"replays" integer DEFAULT 0 NOT NULL,
	"received_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "served_requests_surface_request_key_pk" PRIMARY KEY("surface","request_key")
);
--> statement-breakpoint
CREATE TABLE "timeline_entries" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"incident_id" text NOT NULL,
	"at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	"actor" jsonb NOT NULL,
	"origin" text NOT NULL,
	"event" text NOT NULL,
	"text" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "alerts" ADD CONSTRAINT "alerts_incident_id_incidents_id_fk" FOREIGN KEY ("incident_id") REFERENCES "public"."incidents"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "attempts" ADD CONSTRAINT "attempts_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "audit_entries" ADD CONSTRAINT "audit_entries_leaf_id_audit_leaves_id_fk" FOREIGN KEY ("leaf_id") REFERENCES "public"."audit_leaves"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "cards" ADD CONSTRAINT "cards_incident_id_incidents_id_fk" FOREIGN KEY ("incident_id") REFERENCES "public"."incidents"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "change_reports" ADD CONSTRAINT "change_reports_change_id_changes_id_fk" FOREIGN KEY ("change_id") REFERENCES "public"."changes"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "confirmations" ADD CONSTRAINT "confirmations_proposal_id_proposals_id_fk" FOREIGN KEY ("proposal_id") REFERENCES "public"."proposals"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "decisions" ADD CONSTRAINT "decisions_proposal_id_proposals_id_fk" FOREIGN KEY ("proposal_id") REFERENCES "public"."proposals"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "evidence" ADD CONSTRAINT "evidence_incident_id_incidents_id_fk" FOREIGN KEY ("incident_id") REFERENCES "public"."incidents"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "proposals" ADD CONSTRAINT "proposals_incident_id_incidents_id_fk" FOREIGN KEY ("incident_id") REFERENCES "public"."incidents"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "run_targets" ADD CONSTRAINT "run_targets_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_incident_id_incidents_id_fk" FOREIGN KEY ("incident_id") REFERENCES "public"."incidents"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_proposal_id_proposals_id_fk" FOREIGN KEY ("proposal_id") REFERENCES "public"."proposals"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "timeline_entries" ADD CONSTRAINT "timeline_entries_incident_id_incidents_id_fk" FOREIGN KEY ("incident_id") REFERENCES "public"."incidents"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "alerts_fingerprint_start" ON "alerts" USING btree ("fingerprint","starts_at");--> statement-breakpoint
CREATE INDEX "alerts_incident" ON "alerts" USING btree ("incident_id");--> statement-breakpoint
CREATE UNIQUE INDEX "attempts_number" ON "attempts" USING btree ("run_id","direction","step_id","effect","number");--> statement-breakpoint
CREATE UNIQUE INDEX "attempts_one_open" ON "attempts" USING btree ("run_id") WHERE state in ('intended', 'sent', 'unknown');--> statement-breakpoint
CREATE INDEX "audit_leaves_order" ON "audit_leaves" USING btree ("xid","id");--> statement-breakpoint
CREATE INDEX "audit_leaves_incident" ON "audit_leaves" USING btree ("incident_id");--> statement-breakpoint
CREATE UNIQUE INDEX "cards_incident_place" ON "cards" USING btree ("incident_id","surface","channel");--> statement-breakpoint
CREATE INDEX "cards_message" ON "cards" USING btree ("surface","channel","message");--> statement-breakpoint
CREATE INDEX "change_reports_change" ON "change_reports" USING btree ("change_id");--> statement-breakpoint
CREATE INDEX "changes_service_at" ON "changes" USING btree ("service","at");--> statement-breakpoint
CREATE INDEX "changes_at" ON "changes" USING btree ("at");--> statement-breakpoint
CREATE UNIQUE INDEX "decisions_one_per_person" ON "decisions" USING btree ("proposal_id","person_id") WHERE withdrawn_at is null;--> statement-breakpoint
CREATE INDEX "decisions_person_at" ON "decisions" USING btree ("person_id","at");--> statement-breakpoint
CREATE UNIQUE INDEX "deliveries_source_key" ON "deliveries" USING btree ("source","delivery_key");--> statement-breakpoint
CREATE INDEX "deliveries_received" ON "deliveries" USING btree ("received_at");--> statement-breakpoint
CREATE UNIQUE INDEX "evidence_incident_key" ON "evidence" USING btree ("incident_id","key");--> statement-breakpoint
CREATE INDEX "incidents_open" ON "incidents" USING btree ("environment","service") WHERE state <> 'resolved';--> statement-breakpoint
CREATE INDEX "incidents_updated" ON "incidents" USING btree ("updated_at");--> statement-breakpoint
CREATE UNIQUE INDEX "outbox_coalesce" ON "outbox_messages" USING btree ("coalesce_key") WHERE state = 'waiting' and coalesce_key is not null;--> statement-breakpoint
CREATE INDEX "outbox_due" ON "outbox_messages" USING btree ("surface","priority","id") WHERE state in ('waiting', 'sending');--> statement-breakpoint
CREATE INDEX "playbook_records_playbook" ON "playbook_records" USING btree ("playbook","service");--> statement-breakpoint
CREATE UNIQUE INDEX "proposals_one_open" ON "proposals" USING btree ("incident_id") WHERE state in ('pending', 'approved')  and closed_at is null;--> statement-breakpoint
CREATE INDEX "proposals_incident" ON "proposals" USING btree ("incident_id");--> statement-breakpoint
CREATE UNIQUE INDEX "run_targets_one_active" ON "run_targets" USING btree ("lock_key") WHERE released_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX "runs_one_per_proposal" ON "runs" USING btree ("proposal_id");--> statement-breakpoint
CREATE INDEX "runs_incident" ON "runs" USING btree ("incident_id");--> statement-breakpoint
CREATE INDEX "runs_active" ON "runs" USING btree ("lease_until") WHERE state in ('queued', 'running', 'waiting');--> statement-breakpoint
CREATE INDEX "served_requests_received" ON "served_requests" USING btree ("received_at");--> statement-breakpoint
CREATE INDEX "timeline_incident" ON "timeline_entries" USING btree ("incident_id","id");