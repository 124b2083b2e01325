import { sql } from "kysely";
import type { Kysely } from "kysely";
import { columnTypes, required } from "./migration.ts";
import type { DialectName } from "./migration.ts";

/** Everything that shadow evaluation keeps; src/storage/tables.ts says what it means. */
export async function createEvaluationTables(db: Kysely<unknown>, dialect: DialectName): Promise<void> {
  await createPredictions(db, dialect);
  await createTruth(db, dialect);
  await createShadow(db, dialect);
  await createAudit(db, dialect);
}

/**
 * A query finds a partial index only by the very condition, which in SQLite a parameter is not: `is_scored = 0` has to be
 * written with `sql.lit(0)`.
 */
async function createPredictions(db: Kysely<unknown>, dialect: DialectName): Promise<void> {
  const { text, integer, real, blob, withId } = columnTypes(dialect);
  const { schema } = db;
  await schema
    .createTable("arms")
    .addColumn("id", text, (column) => column.notNull().primaryKey())
    .addColumn("backend", text, required)
    .addColumn("model", text, required)
    .addColumn("quantization", text, required)
    .addColumn("fingerprint", text, required)
    .addColumn("prompt", text, required)
    .addColumn("schema", text, required)
    .addColumn("preparation", text, required)
    .addColumn("simulated", integer, required)
    .addColumn("first_seen_ms", integer, required)
    .execute();

  await schema
    .createTable("garments")
    .addColumn("id", text, (column) => column.notNull().primaryKey())
    .addColumn("content", text, required)
    .addColumn("sample_id", text)
    .addColumn("metadata", text)
    .addColumn("created_ms", integer, required)
    .addColumn("arm_id", text, required)
    .addColumn("cache", text, required)
    .addColumn("tier", text)
    .addColumn("degraded", text)
    .addColumn("attributes", text, required)
    .addColumn("confidence", text, required)
    .execute();
  await schema.createIndex("garments_content").on("garments").column("content").execute();
  await schema.createIndex("garments_sample_id").on("garments").column("sample_id").execute();
  await schema.createIndex("garments_created_ms").on("garments").column("created_ms").execute();

  await schema
    .createTable("images")
    .addColumn("content", text, required)
    .addColumn("n", integer, required)
    .addColumn("view", text, required)
    .addColumn("sha256", text, required)
    .addColumn("width", integer, required)
    .addColumn("height", integer, required)
    .addPrimaryKeyConstraint("images_pk", ["content", "n"])
    .execute();
  await schema.createIndex("images_sha256").on("images").column("sha256").execute();

  await schema
    .createTable("image_bytes")
    .addColumn("content", text, required)
    .addColumn("n", integer, required)
    .addColumn("bytes", integer, required)
    .addColumn("vision_tokens", integer, required)
    .addColumn("preparation", text, required)
    .addColumn("inclusion", real, required)
    .addColumn("stored_ms", integer, required)
    // Last: SQLite keeps a row in order, and would walk through the photo to what lies behind it.
    .addColumn("jpeg", blob, required)
    .addPrimaryKeyConstraint("image_bytes_pk", ["content", "n"])
    .execute();
  // With `bytes`, so that retention adds up sizes without touching a photo.
  await schema.createIndex("image_bytes_stored_ms").on("image_bytes").columns(["stored_ms", "bytes"]).execute();

  await withId(schema.createTable("answers"))
    .addColumn("content", text, required)
    .addColumn("arm_id", text, required)
    .addColumn("garment_id", text, required)
    .addColumn("origin", text, required)
    .addColumn("outcome", text, required)
    .addColumn("failure", text)
    .addColumn("attributes", text)
    .addColumn("confidence", text)
    .addColumn("is_clean", integer, required)
    .addColumn("attempts", integer, required)
    .addColumn("latency_ms", real, required)
    .addColumn("prompt_tokens", integer, required)
    .addColumn("completion_tokens", integer, required)
    .addColumn("inclusion", real, required)
    .addColumn("created_ms", integer, required)
    .addColumn("is_scored", integer, required)
    .addUniqueConstraint("answers_content_arm", ["content", "arm_id"])
    .execute();
  await schema.createIndex("answers_arm_created").on("answers").columns(["arm_id", "created_ms"]).execute();
  await schema
    .createIndex("answers_unscored")
    .on("answers")
    .column("id")
    .where(sql.ref("is_scored"), "=", sql.lit(0))
    .execute();
}

