/**
 * `node generate-service-models.mjs FOLDER`: writes src/service-models/*.json from AWS's own API descriptions, as botocore
 * carries them in `botocore/data`. A model holds members, their types and bounds, what an answer must have, and enums. The
 * clients of AWS's SDK for JavaScript are named after the services' ids; those with a hyphen are listed.
 */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Services by the name that `Resource` uses, with their folder and, where few matter, their operations. */
const SERVICES = {
  athena: { folder: 'athena' },
  batch: { operations: ['SubmitJob', 'DescribeJobs', 'ListJobs', 'TerminateJob', 'CancelJob'] },
  bedrockruntime: { folder: 'bedrock-runtime', operations: ['InvokeModel', 'Converse', 'ApplyGuardrail'] },
  cloudwatch: { operations: ['PutMetricData', 'GetMetricData', 'DescribeAlarms', 'SetAlarmState'] },
  codebuild: { operations: ['StartBuild', 'BatchGetBuilds', 'StopBuild'] },
  dynamodb: { folder: 'dynamodb' },
  ecs: { operations: ['RunTask', 'StopTask', 'DescribeTasks', 'DescribeServices', 'UpdateService', 'ListTasks'] },
  eventbridge: { folder: 'events' },
  firehose: { operations: ['PutRecord', 'PutRecordBatch'] },
  glue: {
    operations: [
      ...['StartJobRun', 'GetJobRun', 'GetJobRuns', 'StartCrawler', 'GetCrawler', 'GetTable', 'GetPartitions'],
      ...['StartWorkflowRun', 'GetWorkflowRun', 'BatchStopJobRun', 'GetTables', 'CreatePartition'],
    ],
  },
  kinesis: { operations: ['PutRecord', 'PutRecords', 'DescribeStream', 'ListShards'] },
  kms: { folder: 'kms' },
  lambda: { folder: 'lambda' },
  polly: { folder: 'polly' },
  redshiftdata: { folder: 'redshift-data' },
  rekognition: {
    operations: [
      ...['DetectLabels', 'DetectText', 'DetectFaces', 'DetectModerationLabels', 'RecognizeCelebrities'],
      ...['CompareFaces', 'SearchFacesByImage', 'IndexFaces', 'StartLabelDetection', 'GetLabelDetection'],
    ],
  },
  s3: { folder: 's3' },
  scheduler: { folder: 'scheduler' },
  secretsmanager: { folder: 'secretsmanager' },
  sesv2: { operations: ['SendEmail'] },
  sfn: { folder: 'stepfunctions' },
  sns: { folder: 'sns' },
  sqs: { folder: 'sqs' },
  ssm: {
    operations: [
      ...['GetParameter', 'GetParameters', 'GetParametersByPath', 'PutParameter', 'DeleteParameter'],
      ...['SendCommand', 'GetCommandInvocation', 'StartAutomationExecution', 'GetAutomationExecution'],
    ],
  },
  sts: { operations: ['AssumeRole', 'GetCallerIdentity'] },
  textract: { folder: 'textract' },
  transcribe: {
    operations: ['StartTranscriptionJob', 'GetTranscriptionJob', 'DeleteTranscriptionJob', 'ListTranscriptionJobs'],
  },
  translate: { operations: ['TranslateText', 'StartTextTranslationJob', 'DescribeTextTranslationJob'] },
};
const [, , data] = process.argv;

for (const [name, { folder = name, operations }] of Object.entries(SERVICES)) {
  const version = readdirSync(join(data, folder)).sort().at(-1);
  const file = readFileSync(join(data, folder, version, 'service-2.json.gz'));
  const model = compact(JSON.parse(gunzipSync(file)), operations);
  writeFileSync(new URL(`src/service-models/${name}.json`, import.meta.url), print({ version, ...model }));
}

const ids = readdirSync(data)
  .filter((folder) => statSync(join(data, folder)).isDirectory())
  .map((folder) => join(data, folder, readdirSync(join(data, folder)).sort().at(-1), 'service-2.json.gz'))
  .filter((file) => existsSync(file))
  .map((file) =>
    JSON.parse(gunzipSync(readFileSync(file)))
      .metadata.serviceId.toLowerCase()
      .replaceAll(' ', '-'),
  );
const hyphenated = [...new Set(ids.filter((id) => id.includes('-')))].sort().map((id) => `  ${JSON.stringify(id)}`);
writeFileSync(
  new URL('src/service-models/hyphenated-clients.json', import.meta.url),
  `[\n${hyphenated.join(',\n')}\n]\n`,
);

function compact(description, wanted = Object.keys(description.operations)) {
  const shapes = {};
  const operations = {};
  for (const operation of wanted) {
    const { input, output } = description.operations[operation];
    const key = `${operation[0].toLowerCase()}${operation.slice(1)}`;
    operations[key] = [input, output].map((part) => (part ? typeOf(part.shape) : null));
  }
  return { operations, shapes };

  /** The type of a shape: its name, or a simple type. */
  function typeOf(name) {
    const shape = description.shapes[name];
    if (['structure', 'list', 'map'].includes(shape.type) || shape.enum || isBounded(shape)) {
      if (!(name in shapes)) {
        shapes[name] = {};
        Object.assign(shapes[name], shapeOf(shape));
      }
      return `#${name}`;
    }
    return shape.type;
  }

  function isBounded({ min, max }) {
    return min > 0 || max !== undefined;
  }

  function shapeOf(shape) {
    if (shape.type === 'structure') {
      if (shape.document) {
        return { any: true };
      }
      const members = Object.entries(shape.members).map(([member, { shape: type }]) => [member, typeOf(type)]);
      return { members: Object.fromEntries(members), ...(shape.required?.length ? { required: shape.required } : {}) };
    }
    if (shape.type === 'map') {
      return { map: typeOf(shape.value.shape) };
    }
    if (shape.enum) {
      return { enum: shape.enum };
    }
    const { min, max } = shape;
    const bounds = { ...(min > 0 && { min }), ...(max !== undefined && { max }) };
    return shape.type === 'list' ? { list: typeOf(shape.member.shape), ...bounds } : { simple: shape.type, ...bounds };
  }
}

/** One operation or shape a line. */
function print({ version, operations, shapes }) {
  const lines = (object) =>
    Object.entries(object)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => `    ${JSON.stringify(key)}: ${JSON.stringify(value)}`)
      .join(',\n');
  return `{\n  "version": "${version}",\n  "operations": {\n${lines(operations)}\n  },\n  "shapes": {\n${lines(shapes)}\n  }\n}\n`;
}
