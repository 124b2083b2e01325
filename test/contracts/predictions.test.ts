import { bothStores } from "../support/stores.ts";
import { describePredictions } from "./predictions.ts";

for (const store of bothStores()) describePredictions(store);
