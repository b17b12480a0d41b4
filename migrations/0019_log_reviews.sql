CREATE TABLE "log_reviews" (
	"day" date PRIMARY KEY NOT NULL,
	"at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	"from_seq" bigint NOT NULL,
	"to_seq" bigint NOT NULL,
	"link" text NOT NULL,
	"findings" jsonb NOT NULL,
	"sources" jsonb NOT NULL
);
