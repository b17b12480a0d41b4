CREATE TABLE "step_approvals" (
	"run_id" text NOT NULL,
	"step_id" text NOT NULL,
	"incident_id" text NOT NULL,
	"proposal_id" text NOT NULL,
	"state" text DEFAULT 'pending' NOT NULL,
	"tier" integer NOT NULL,
	"title" text NOT NULL,
	"required" jsonb NOT NULL,
	"nonce" text NOT NULL,
	"hash" text NOT NULL,
	"asked_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	"expires_at" timestamp (6) with time zone NOT NULL,
	"closed_at" timestamp (6) with time zone,
	"closed_reason" text,
	CONSTRAINT "step_approvals_run_id_step_id_pk" PRIMARY KEY("run_id","step_id"),
	CONSTRAINT "step_approvals_state" CHECK (state in ('pending', 'approved', 'rejected', 'expired', 'cancelled'))
);
--> statement-breakpoint
CREATE TABLE "step_decisions" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"run_id" text NOT NULL,
	"step_id" text NOT NULL,
	"person_id" text NOT NULL,
	"person_name" text NOT NULL,
	"decision" text NOT NULL,
	"reason" text,
	"hash" text NOT NULL,
	"roles_at_time" jsonb NOT NULL,
	"groups_at_time" jsonb NOT NULL,
	"surface" text NOT NULL,
	"on_call" text,
	"at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	"withdrawn_at" timestamp (6) with time zone,
	CONSTRAINT "step_decisions_decision" CHECK (decision in ('approve', 'reject'))
);
--> statement-breakpoint
CREATE TABLE "escalations" (
	"proposal_id" text NOT NULL,
	"step_id" text DEFAULT '' NOT NULL,
	"rung" text NOT NULL,
	"at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "escalations_proposal_id_step_id_rung_pk" PRIMARY KEY("proposal_id","step_id","rung")
);
--> statement-breakpoint
CREATE TABLE "on_call_rosters" (
	"service" text PRIMARY KEY NOT NULL,
	"people" jsonb NOT NULL,
	"asked_at" timestamp (6) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "proposal_questions" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"proposal_id" text NOT NULL,
	"kind" text NOT NULL,
	"person_id" text NOT NULL,
	"person_name" text NOT NULL,
	"text" text NOT NULL,
	"surface" text NOT NULL,
	"at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "proposal_questions_kind" CHECK (kind in ('question', 'answer'))
);
--> statement-breakpoint
ALTER TABLE "decisions" ADD COLUMN "on_call" text;--> statement-breakpoint
ALTER TABLE "step_approvals" ADD CONSTRAINT "step_approvals_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "step_approvals" ADD CONSTRAINT "step_approvals_incident_id_incidents_id_fk" FOREIGN KEY ("incident_id") REFERENCES "public"."incidents"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "step_approvals" ADD CONSTRAINT "step_approvals_proposal_id_proposals_id_fk" FOREIGN KEY ("proposal_id") REFERENCES "public"."proposals"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "step_decisions" ADD CONSTRAINT "step_decisions_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "escalations" ADD CONSTRAINT "escalations_proposal_id_proposals_id_fk" FOREIGN KEY ("proposal_id") REFERENCES "public"."proposals"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "proposal_questions" ADD CONSTRAINT "proposal_questions_proposal_id_proposals_id_fk" FOREIGN KEY ("proposal_id") REFERENCES "public"."proposals"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "step_approvals_one_open" ON "step_approvals" USING btree ("proposal_id") WHERE state = 'pending';--> statement-breakpoint
CREATE UNIQUE INDEX "step_decisions_one_per_person" ON "step_decisions" USING btree ("run_id","step_id","person_id") WHERE withdrawn_at is null;--> statement-breakpoint
CREATE INDEX "step_decisions_person_at" ON "step_decisions" USING btree ("person_id","at");--> statement-breakpoint
CREATE INDEX "proposal_questions_proposal" ON "proposal_questions" USING btree ("proposal_id","id");