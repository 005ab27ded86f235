import type { StateMachine } from '../journal/state-machine-store.ts';
import type { Version } from '../journal/version-store.ts';
import type { ApiContext } from './context.ts';

/** The ARN of a version. */
export function versionArnOf(machine: StateMachine, version: Version): string {
  return `${machine.arn}:${version.version}`;
}

/** Publishes the current revision; when that is the latest version already, that version stands. */
export function publishVersion(
  { journal }: ApiContext,
  machine: StateMachine,
  description: string | undefined,
): Version {
  const [latest] = journal.versions.list(machine.id, 1);
  if (latest?.revision === machine.revision) {
    return latest;
  }
  const version: Version = {
    stateMachine: machine.id,
    version: journal.stateMachines.nextVersion(machine),
    revision: machine.revision,
    description,
    createdAt: Date.now(),
  };
  journal.versions.create(version);
  return version;
}