async function createTruth(db: Kysely<unknown>, dialect: DialectName): Promise<void> {
  const { text, integer, real, withId } = columnTypes(dialect);
  const { schema } = db;
  await withId(schema.createTable("labels"))
    .addColumn("key_kind", text, required)
    .addColumn("key", text, required)
    .addColumn("annotator", text, required)
    .addColumn("source", text, required)
    .addColumn("design", text, required)
    .addColumn("labels", text, required)
    .addColumn("created_ms", integer, required)
    .addColumn("is_joined", integer, required)
    .execute();
  await schema.createIndex("labels_key").on("labels").columns(["key_kind", "key"]).execute();
  await schema
    .createIndex("labels_unjoined")
    .on("labels")
    .column("id")
    .where(sql.ref("is_joined"), "=", sql.lit(0))
    .execute();

  await schema
    .createTable("truths")
    .addColumn("content", text, (column) => column.notNull().primaryKey())
    .addColumn("labels", text, required)
    .addColumn("design", text, required)
    .addColumn("annotators", integer, required)
    .addColumn("agreement", real)
    .addColumn("updated_ms", integer, required)
    .execute();

  await withId(schema.createTable("scores"))
    .addColumn("content", text, required)
    .addColumn("arm_id", text, required)
    .addColumn("sample_id", text)
    .addColumn("garment_id", text, required)
    .addColumn("origin", text, required)
    .addColumn("outcome", text, required)
    .addColumn("is_clean", integer, required)
    .addColumn("latency_ms", real, required)
    .addColumn("inclusion", real, required)
    .addColumn("design", text, required)
    .addColumn("created_ms", integer, required)
    .addColumn("scored_ms", integer, required)
    .addColumn("rescored_ms", integer, required)
    .addColumn("scorer", text, required)
    .addColumn("weighted", real, required)
    .addColumn("quality", real, required)
    .addColumn("quality_partial", integer, required)
    .addColumn("marks", text, required)
    .addColumn("truths", text, required)
    .addUniqueConstraint("scores_content_arm", ["content", "arm_id"])
    // Nulls are distinct in both: only named samples are one row for each arm.
    .addUniqueConstraint("scores_sample_arm", ["sample_id", "arm_id"])
    .execute();
  await schema.createIndex("scores_arm").on("scores").columns(["arm_id", "id"]).execute();
}

async function createShadow(db: Kysely<unknown>, dialect: DialectName): Promise<void> {
  const { text, integer, real, withId } = columnTypes(dialect);
  const { schema } = db;
  await withId(schema.createTable("wanted"))
    .addColumn("content", text, required)
    .addColumn("backend", text, required)
    .addColumn("garment_id", text, required)
    .addColumn("reason", text, required)
    .addColumn("inclusion", real, required)
    .addColumn("created_ms", integer, required)
    .addColumn("claimed_until_ms", integer, required)
    .addUniqueConstraint("wanted_content_backend", ["content", "backend"])
    .execute();
  await schema.createIndex("wanted_backend").on("wanted").columns(["backend", "id"]).execute();

  await withId(schema.createTable("replays"))
    .addColumn("content", text, required)
    .addColumn("arm_id", text, required)
    .addColumn("created_ms", integer, required)
    .addColumn("outcome", text, required)
    .addColumn("attributes", text)
    .addColumn("weighted", real, required)
    .addColumn("marks", text, required)
    .addColumn("truths", text, required)
    .execute();
  await schema.createIndex("replays_arm_created").on("replays").columns(["arm_id", "created_ms"]).execute();

  await schema
    .createTable("coverage")
    .addColumn("hour_ms", integer, required)
    .addColumn("backend", text, required)
    .addColumn("outcome", text, required)
    .addColumn("count", integer, required)
    .addPrimaryKeyConstraint("coverage_pk", ["hour_ms", "backend", "outcome"])
    .execute();
}

/** The database itself refuses to change or remove an entry, whoever asks. */
async function createAudit(db: Kysely<unknown>, dialect: DialectName): Promise<void> {
  const { text, integer } = columnTypes(dialect);
  await db.schema
    .createTable("audit")
    .addColumn("seq", integer, (column) => column.notNull().primaryKey())
    .addColumn("at_ms", integer, required)
    .addColumn("kind", text, required)
    .addColumn("actor", text, required)
    .addColumn("body", text, required)
    .addColumn("previous_hash", text, required)
    .addColumn("hash", text, required)
    .execute();
  const triggers =
    dialect === "sqlite"
      ? [
          sql`create trigger audit_no_update before update on audit begin select raise(abort, 'audit is append-only'); end`,
          sql`create trigger audit_no_delete before delete on audit begin select raise(abort, 'audit is append-only'); end`,
        ]
      : [
          sql`create function refuse_audit_change() returns trigger language plpgsql as
            $$ begin raise exception 'audit is append-only'; end $$`,
          sql`create trigger audit_no_change before update or delete on audit
            for each row execute function refuse_audit_change()`,
          sql`create trigger audit_no_truncate before truncate on audit
            for each statement execute function refuse_audit_change()`,
        ];
  for (const trigger of triggers) await trigger.execute(db);
}
