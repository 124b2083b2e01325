import type { Config } from "../../schemas/index.ts";

/** What of the configuration's `shadow` decides about mirroring; all of it can be changed while running. */
export type ShadowSettings = Omit<Config["shadow"], "decision">;
