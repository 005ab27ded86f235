import { dirname } from 'node:path';
import { findDynoxide } from '../../embedded/dynamodb/dynoxide.ts';
import { findFreePorts } from '../../embedded/ports.ts';
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
  // Chosen before the start, because a container that was cut off must come back at the same port.
  const { dynamodb: dynamoDbPort, inventory: inventoryPort, payment: paymentPort } = await findFreePorts();
  const project = new ComposeProject(compose, ['docker-compose.yml', 'tests/containers/docker-compose.dynamodb.yml'], {
    DYNOXIDE_FOLDER: dirname(findDynoxide('linux-x64')),
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
