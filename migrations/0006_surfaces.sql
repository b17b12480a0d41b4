CREATE TABLE "captured_messages" (
	"surface" text NOT NULL,
	"channel" text NOT NULL,
	"message" text NOT NULL,
	"incident_id" text NOT NULL,
	"author" text NOT NULL,
	"captured_by" text NOT NULL,
	"original" text NOT NULL,
	"edited" text,
	"captured_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	"edited_at" timestamp (6) with time zone,
	"deleted_at" timestamp (6) with time zone,
	CONSTRAINT "captured_messages_surface_channel_message_pk" PRIMARY KEY("surface","channel","message")
);
--> statement-breakpoint
CREATE TABLE "incident_rooms" (
	"incident_id" text NOT NULL,
	"surface" text NOT NULL,
	"state" text DEFAULT 'wanted' NOT NULL,
	"name" text NOT NULL,
	"channel" text,
	"done" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"detail" text,
	"created_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	"updated_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "incident_rooms_incident_id_surface_pk" PRIMARY KEY("incident_id","surface"),
	CONSTRAINT "incident_rooms_state" CHECK (state in ('wanted', 'open', 'failed')),
	CONSTRAINT "incident_rooms_surface" CHECK (surface in ('slack', 'teams', 'console'))
);
--> statement-breakpoint
CREATE TABLE "slack_installations" (
	"id" text PRIMARY KEY NOT NULL,
	"is_organisation" boolean NOT NULL,
	"name" text,
	"app_id" text,
	"bot_user_id" text,
	"sealed" "bytea" NOT NULL,
	"key_id" text NOT NULL,
	"installed_by" text,
	"installed_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	"updated_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "surface_states" (
	"surface" text PRIMARY KEY NOT NULL,
	"is_reachable" boolean NOT NULL,
	"since" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	"detail" text,
	"seen_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "teams_conversations" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant" text NOT NULL,
	"kind" text NOT NULL,
	"person_account" text,
	"service_url" text NOT NULL,
	"reference" jsonb NOT NULL,
	"seen_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	"removed_at" timestamp (6) with time zone,
	CONSTRAINT "teams_conversations_kind" CHECK (kind in ('channel', 'group', 'personal'))
);
--> statement-breakpoint
ALTER TABLE "captured_messages" ADD CONSTRAINT "captured_messages_incident_id_incidents_id_fk" FOREIGN KEY ("incident_id") REFERENCES "public"."incidents"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "incident_rooms" ADD CONSTRAINT "incident_rooms_incident_id_incidents_id_fk" FOREIGN KEY ("incident_id") REFERENCES "public"."incidents"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "captured_messages_incident" ON "captured_messages" USING btree ("incident_id");--> statement-breakpoint
CREATE INDEX "incident_rooms_channel" ON "incident_rooms" USING btree ("surface","channel");--> statement-breakpoint
CREATE INDEX "teams_conversations_person" ON "teams_conversations" USING btree ("tenant","person_account");