import { defineError } from "../kernel/index.ts";
import { orOverloaded } from "../storage/index.ts";
import type { Storage } from "../storage/index.ts";
import { errorCatalogue } from "../../schemas/index.ts";
import type { Attributes, FieldName } from "../../schemas/index.ts";

const notFound = defineError(errorCatalogue.not_found);

type Confidence = Record<FieldName, number | null>;

/** What one arm made of a garment. */
export interface ArmAnswerView {
  arm: string;
  backend: string;
  model: string;
  quantization: string;
  fingerprint: string;
  simulated: boolean;
  origin: string;
  outcome: string;
  failure: string | null;
  attributes: Attributes | null;
  confidence: Confidence | null;
  latencyMs: number;
  createdMs: number;
}

/** A stored prediction with the answers of every arm that has seen its photos. */
export interface GarmentView {
  id: string;
  sampleId: string | null;
  metadata: object | null;
  createdMs: number;
  tier: string | null;
  cache: string;
  degraded: object | null;
  /** What the caller was answered; null where every build failed. */
  attributes: Attributes | null;
  confidence: Confidence | null;
  images: { n: number; view: string; sha256: string; width: number; height: number; isStored: boolean }[];
  answers: ArmAnswerView[];
}

export interface Garments {
  /** @throws GatewayError not_found, overloaded */
  get(id: string): Promise<GarmentView>;
  /** The JPEG as the backends got it. @throws GatewayError not_found, also where it is not or no longer kept */
  image(id: string, n: number): Promise<Buffer>;
  /**
   * Erases the prediction, everything else about the same photos (their images, every arm's answer, their scores), and
   * the labels that name its id. @throws GatewayError not_found
   */
  erase(id: string): Promise<void>;
}

/** Creates the view of what is stored of single garments. */
export function createGarments(
  { db }: Pick<Storage, "db">,
  /** Drops what is still on its way about a content; resolves when nothing of it is being written any more. */
  forget: (content: string) => Promise<void> = async () => {},
): Garments {
  async function find(id: string) {
    const row = await db.selectFrom("garments").selectAll().where("id", "=", id).executeTakeFirst();
    if (row === undefined) {
      throw notFound(
        "No stored prediction has this id. It is an answer's `id`; it may have been erased, or be too old.",
      );
    }
    return row;
  }

  async function get(id: string): Promise<GarmentView> {
    const row = await find(id);
    const images = await db
      .selectFrom("images")
      .leftJoin("image_bytes", (join) =>
        join.onRef("image_bytes.content", "=", "images.content").onRef("image_bytes.n", "=", "images.n"),
      )
      .select(["images.n", "images.view", "images.sha256", "images.width", "images.height", "image_bytes.stored_ms"])
      .where("images.content", "=", row.content)
      .orderBy("images.n")
      .execute();
    const answers = await db
      .selectFrom("answers")
      .innerJoin("arms", "arms.id", "answers.arm_id")
      .selectAll("answers")
      .select(["arms.backend", "arms.model", "arms.quantization", "arms.fingerprint", "arms.simulated"])
      .where("answers.content", "=", row.content)
      .orderBy("answers.id")
      .limit(maxAnswers)
      .execute();
    return {
      id: row.id,
      sampleId: row.sample_id,
      metadata: parse(row.metadata) as object | null,
      createdMs: row.created_ms,
      tier: row.tier,
      cache: row.cache,
      degraded: parse(row.degraded) as object | null,
      attributes: JSON.parse(row.attributes) as Attributes | null,
      confidence: JSON.parse(row.confidence) as Confidence | null,
      images: images.map(({ n, view, sha256, width, height, stored_ms: storedMs }) => {
        return { n, view, sha256, width, height, isStored: storedMs !== null };
      }),
      answers: answers.map((answer) => ({
        arm: answer.arm_id,
        backend: answer.backend,
        model: answer.model,
        quantization: answer.quantization,
        fingerprint: answer.fingerprint,
        simulated: answer.simulated === 1,
        origin: answer.origin,
        outcome: answer.outcome,
        failure: answer.failure,
        attributes: parse(answer.attributes) as Attributes | null,
        confidence: parse(answer.confidence) as Confidence | null,
        latencyMs: answer.latency_ms,
        createdMs: answer.created_ms,
      })),
    };
  }

  async function image(id: string, n: number): Promise<Buffer> {
    const { content } = await find(id);
    const row = await db
      .selectFrom("image_bytes")
      .select("jpeg")
      .where("content", "=", content)
      .where("n", "=", n)
      .executeTakeFirst();
    if (row === undefined) {
      throw notFound("This image is not kept. `storage.images` says which are, and for how long.");
    }
    return Buffer.from(row.jpeg);
  }

  async function erase(id: string): Promise<void> {
    const { content } = await find(id);
    await forget(content);
    await db.transaction().execute(async (tx) => {
      const same = await tx.selectFrom("garments").select("id").where("content", "=", content).execute();
      const ids = same.map((garment) => garment.id);
      for (const table of contentTables) await tx.deleteFrom(table).where("content", "=", content).execute();
      for (let at = 0; at < ids.length; at += idsPerDelete) {
        const some = ids.slice(at, at + idsPerDelete);
        await tx.deleteFrom("labels").where("key_kind", "=", "request_id").where("key", "in", some).execute();
      }
      await tx.deleteFrom("garments").where("content", "=", content).execute();
    });
  }

  return {
    get: (id) => orOverloaded(get(id)),
    image: (id, n) => orOverloaded(image(id, n)),
    erase: (id) => orOverloaded(erase(id)),
  };
}

/** Everything that is kept by what was photographed. */
const contentTables = ["image_bytes", "images", "answers", "scores", "truths", "wanted", "replays"] as const;

const idsPerDelete = 500;
/** More builds than any fleet shows a photo to before it is too old. */
const maxAnswers = 200;

function parse(text: string | null): unknown {
  return text === null ? null : JSON.parse(text);
}
