import { useEffect } from 'preact/hooks';
import { Announcements } from '../components/notice.tsx';
import { isReachable } from './client.ts';
import { ExecutionPage } from './execution-page.tsx';
import { ExecutionsPage } from './executions-page.tsx';
import { MachinesPage } from './machines-page.tsx';
import { Link, nameOf, type Place, place } from './place.tsx';

/** The console of an engine: its state machines, their executions, and what each execution did. */
export function App() {
  const at = place.value;
  const title = titleOf(at);
  useEffect(() => {
    document.title = `${title} · Step Functions`;
  }, [title]);
  return (
    <>
      {/* No link: what is behind the # is the address of a page. */}
      <button type="button" class="skip" onClick={() => document.getElementById('content')?.focus()}>
        Skip to the content
      </button>
      <header class="bar">
        <Link to={{ page: 'machines' }} class="brand">
          <svg viewBox="0 0 32 32" width="24" height="24" aria-hidden="true">
            <rect width="32" height="32" rx="8" class="brand-ground" />
            <path d="M8 9h9v7h7v7" class="brand-line" />
            <circle cx="8" cy="9" r="3.5" class="brand-dot" />
          </svg>
          <span>Step Functions</span>
        </Link>
        <div class="aside">
          <span class={isReachable.value ? 'live' : 'live lost'} role="status">
            {isReachable.value ? 'live' : 'no answer'}
          </span>
        </div>
      </header>
      <main id="content" tabIndex={-1}>
        <Page at={at} />
      </main>
      <Announcements />
    </>
  );
}

function Page({ at }: { readonly at: Place }) {
  switch (at.page) {
    case 'machines':
      return <MachinesPage />;
    case 'executions':
      return <ExecutionsPage key={`${at.machineArn} ${at.status}`} machineArn={at.machineArn} status={at.status} />;
    case 'execution':
      return <ExecutionPage key={at.executionArn} executionArn={at.executionArn} />;
  }
}

function titleOf(at: Place): string {
  switch (at.page) {
    case 'machines':
      return 'State machines';
    case 'executions':
      return nameOf(at.machineArn);
    case 'execution':
      return nameOf(at.executionArn);
  }
}
