ALTER TABLE "standstills" DROP CONSTRAINT "standstills_kind";--> statement-breakpoint
ALTER TABLE "audit_sequencer" ADD COLUMN "covered" bigint;--> statement-breakpoint
ALTER TABLE "standstills" ADD CONSTRAINT "standstills_kind" CHECK (kind in ('run', 'job', 'duty', 'delivery', 'log'));