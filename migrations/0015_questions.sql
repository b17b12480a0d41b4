ALTER TABLE "on_call_rosters" DISABLE ROW LEVEL SECURITY;--> statement-breakpoint
DROP TABLE "on_call_rosters" CASCADE;--> statement-breakpoint
ALTER TABLE "proposal_questions" ADD COLUMN "step_id" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "proposal_questions" ADD COLUMN "number" integer NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "proposal_questions_number" ON "proposal_questions" USING btree ("proposal_id","number") WHERE kind = 'question';