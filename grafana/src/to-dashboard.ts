import {
  GraphDrawStyle,
  LegendDisplayMode,
  StackingMode,
  TooltipDisplayMode,
} from "@grafana/grafana-foundation-sdk/common";
import * as common from "@grafana/grafana-foundation-sdk/common";
import {
  DashboardBuilder,
  DashboardCursorSync,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  VariableRefresh,
} from "@grafana/grafana-foundation-sdk/dashboard";
import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import * as bargauge from "@grafana/grafana-foundation-sdk/bargauge";
import * as prometheus from "@grafana/grafana-foundation-sdk/prometheus";
import * as stat from "@grafana/grafana-foundation-sdk/stat";
import * as statetimeline from "@grafana/grafana-foundation-sdk/statetimeline";
import * as timeseries from "@grafana/grafana-foundation-sdk/timeseries";
import type { Board, Panel, Variable } from "./board.ts";

const datasource = { type: "prometheus", uid: "${datasource}" };
const boardTag = "garment-gateway";

/** Grafana's JSON of a board, by the builders of its Foundation SDK. */
export function toDashboard(board: Board): Dashboard {
  const builder = new DashboardBuilder(board.title)
    .uid(`garment-${board.name}`)
    .description(board.about)
    .tags([boardTag])
    .editable()
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: "now-1h", to: "now" })
    .timezone("browser")
    .refresh("30s")
    .withVariable(new DatasourceVariableBuilder("datasource").label("Prometheus").type("prometheus"));
  for (const variable of board.variables) builder.withVariable(toVariable(variable));
  let id = 0;
  for (const { title, panels } of board.rows) {
    builder.withRow(new RowBuilder(title).id((id += 1)));
    for (const panel of panels) builder.withPanel(toPanel(panel).id((id += 1)));
  }
  return builder.build();
}

function toVariable({ name, label, metric, of }: Variable): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(datasource)
    .query({ query: `label_values(${metric}, ${of})`, refId: name })
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .includeAll(true)
    .allValue(".*")
    .multi(true)
    .current({ text: "All", value: "$__all" });
}

const panelHeight = { timeseries: 7, stat: 4, bars: 8, states: 7 } as const;

function toPanel(panel: Panel) {
  const { title, asks, kind, unit, width, queries, max } = panel;
  const builder = builderOf(panel)
    .title(title)
    .description(asks)
    .datasource(datasource)
    .unit(unit)
    .span(width)
    .height(panelHeight[kind])
    .thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(stepsOf(panel)));
  if (max !== undefined) builder.max(max);
  queries.forEach(([expr, legend], at) => {
    const query = new prometheus.DataqueryBuilder()
      .refId(String.fromCharCode(65 + at))
      .datasource(datasource)
      .expr(expr)
      .legendFormat(legend);
    builder.withTarget(kind === "bars" ? query.instant() : query.range());
  });
  return builder;
}

function builderOf({ kind, isStacked = false }: Panel) {
  if (kind === "stat") return new stat.PanelBuilder().reduceOptions(lastValue());
  if (kind === "bars")
    return new bargauge.PanelBuilder().reduceOptions(lastValue()).orientation(common.VizOrientation.Horizontal);
  if (kind === "states") return new statetimeline.PanelBuilder().showValue(common.VisibilityMode.Never);
  return new timeseries.PanelBuilder()
    .axisSoftMin(0)
    .drawStyle(GraphDrawStyle.Line)
    .fillOpacity(isStacked ? 30 : 5)
    .stacking(new common.StackingConfigBuilder().mode(isStacked ? StackingMode.Normal : StackingMode.None))
    .legend(new common.VizLegendOptionsBuilder().displayMode(LegendDisplayMode.List).showLegend(true))
    .tooltip(new common.VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi));
}

function lastValue(): common.ReduceDataOptionsBuilder {
  return new common.ReduceDataOptionsBuilder().calcs(["lastNotNull"]);
}

function stepsOf({ badFrom, badBelow }: Panel) {
  if (badFrom !== undefined) {
    return [
      { value: null, color: "green" },
      { value: badFrom, color: "red" },
    ];
  }
  if (badBelow !== undefined) {
    return [
      { value: null, color: "red" },
      { value: badBelow, color: "green" },
    ];
  }
  return [{ value: null, color: "blue" }];
}
