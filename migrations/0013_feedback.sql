CREATE TABLE "feedback" (
	"incident_id" text NOT NULL,
	"question" text NOT NULL,
	"person_id" text NOT NULL,
	"answer" text NOT NULL,
	"change_id" text,
	"run_id" text,
	"probability" double precision,
	"at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "feedback_incident_id_question_person_id_pk" PRIMARY KEY("incident_id","question","person_id"),
	CONSTRAINT "feedback_question" CHECK (question in ('cause', 'playbook')),
	CONSTRAINT "feedback_answer" CHECK (answer in ('yes', 'no'))
);
--> statement-breakpoint
ALTER TABLE "feedback" ADD CONSTRAINT "feedback_incident_id_incidents_id_fk" FOREIGN KEY ("incident_id") REFERENCES "public"."incidents"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "feedback_run" ON "feedback" USING btree ("run_id");