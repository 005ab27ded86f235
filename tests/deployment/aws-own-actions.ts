/** Services of AWS that our code calls, or a state machine in its name. */
const CALLED = /^(dynamodb|states|events|secretsmanager|lambda):/;

const STREAM = 'Lambda, which reads the stream for the function';
const NETWORK = 'Lambda, which connects a function to its subnets; the function itself is denied it';
const IMAGE = 'the agent of ECS, before the container starts';
const LOG = 'Lambda, the agent of ECS and the flow log: what a process writes to its output';
const TRACES = 'the collector beside a function or a service';

/** What roles allow and no code of ours calls: who does, and when. */
export const AWS_OWN_ACTIONS: Readonly<Record<string, string>> = {
  'dynamodb:DescribeStream': STREAM,
  'dynamodb:GetRecords': STREAM,
  'dynamodb:GetShardIterator': STREAM,
  'dynamodb:ListStreams': STREAM,
  'ec2:AssignPrivateIpAddresses': NETWORK,
  'ec2:CreateNetworkInterface': NETWORK,
  'ec2:DeleteNetworkInterface': NETWORK,
  'ec2:DescribeNetworkInterfaces': NETWORK,
  'ec2:DescribeSubnets': NETWORK,
  'ec2:UnassignPrivateIpAddresses': NETWORK,
  'ecr:BatchCheckLayerAvailability': IMAGE,
  'ecr:BatchGetImage': IMAGE,
  'ecr:GetAuthorizationToken': IMAGE,
  'ecr:GetDownloadUrlForLayer': IMAGE,
  'logs:CreateLogStream': LOG,
  'logs:DescribeLogStreams': LOG,
  'logs:PutLogEvents': LOG,
  's3:GetObject': 'ECR, for the layers of an image: the endpoint lets them through',
  's3:*': 'nobody: the deployment bucket denies requests without TLS',
  'sns:Publish': 'CloudWatch, for an alarm',
  'sts:AssumeRole': 'the service that a role is for',
  'xray:PutTelemetryRecords': TRACES,
  'xray:PutTraceSegments': TRACES,
};

/** Whether a run shows who uses an action. */
export function isCalled(action: string): boolean {
  return CALLED.test(action) && AWS_OWN_ACTIONS[action] === undefined;
}
