import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { type EmbeddedStack, startEmbeddedStack } from '../../embedded/stack.ts';
import { ComposeProject } from './compose-project.ts';

/** Both services in containers, and an embedded stack that uses them and their DynamoDB. */
export interface ServiceContainers {
  readonly project: ComposeProject;
  readonly stack: EmbeddedStack;
  /** `host:port` of the published ports. */
  readonly addresses: { readonly inventory: string; readonly payment: string };
  readonly close: () => Promise<void>;
}

/** Builds the images and starts the containers; resolves when both are healthy. */
export async function startServiceContainers(compose: readonly [string, ...string[]]): Promise<ServiceContainers> {
  const [dynamoDbPort, inventoryPort, paymentPort] = await freePorts();
  const project = new ComposeProject(compose, ['docker-compose.yml', 'tests/containers/docker-compose.dynamodb.yml'], {
    DYNOXIDE_FOLDER: dirname(createRequire(import.meta.url).resolve('@dynoxide/linux-x64/dynoxide')),
    DYNAMODB_PORT: String(dynamoDbPort),
    INVENTORY_PORT: String(inventoryPort),
    PAYMENT_PORT: String(paymentPort),
  });
  const addresses = { inventory: `127.0.0.1:${inventoryPort}`, payment: `127.0.0.1:${paymentPort}` };
  let stack: EmbeddedStack | undefined;
  const close = async (): Promise<void> => {
    await stack?.stop();
    await project.remove();
  };
  try {
    await project.compose('build', 'inventory', 'payment');
    await project.compose('up', '--detach', '--no-deps', 'dynamodb', 'inventory', 'payment');
    stack = await startEmbeddedStack({
      environment: {
        DYNAMODB_ENDPOINT_URL: `http://127.0.0.1:${dynamoDbPort}`,
        EMBEDDED_INVENTORY_LINK: addresses.inventory,
        EMBEDDED_PAYMENT_LINK: addresses.payment,
      },
    });
    await Promise.all([project.healthy('inventory'), project.healthy('payment')]);
    return { project, stack, addresses, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Known before the start, as a container that was cut off must come back at the same port. */
async function freePorts(): Promise<readonly [number, number, number]> {
  const probes = [createServer(), createServer(), createServer()] as const;
  await Promise.all(probes.map((probe) => new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))));
  const [first, second, third] = probes.map((probe) => {
    const address = probe.address();
    if (address === null || typeof address === 'string') {
      throw new Error('the probe has no port');
    }
    return address.port;
  });
  await Promise.all(probes.map((probe) => new Promise((resolve) => probe.close(resolve))));
  if (first === undefined || second === undefined || third === undefined) {
    throw new Error('a probe has no port');
  }
  return [first, second, third];
}
