CREATE TABLE "clock_duties" (
	"name" text PRIMARY KEY NOT NULL,
	"begun" integer DEFAULT 0 NOT NULL,
	"begun_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	"ended_at" timestamp (6) with time zone
);
--> statement-breakpoint
CREATE TABLE "standstills" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"kind" text NOT NULL,
	"incident_id" text,
	"run_id" text,
	"text" text NOT NULL,
	"found_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	"paged_at" timestamp (6) with time zone,
	"ended_at" timestamp (6) with time zone,
	"cleared_at" timestamp (6) with time zone,
	CONSTRAINT "standstills_kind" CHECK (kind in ('run', 'job', 'duty', 'delivery'))
);
--> statement-breakpoint
DROP INDEX "runs_active";--> statement-breakpoint
ALTER TABLE "attempts" ADD COLUMN "deadline_at" timestamp (6) with time zone;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "claimed_at" timestamp (6) with time zone;--> statement-breakpoint
ALTER TABLE "outbox_messages" ADD COLUMN "begun" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "standstills_open" ON "standstills" USING btree ("key") WHERE ended_at is null;--> statement-breakpoint
CREATE INDEX "runs_active" ON "runs" USING btree ("lease_until") WHERE state in ('queued', 'running', 'waiting', 'unknown');