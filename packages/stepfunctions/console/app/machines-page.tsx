import { Empty, Failure, Loading } from '../components/notice.tsx';
import { Ago } from '../components/time.tsx';
import type { ListedMachine } from './answers.ts';
import { call } from './client.ts';
import { isoTime } from './event-details.ts';
import { Link } from './place.tsx';
import { usePolled } from './polling.ts';

const EVERY_MS = 4_000;
const MAX_PAGES = 10;

/** Every state machine of the engine. */
export function MachinesPage() {
  const { data: machines, error } = usePolled('machines', () => EVERY_MS, listMachines);
  return (
    <>
      <div class="page-head">
        <h1>State machines</h1>
      </div>
      <Failure error={error} />
      <section class="card flush" aria-label="State machines">
        {machines === undefined && error === undefined && <Loading />}
        {machines?.length === 0 && <Empty>There is none yet: CreateStateMachine makes one.</Empty>}
        {machines !== undefined && machines.length > 0 && (
          <table class="listing">
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Type</th>
                <th scope="col">Created</th>
              </tr>
            </thead>
            <tbody>
              {machines.map(({ stateMachineArn, name, type, creationDate }) => (
                <tr key={stateMachineArn}>
                  <th scope="row">
                    <Link to={{ page: 'executions', machineArn: stateMachineArn, status: undefined }}>{name}</Link>
                  </th>
                  <td>{type.toLowerCase()}</td>
                  <td>
                    <Ago at={isoTime(creationDate)} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </section>
    </>
  );
}

async function listMachines(signal: AbortSignal): Promise<readonly ListedMachine[]> {
  const machines: ListedMachine[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answer = await call<{ readonly stateMachines: readonly ListedMachine[]; readonly nextToken?: string }>(
      'ListStateMachines',
      { maxResults: 1_000, ...(nextToken !== undefined && { nextToken }) },
      signal,
    );
    machines.push(...answer.stateMachines);
    nextToken = answer.nextToken;
    if (nextToken === undefined) {
      break;
    }
  }
  return machines.toSorted((one, other) => one.name.localeCompare(other.name));
}
