CREATE SEQUENCE "public"."follow_up_ids" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
CREATE TABLE "proposal_previews" (
	"proposal_id" text PRIMARY KEY NOT NULL,
	"preview" jsonb NOT NULL,
	"tries" integer NOT NULL,
	"gathered_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "follow_ups" (
	"id" text PRIMARY KEY DEFAULT 'FUP-' || nextval('follow_up_ids') NOT NULL,
	"incident_id" text NOT NULL,
	"run_id" text NOT NULL,
	"step_id" text NOT NULL,
	"kind" text NOT NULL,
	"app" text NOT NULL,
	"service" text,
	"bad_revision" text,
	"state" text DEFAULT 'open' NOT NULL,
	"opened_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	"closed_at" timestamp (6) with time zone,
	"finding" text,
	"closed_by" text,
	"reminders" integer DEFAULT 0 NOT NULL,
	"remind_at" timestamp (6) with time zone NOT NULL,
	"look_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "follow_ups_state" CHECK (state in ('open', 'done', 'handed_over')),
	CONSTRAINT "follow_ups_kind" CHECK (kind in ('revert_and_enable', 'revert', 'enable'))
);
--> statement-breakpoint
ALTER TABLE "changes" ADD COLUMN "commits" jsonb;--> statement-breakpoint
ALTER TABLE "proposal_previews" ADD CONSTRAINT "proposal_previews_proposal_id_proposals_id_fk" FOREIGN KEY ("proposal_id") REFERENCES "public"."proposals"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "follow_ups" ADD CONSTRAINT "follow_ups_incident_id_incidents_id_fk" FOREIGN KEY ("incident_id") REFERENCES "public"."incidents"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "follow_ups" ADD CONSTRAINT "follow_ups_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "follow_ups_one_per_step" ON "follow_ups" USING btree ("run_id","step_id");--> statement-breakpoint
CREATE INDEX "follow_ups_incident" ON "follow_ups" USING btree ("incident_id");--> statement-breakpoint
CREATE INDEX "follow_ups_open" ON "follow_ups" USING btree ("remind_at") WHERE state = 'open';