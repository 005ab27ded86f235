import { useState } from 'preact/hooks';
import { duration, words } from '../components/format.ts';
import { announce, Empty, Failure, Loading } from '../components/notice.tsx';
import { Ago, now } from '../components/time.tsx';
import type { ListedExecution } from './answers.ts';
import { call, EngineError } from './client.ts';
import { isoTime } from './event-details.ts';
import { Link, nameOf } from './place.tsx';
import { usePolled } from './polling.ts';
import { Status } from './status.tsx';

const EVERY_MS = 2_000;
const PAGE_SIZE = 50;
const STATUSES = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'] as const;

interface ListPage {
  readonly executions: readonly ListedExecution[];
  readonly nextToken?: string;
}

/** The executions of one state machine, the newest first. */
export function ExecutionsPage({
  machineArn,
  status,
}: {
  readonly machineArn: string;
  readonly status: string | undefined;
}) {
  const filter = { stateMachineArn: machineArn, ...(status !== undefined && { statusFilter: status }) };
  const list = (input: object, signal?: AbortSignal) =>
    call<ListPage>('ListExecutions', { ...filter, maxResults: PAGE_SIZE, ...input }, signal);
  const { data, error } = usePolled(
    `${machineArn} ${status}`,
    () => EVERY_MS,
    (signal) => list({}, signal),
  );
  const [older, setOlder] = useState<ListPage>();
  const nextToken = older === undefined ? data?.nextToken : older.nextToken;
  const executions = [
    ...new Map(
      [...(data?.executions ?? []), ...(older?.executions ?? [])].map((each) => [each.executionArn, each]),
    ).values(),
  ];
  const showOlder = async (): Promise<void> => {
    try {
      const page = await list({ nextToken });
      setOlder({ ...page, executions: [...(older?.executions ?? []), ...page.executions] });
    } catch (failure) {
      announce(failure instanceof Error ? failure.message : String(failure), { isFailure: true });
    }
  };
  const isExpress = error instanceof EngineError && error.type === 'StateMachineTypeNotSupported';
  return (
    <>
      <div class="page-head">
        <p class="crumb">
          <Link to={{ page: 'machines' }}>State machines</Link>
        </p>
        <h1>{nameOf(machineArn)}</h1>
      </div>
      {isExpress ? (
        <section class="card">
          <Empty>Executions of an express state machine are not kept, so there is nothing to list.</Empty>
        </section>
      ) : (
        <>
          <nav class="filters" aria-label="Executions by status">
            {[undefined, ...STATUSES].map((each) => (
              <Link
                key={each ?? 'all'}
                to={{ page: 'executions', machineArn, status: each }}
                class="filter"
                isCurrent={each === status}
              >
                {each === undefined ? 'all' : words(each)}
              </Link>
            ))}
          </nav>
          <Failure error={error} />
          <section class="card flush" aria-label="Executions">
            {data === undefined && error === undefined && <Loading />}
            {data !== undefined && executions.length === 0 && <Empty>There are no such executions.</Empty>}
            {executions.length > 0 && <ExecutionTable executions={executions} />}
          </section>
          {nextToken !== undefined && (
            <div class="buttons">
              <button type="button" class="quiet" onClick={() => void showOlder()}>
                Show older ones
              </button>
            </div>
          )}
        </>
      )}
    </>
  );
}

function ExecutionTable({ executions }: { readonly executions: readonly ListedExecution[] }) {
  return (
    <table class="listing">
      <thead>
        <tr>
          <th scope="col">Execution</th>
          <th scope="col">Status</th>
          <th scope="col">Started</th>
          <th scope="col" class="number">
            Took
          </th>
          <th scope="col" class="number">
            Redriven
          </th>
        </tr>
      </thead>
      <tbody>
        {executions.map(({ executionArn, name, status, startDate, stopDate, redriveCount = 0 }) => (
          <tr key={executionArn}>
            <th scope="row">
              <Link to={{ page: 'execution', executionArn }} class="id">
                {name}
              </Link>
            </th>
            <td>
              <Status status={status} />
            </td>
            <td>
              <Ago at={isoTime(startDate)} />
            </td>
            <td class="number">
              {duration((stopDate === undefined ? now.value : stopDate * 1_000) - startDate * 1_000)}
            </td>
            <td class="number">{redriveCount > 0 ? redriveCount : ''}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
