import { globSync, readFileSync } from "node:fs";
import { parse } from "yaml";

/** An alert, as its rule file has it. */
export interface Alert {
  alert: string;
  expr: string;
  for?: string;
  labels: { severity: string };
  annotations: { summary: string; description: string; runbook_url: string };
}

interface RecordingRule {
  record: string;
  expr: string;
}

export interface RuleFile {
  file: string;
  alerts: readonly Alert[];
  records: readonly RecordingRule[];
}

/** Reads the rule files, in the order of their names. */
export function readRules(folder = "grafana/prometheus/rules"): RuleFile[] {
  return globSync(`${folder}/*.yml`)
    .sort()
    .map((file) => {
      const { groups } = parse(readFileSync(file, "utf8")) as { groups: { rules: (Alert | RecordingRule)[] }[] };
      const rules = groups.flatMap((group) => group.rules);
      return {
        file,
        alerts: rules.filter((rule): rule is Alert => "alert" in rule),
        records: rules.filter((rule): rule is RecordingRule => "record" in rule),
      };
    });
}
