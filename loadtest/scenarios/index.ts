import { chaos } from "./chaos.ts";
import { mixed } from "./mixed.ts";
import { overload } from "./overload.ts";
import { protocol } from "./protocol.ts";
import { ramp } from "./ramp.ts";
import type { Scenario, ScenarioName } from "./scenario.ts";
import { smoke } from "./smoke.ts";
import { spike } from "./spike.ts";
import { soak, steady } from "./steady.ts";

/** Every scenario of `npm run loadtest -- NAME`. */
export const scenarios: Record<ScenarioName, Scenario> = {
  smoke,
  steady,
  ramp,
  spike,
  soak,
  overload,
  mixed,
  protocol,
  chaos,
};

export function isScenarioName(name: string): name is ScenarioName {
  return Object.hasOwn(scenarios, name);
}
