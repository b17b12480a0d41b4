ALTER TABLE "runs" ADD COLUMN "undo_requested_by" text;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "undo_requested_from" text;