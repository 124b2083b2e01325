import { bothStores } from "../support/stores.ts";
import { describeStorage } from "./storage.ts";

for (const store of bothStores()) describeStorage(store);
