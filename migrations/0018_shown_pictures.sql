CREATE TABLE "shown_pictures" (
	"incident_id" text NOT NULL,
	"surface" text NOT NULL,
	"message" text NOT NULL,
	"shown_hash" text NOT NULL,
	"times" integer DEFAULT 1 NOT NULL,
	"shown_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "shown_pictures_incident_id_surface_pk" PRIMARY KEY("incident_id","surface"),
	CONSTRAINT "shown_pictures_surface" CHECK (surface in ('slack', 'teams', 'console'))
);
--> statement-breakpoint
ALTER TABLE "shown_pictures" ADD CONSTRAINT "shown_pictures_incident_id_incidents_id_fk" FOREIGN KEY ("incident_id") REFERENCES "public"."incidents"("id") ON DELETE no action ON UPDATE no action;