/**
 * `--param indexes=N` deploys only the first N secondary indexes of each table. CloudFormation adds one index a table and update, so
 * a stage whose tables lack several gets them in steps (docs/deploying-to-aws.md#a-stage-of-an-older-version).
 */
class IndexStepsPlugin {
  constructor(serverless) {
    this.hooks = {
      'after:aws:package:finalize:mergeCustomProviderResources': () => {
        const { indexesPerTable } = serverless.service.custom;
        if (indexesPerTable !== 'all') {
          const { provider } = serverless.service;
          const { Resources } = provider.compiledCloudFormationTemplate;
          provider.compiledCloudFormationTemplate.Resources = withFirstIndexes(Resources, Number(indexesPerTable));
        }
      },
    };
  }
}

/** @throws Error where the number is none */
function withFirstIndexes(resources, count) {
  if (!Number.isInteger(count) || count < 1) {
    throw new Error('The parameter indexes must be all, or the number of indexes that each table has: 1 or more.');
  }
  return Object.fromEntries(
    Object.entries(resources).map(([id, resource]) => [
      id,
      resource.Type === 'AWS::DynamoDB::Table' ? tableWithFirstIndexes(resource, count) : resource,
    ]),
  );
}

function tableWithFirstIndexes(table, count) {
  const { GlobalSecondaryIndexes: indexes = [], ...properties } = table.Properties;
  const kept = indexes.slice(0, count);
  const keys = [properties.KeySchema, ...kept.map(({ KeySchema }) => KeySchema)].flat();
  const used = new Set(keys.map(({ AttributeName }) => AttributeName));
  return {
    ...table,
    Properties: {
      ...properties,
      // DynamoDB refuses an attribute that no key uses.
      AttributeDefinitions: properties.AttributeDefinitions.filter(({ AttributeName }) => used.has(AttributeName)),
      ...(kept.length > 0 && { GlobalSecondaryIndexes: kept }),
    },
  };
}

module.exports = IndexStepsPlugin;
module.exports.withFirstIndexes = withFirstIndexes;
