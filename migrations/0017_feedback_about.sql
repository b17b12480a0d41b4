ALTER TABLE "feedback" DROP CONSTRAINT "feedback_answer";--> statement-breakpoint
CREATE INDEX "feedback_change" ON "feedback" USING btree ("change_id");--> statement-breakpoint
ALTER TABLE "feedback" ADD CONSTRAINT "feedback_unsure" CHECK (answer <> 'unsure' or question = 'cause');--> statement-breakpoint
ALTER TABLE "feedback" ADD CONSTRAINT "feedback_about" CHECK ((question = 'cause') = (change_id is not null));--> statement-breakpoint
ALTER TABLE "feedback" ADD CONSTRAINT "feedback_run_about" CHECK ((question = 'playbook') = (run_id is not null));--> statement-breakpoint
ALTER TABLE "feedback" ADD CONSTRAINT "feedback_answer" CHECK (answer in ('yes', 'no', 'unsure'));