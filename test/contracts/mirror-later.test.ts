import { bothStores } from "../support/stores.ts";
import { describeMirrorLater } from "./mirror-later.ts";

for (const store of bothStores()) describeMirrorLater(store);
