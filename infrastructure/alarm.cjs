/** How an alarm and its metrics are written down as CloudFormation; alarms.cjs lists the alarms. */

/**
 * An alarm on one metric.
 *
 * @param subject slug, page in docs/runbooks/ (the slug where it is left out) and what has happened, in a sentence
 * @param watched the metric
 * @param rule period and threshold; `below` where less than the threshold rings; `of` periods, in `times` of which it must be so
 */
function alarm(subject, watched, rule) {
  const { namespace, name, dimensions, stat } = watched;
  const isPercentile = /^p\d/.test(stat);
  return withRule(subject, rule, {
    Namespace: namespace,
    MetricName: name,
    Dimensions: asList(dimensions),
    Period: rule.seconds,
    // Few requests say nothing of the slowest in a hundred.
    ...(isPercentile ? { ExtendedStatistic: stat, EvaluateLowSampleCountPercentile: 'ignore' } : { Statistic: stat }),
  });
}

/**
 * An alarm on what an expression makes of metrics.
 *
 * @param expression metric math over the ids; without it the sum of all metrics, where a missing one is 0
 * @param metrics by their ids in the expression; CloudWatch takes ten
 */
function alarmOf(subject, metrics, rule, expression = sumOf(Object.keys(metrics))) {
  return withRule(subject, rule, {
    Metrics: [
      { Id: 'watched', Expression: expression, Label: subject.slug },
      ...Object.entries(metrics).map(([id, { namespace, name, dimensions, stat }]) => ({
        Id: id,
        ReturnData: false,
        MetricStat: {
          Metric: { Namespace: namespace, MetricName: name, Dimensions: asList(dimensions) },
          Period: rule.seconds,
          Stat: stat,
        },
      })),
    ],
  });
}

function sumOf(ids) {
  return ids.map((id) => `FILL(${id}, 0)`).join(' + ');
}

function withRule({ slug, page = slug, what }, { threshold, below = false, of = 1, times = of, missing }, watched) {
  return {
    slug,
    resource: {
      Type: 'AWS::CloudWatch::Alarm',
      Properties: {
        AlarmDescription: `${what} Runbook: docs/runbooks/${page}.md`,
        ...watched,
        ComparisonOperator: below ? 'LessThanThreshold' : 'GreaterThanOrEqualToThreshold',
        Threshold: threshold,
        EvaluationPeriods: of,
        DatapointsToAlarm: times,
        TreatMissingData: missing,
        AlarmActions: [{ Ref: 'AlarmTopic' }],
        OKActions: [{ Ref: 'AlarmTopic' }],
      },
    },
  };
}

function asList(dimensions) {
  return Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
}

module.exports = { alarm, alarmOf };
