import { getPolicy, policyNames } from "../../src/routing/index.ts";
import { describeRoutingPolicy } from "./routing-policy.ts";

for (const name of policyNames) describeRoutingPolicy(name, getPolicy(name));
