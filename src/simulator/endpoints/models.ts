import { createId } from "../../kernel/index.ts";
import type { Server } from "../server.ts";

/** GET /v1/models. As in vLLM, `created` and the permission's id are made anew at each call. */
export function listModels(server: Server): object {
  const wallMs = server.clock.wall();
  const created = Math.floor(wallMs / 1000);
  return {
    object: "list",
    data: [
      {
        id: server.servedName(),
        object: "model",
        created,
        owned_by: "vllm",
        root: server.modelId,
        parent: null,
        max_model_len: server.maxModelLen,
        permission: [
          {
            id: createId("modelperm-", wallMs),
            object: "model_permission",
            created,
            allow_create_engine: false,
            allow_sampling: true,
            allow_logprobs: true,
            allow_search_indices: false,
            allow_view: true,
            allow_fine_tuning: false,
            organization: "*",
            group: null,
            is_blocking: false,
          },
        ],
      },
    ],
  };
}
