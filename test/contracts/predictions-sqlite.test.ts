import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describePredictions } from "./predictions.ts";

let folder = "";
let databases = 0;

describePredictions("SQLite", {
  skip: false,
  async start() {
    folder = mkdtempSync(join(tmpdir(), "garment-gateway-sqlite-"));
  },
  async stop() {
    rmSync(folder, { recursive: true });
  },
  async newDatabase() {
    databases += 1;
    return `sqlite:${join(folder, `${databases}`, "gateway.db")}`;
  },
});
