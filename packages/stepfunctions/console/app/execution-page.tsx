import { useMemo, useState } from 'preact/hooks';
import { Decision } from '../components/dialog.tsx';
import { Events } from '../components/events.tsx';
import { duration } from '../components/format.ts';
import { Json } from '../components/json.tsx';
import { Legend } from '../components/legend.tsx';
import { announce, Failure, Loading } from '../components/notice.tsx';
import { Ago, now } from '../components/time.tsx';
import type { DescribedExecution, DescribedMapRun } from './answers.ts';
import { call } from './client.ts';
import { isoTime } from './event-details.ts';
import { executionReader, type ShownExecution } from './execution.ts';
import { MapRuns } from './map-runs.tsx';
import { Link, nameOf } from './place.tsx';
import { usePolled } from './polling.ts';
import { SequenceSection } from './sequence-section.tsx';
import { Status } from './status.tsx';

const SHAPE_NAMES = {
  forward: 'step',
  waiting: 'waits',
  undo: 'after an error',
  stack: 'holds steps of its own',
} as const;

/** A running execution is asked often; the longer its history, the less often. */
function everyMs({ described, history }: ShownExecution): number {
  return described.status === 'RUNNING' ? Math.max(1_000, history.events.length / 5) : 5_000;
}

/** One execution: what it did, what it does now, and what can be done with it. */
export function ExecutionPage({ executionArn }: { readonly executionArn: string }) {
  const read = useMemo(() => executionReader(executionArn), [executionArn]);
  const { data, error, refresh } = usePolled(executionArn, everyMs, read);
  return (
    <>
      <Failure error={error} />
      {data === undefined && error === undefined && <Loading lines={8} />}
      {data !== undefined && (
        <>
          <Head described={data.described} onChanged={refresh} />
          <Data described={data.described} />
          <SequenceSection title="Steps" sequence={data.history.sequence} />
          {data.history.events.some(({ type }) => type === 'MapRunStarted') && <MapRuns executionArn={executionArn} />}
          <Legend names={SHAPE_NAMES} />
          <Events events={data.history.events} />
        </>
      )}
    </>
  );
}

interface HeadProperties {
  readonly described: DescribedExecution;
  readonly onChanged: () => void;
}

function Head({ described, onChanged }: HeadProperties) {
  const { name, status, stateMachineArn, startDate, stopDate, redriveCount = 0, redriveStatus } = described;
  const took = (stopDate === undefined ? now.value : stopDate * 1_000) - startDate * 1_000;
  return (
    <div class="execution-head">
      <div>
        <p class="crumb">
          <Link to={{ page: 'machines' }}>State machines</Link>
          {' / '}
          <Link to={{ page: 'executions', machineArn: stateMachineArn, status: undefined }}>
            {nameOf(stateMachineArn)}
          </Link>
          {described.mapRunArn !== undefined && <Parent mapRunArn={described.mapRunArn} />}
        </p>
        <h1>
          <span class="id">{name}</span> <Status status={status} />
        </h1>
        <p class="muted">
          started <Ago at={isoTime(startDate)} />, {status === 'RUNNING' ? 'runs for' : 'took'} {duration(took)}
          {redriveCount > 0 && `, redriven ${redriveCount}×`}
        </p>
      </div>
      <div class="buttons">
        {status === 'RUNNING' && <Stop described={described} onChanged={onChanged} />}
        {redriveStatus === 'REDRIVABLE' && <Redrive described={described} onChanged={onChanged} />}
      </div>
    </div>
  );
}

/** The way back from a child of a Map Run. */
function Parent({ mapRunArn }: { readonly mapRunArn: string }) {
  const { data } = usePolled(
    mapRunArn,
    () => undefined,
    (signal) => call<DescribedMapRun>('DescribeMapRun', { mapRunArn }, signal),
  );
  return data === undefined ? null : (
    <>
      {' / '}
      <Link to={{ page: 'execution', executionArn: data.executionArn }}>{nameOf(data.executionArn)}</Link>
    </>
  );
}

function Stop({ described, onChanged }: HeadProperties) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" class="grave" onClick={() => setOpen(true)}>
        Stop
      </button>
      {isOpen && (
        <Decision
          title="Stop this execution"
          decision="Stop it"
          isGrave
          asks={{ label: 'Why', hint: 'It becomes the cause in the history.' }}
          onDecide={async (cause) => {
            await call('StopExecution', { executionArn: described.executionArn, error: 'Stopped', cause });
            announce('The execution is stopped.');
            onChanged();
          }}
          onClose={() => setOpen(false)}
        >
          <p>It ends as aborted, and no Catch runs. What its tasks began goes on. It can be redriven later.</p>
        </Decision>
      )}
    </>
  );
}

function Redrive({ described, onChanged }: HeadProperties) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" class="main" onClick={() => setOpen(true)}>
        Redrive
      </button>
      {isOpen && (
        <Decision
          title="Redrive this execution"
          decision="Redrive"
          onDecide={async () => {
            await call('RedriveExecution', { executionArn: described.executionArn });
            announce('The execution goes on.');
            onChanged();
          }}
          onClose={() => setOpen(false)}
        >
          <p>
            It goes on at the steps that did not succeed, with their input of before. What succeeded is not done again.
          </p>
        </Decision>
      )}
    </>
  );
}

function Data({ described: { input, output, error, cause } }: { readonly described: DescribedExecution }) {
  return (
    <div class="execution-data">
      {error !== undefined && (
        <div class="error-box">
          <b>{error}</b>
          {cause !== undefined && <p>{cause}</p>}
        </div>
      )}
      {input !== undefined && <Json title="Input" value={JSON.parse(input)} />}
      {output !== undefined && <Json title="Output" value={JSON.parse(output)} />}
    </div>
  );
}
