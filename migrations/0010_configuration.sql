CREATE SEQUENCE "public"."configuration_change_ids" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
CREATE TABLE "configuration_changes" (
	"id" text PRIMARY KEY DEFAULT 'CFG-' || nextval('configuration_change_ids') NOT NULL,
	"digest" text NOT NULL,
	"parent" text,
	"state" text DEFAULT 'pending' NOT NULL,
	"review" text NOT NULL,
	"seen_by" text NOT NULL,
	"created_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	"closed_at" timestamp (6) with time zone,
	"closed_reason" text,
	CONSTRAINT "configuration_changes_state" CHECK (state in ('pending', 'accepted', 'rejected', 'superseded')),
	CONSTRAINT "configuration_changes_review" CHECK (review in ('first', 'two-people', 'repository', 'observe'))
);
--> statement-breakpoint
CREATE TABLE "configuration_decisions" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"change_id" text NOT NULL,
	"person_id" text NOT NULL,
	"person_name" text NOT NULL,
	"decision" text NOT NULL,
	"reason" text,
	"digest" text NOT NULL,
	"roles_at_time" jsonb NOT NULL,
	"surface" text NOT NULL,
	"at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "configuration_decisions_decision" CHECK (decision in ('approve', 'reject'))
);
--> statement-breakpoint
CREATE TABLE "configuration_in_force" (
	"id" integer PRIMARY KEY DEFAULT 1 NOT NULL,
	"digest" text NOT NULL,
	"change_id" text NOT NULL,
	"since" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "configuration_in_force_one" CHECK (id = 1)
);
--> statement-breakpoint
CREATE TABLE "configuration_notices" (
	"change_id" text NOT NULL,
	"surface" text NOT NULL,
	"channel" text NOT NULL,
	"message" text NOT NULL,
	"at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "configuration_notices_change_id_surface_channel_pk" PRIMARY KEY("change_id","surface","channel")
);
--> statement-breakpoint
CREATE TABLE "configuration_playbooks" (
	"version" text NOT NULL,
	"name" text NOT NULL,
	"digest" text NOT NULL,
	CONSTRAINT "configuration_playbooks_version_name_pk" PRIMARY KEY("version","name")
);
--> statement-breakpoint
CREATE TABLE "configuration_versions" (
	"digest" text PRIMARY KEY NOT NULL,
	"files" "bytea" NOT NULL,
	"created_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "configuration_changes" ADD CONSTRAINT "configuration_changes_digest_configuration_versions_digest_fk" FOREIGN KEY ("digest") REFERENCES "public"."configuration_versions"("digest") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "configuration_changes" ADD CONSTRAINT "configuration_changes_parent_configuration_versions_digest_fk" FOREIGN KEY ("parent") REFERENCES "public"."configuration_versions"("digest") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "configuration_decisions" ADD CONSTRAINT "configuration_decisions_change_id_configuration_changes_id_fk" FOREIGN KEY ("change_id") REFERENCES "public"."configuration_changes"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "configuration_in_force" ADD CONSTRAINT "configuration_in_force_digest_configuration_versions_digest_fk" FOREIGN KEY ("digest") REFERENCES "public"."configuration_versions"("digest") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "configuration_in_force" ADD CONSTRAINT "configuration_in_force_change_id_configuration_changes_id_fk" FOREIGN KEY ("change_id") REFERENCES "public"."configuration_changes"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "configuration_notices" ADD CONSTRAINT "configuration_notices_change_id_configuration_changes_id_fk" FOREIGN KEY ("change_id") REFERENCES "public"."configuration_changes"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "configuration_playbooks" ADD CONSTRAINT "configuration_playbooks_version_configuration_versions_digest_fk" FOREIGN KEY ("version") REFERENCES "public"."configuration_versions"("digest") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "configuration_changes_one_pending" ON "configuration_changes" USING btree ("digest") WHERE state = 'pending';--> statement-breakpoint
CREATE INDEX "configuration_changes_digest" ON "configuration_changes" USING btree ("digest");--> statement-breakpoint
CREATE UNIQUE INDEX "configuration_decisions_one_per_person" ON "configuration_decisions" USING btree ("change_id","person_id","decision");--> statement-breakpoint
CREATE INDEX "configuration_notices_message" ON "configuration_notices" USING btree ("surface","channel","message");--> statement-breakpoint
CREATE INDEX "configuration_playbooks_digest" ON "configuration_playbooks" USING btree ("digest");