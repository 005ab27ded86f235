/**
 * The collector of spans beside each service, where TELEMETRY_COLLECTOR_IMAGE names its image: ADOT's, for example, whose own
 * configuration for ECS takes OTLP on localhost and sends to X-Ray. Without it the services record no spans.
 */
const NOTHING = { Ref: 'AWS::NoValue' };

function container(image, service) {
  return {
    Name: 'collector',
    Image: image,
    // A collector that ends takes no call with it.
    Essential: false,
    Command: ['--config=/etc/ecs/ecs-default-config.yaml'],
    ReadonlyRootFilesystem: true,
    LinuxParameters: { Capabilities: { Drop: ['ALL'] } },
    LogConfiguration: {
      LogDriver: 'awslogs',
      Options: {
        'awslogs-group': { Ref: `${service}LogGroup` },
        'awslogs-region': { Ref: 'AWS::Region' },
        'awslogs-stream-prefix': 'collector',
      },
    },
  };
}

module.exports = async () => {
  const image = process.env.TELEMETRY_COLLECTOR_IMAGE ?? '';
  const hasCollector = image !== '';
  return {
    inventory: hasCollector ? container(image, 'Inventory') : NOTHING,
    payment: hasCollector ? container(image, 'Payment') : NOTHING,
    endpoint: hasCollector ? 'http://localhost:4318' : '',
  };
};
