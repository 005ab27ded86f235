import { useId, useState } from 'preact/hooks';
import { stepName } from '../components/format.ts';
import { announce, Failure, Loading } from '../components/notice.tsx';
import type { DescribedMapRun, ExecutionStatus } from './answers.ts';
import { call } from './client.ts';
import { type ChildrenPage, readChildren } from './map-run-children.ts';
import { Link } from './place.tsx';
import { usePolled } from './polling.ts';
import { Status } from './status.tsx';

const EVERY_MS = 2_000;

/** The Map Runs of an execution: the distributed Map states whose iterations are executions of their own. */
export function MapRuns({ executionArn }: { readonly executionArn: string }) {
  const { data, error } = usePolled(`${executionArn} map runs`, pauseMs, (signal) => readMapRuns(executionArn, signal));
  return (
    <>
      <Failure error={error} />
      {data?.map((mapRun) => (
        <MapRun key={mapRun.mapRunArn} mapRun={mapRun} />
      ))}
    </>
  );
}

function pauseMs(mapRuns: readonly DescribedMapRun[]): number | undefined {
  return mapRuns.some(({ status }) => status === 'RUNNING') ? EVERY_MS : 5 * EVERY_MS;
}

async function readMapRuns(executionArn: string, signal: AbortSignal): Promise<readonly DescribedMapRun[]> {
  const { mapRuns } = await call<{ readonly mapRuns: readonly { readonly mapRunArn: string }[] }>(
    'ListMapRuns',
    { executionArn },
    signal,
  );
  return await Promise.all(
    mapRuns.map(({ mapRunArn }) => call<DescribedMapRun>('DescribeMapRun', { mapRunArn }, signal)),
  );
}

function MapRun({ mapRun }: { readonly mapRun: DescribedMapRun }) {
  const heading = useId();
  const [isOpen, setOpen] = useState(false);
  const { mapRunArn, executionCounts, status } = mapRun;
  return (
    <section class="card inside" aria-labelledby={heading}>
      <div class="section-head">
        <h3 id={heading}>
          Map Run of {stepName(labelOf(mapRunArn))} <Status status={status} />
        </h3>
        <p class="statuses">
          {COUNTED.map(([count, each]) => {
            const number = executionCounts[count];
            return number === 0 ? null : (
              <span key={count}>
                {number} <Status status={each} />
              </span>
            );
          })}
        </p>
      </div>
      <details class="folded" onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>Child executions, {executionCounts.total} in all</summary>
        {isOpen && <Children mapRun={mapRun} />}
      </details>
    </section>
  );
}

const COUNTED: readonly (readonly [keyof DescribedMapRun['executionCounts'], ExecutionStatus])[] = [
  ['failed', 'FAILED'],
  ['timedOut', 'TIMED_OUT'],
  ['aborted', 'ABORTED'],
  ['running', 'RUNNING'],
  ['succeeded', 'SUCCEEDED'],
];

/** The label stands in the ARN, between the state machine's name and the run's id. */
function labelOf(mapRunArn: string): string {
  return /\/([^/:]+):[^:]*$/.exec(mapRunArn)?.[1] ?? mapRunArn;
}

/** The children, those that failed first. More of them are read when somebody asks. */
function Children({ mapRun: { mapRunArn, status } }: { readonly mapRun: DescribedMapRun }) {
  const { data, error } = usePolled(
    mapRunArn,
    () => (status === 'RUNNING' ? EVERY_MS : undefined),
    (signal) => readChildren(mapRunArn, undefined, signal),
  );
  const [more, setMore] = useState<ChildrenPage>();
  const next = more === undefined ? data?.next : more.next;
  const all = [...(data?.children ?? []), ...(more?.children ?? [])];
  const children = [...new Map(all.map((child) => [child.executionArn, child])).values()];
  const showMore = async (): Promise<void> => {
    try {
      const page = await readChildren(mapRunArn, next);
      setMore({ ...page, children: [...(more?.children ?? []), ...page.children] });
    } catch (failure) {
      announce(failure instanceof Error ? failure.message : String(failure), { isFailure: true });
    }
  };
  return (
    <>
      <Failure error={error} />
      {data === undefined && error === undefined && <Loading />}
      <ul class="children">
        {children.map((child) => (
          <li key={child.executionArn}>
            <Link to={{ page: 'execution', executionArn: child.executionArn }} class="id">
              {child.name}
            </Link>{' '}
            <Status status={child.status} />
          </li>
        ))}
      </ul>
      {next !== undefined && children.length > 0 && (
        <button type="button" class="quiet" onClick={() => void showMore()}>
          Show more child executions
        </button>
      )}
    </>
  );
}
