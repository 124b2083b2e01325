import { bothStores } from "../support/stores.ts";
import { describeLabels } from "./labels.ts";

for (const store of bothStores()) describeLabels(store);
