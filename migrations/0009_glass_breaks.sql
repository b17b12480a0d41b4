CREATE TABLE "glass_breaks" (
	"proposal_id" text PRIMARY KEY NOT NULL,
	"incident_id" text NOT NULL,
	"person_id" text NOT NULL,
	"person_name" text NOT NULL,
	"roles_at_time" jsonb NOT NULL,
	"reason" text NOT NULL,
	"plan_hash" text NOT NULL,
	"surface" text NOT NULL,
	"skipped" jsonb NOT NULL,
	"at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	"until" timestamp (6) with time zone NOT NULL,
	"review_due" timestamp (6) with time zone NOT NULL,
	"reminded_at" timestamp (6) with time zone,
	"reviewed_at" timestamp (6) with time zone,
	"reviewer_id" text,
	"reviewer_name" text,
	"verdict" text,
	"review_text" text,
	CONSTRAINT "glass_breaks_verdict" CHECK (verdict in ('justified', 'unjustified'))
);
--> statement-breakpoint
ALTER TABLE "proposals" ADD COLUMN "glass_until" timestamp (6) with time zone;--> statement-breakpoint
ALTER TABLE "glass_breaks" ADD CONSTRAINT "glass_breaks_proposal_id_proposals_id_fk" FOREIGN KEY ("proposal_id") REFERENCES "public"."proposals"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "glass_breaks" ADD CONSTRAINT "glass_breaks_incident_id_incidents_id_fk" FOREIGN KEY ("incident_id") REFERENCES "public"."incidents"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "glass_breaks_incident" ON "glass_breaks" USING btree ("incident_id");--> statement-breakpoint
CREATE INDEX "glass_breaks_unreviewed" ON "glass_breaks" USING btree ("review_due") WHERE reviewed_at is null;