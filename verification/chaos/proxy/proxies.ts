import { LINKS, type LinkName, type Ports } from '../../../embedded/configuration.ts';
import { InventoryServiceService } from '../../../proto/gen/inventory/v1/inventory.ts';
import { PaymentServiceService } from '../../../proto/gen/payment/v1/payment.ts';
import { type FaultProxy, mirrorDeath } from './fault-proxy.ts';
import { type ForgedReply, GrpcFaultProxy } from './grpc-fault-proxy.ts';
import { HttpFaultProxy } from './http-fault-proxy.ts';
import { Network } from './network.ts';
import { type GrpcLink, type HttpLink, type Link, NETWORK_LINKS, TARGET_OF_LINK, type Target } from './network-call.ts';

/** One proxy before each listener of a stack, all on one faulty network. */
export class Proxies {
  readonly network = new Network();
  readonly #ports: () => Ports;
  readonly #proxies: Readonly<Record<Link, FaultProxy>>;
  readonly #grpc: Readonly<Record<GrpcLink, GrpcFaultProxy>>;
  #closed = false;

  /** @param ports the ports of the parts themselves; read for each connection */
  constructor(ports: () => Ports) {
    this.#ports = ports;
    const http = (link: HttpLink) => new HttpFaultProxy(link, () => ports()[link], this.network);
    this.#grpc = {
      inventory: new GrpcFaultProxy('inventory', InventoryServiceService, () => ports().inventory, this.network),
      payment: new GrpcFaultProxy('payment', PaymentServiceService, () => ports().payment, this.network),
    };
    this.#proxies = {
      http: http('http'),
      lambda: http('lambda'),
      endpoint: http('endpoint'),
      dynamodb: http('dynamodb'),
      ...this.#grpc,
    };
  }

  /** Accepts callers. */
  async open(): Promise<void> {
    await Promise.all(NETWORK_LINKS.map((link) => this.#proxies[link].open()));
  }

  /** The base URL of the HTTP API for customers. */
  get httpUrl(): string {
    return `http://${this.#proxies.http.address}`;
  }

  /** The variables that lead the parts of the stack to each other through the proxies. */
  get environment(): Readonly<Record<string, string>> {
    const names = Object.keys(LINKS) as readonly LinkName[];
    return Object.fromEntries(
      names.map((name) => {
        const { address } = this.#proxies[name];
        return [LINKS[name].variable, name in this.#grpc ? address : `http://${address}`];
      }),
    );
  }

  /**
   * Refuses the callers of a killed part until it is back. The children of the API process die with it.
   *
   * @param isReplaced whether new processes have replaced all the killed ones
   * @returns once all of them are back
   */
  async mirrorDeath(target: Target, isReplaced: () => boolean): Promise<void> {
    const dead = target === 'api' ? NETWORK_LINKS : NETWORK_LINKS.filter((link) => TARGET_OF_LINK[link] === target);
    const isOver = () => this.#closed;
    const ports = this.#ports();
    await Promise.all(
      dead.map((link) => mirrorDeath(this.#proxies[link], { upstreamPort: ports[link], isReplaced, isOver })),
    );
  }

  /** Lets the proxies forge replies of the services, to prove that the checks find the consequences. */
  forgeReplies(forge: ForgedReply): void {
    this.#grpc.inventory.forgeReplies(forge);
    this.#grpc.payment.forgeReplies(forge);
  }

  /** Closes every proxy. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(NETWORK_LINKS.map((link) => this.#proxies[link].close()));
  }
}
