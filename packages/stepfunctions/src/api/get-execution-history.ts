import type { HistoryEvent } from '../core/history-event.ts';
import type { Json, JsonObject } from '../language/json.ts';
import { flag, optional, readRequest } from '../wire/request-shape.ts';
import { type ApiContext, present, seconds } from './context.ts';
import { findExecution } from './executions.ts';
import { arnMember } from './members.ts';
import { maxResultsMember, nextTokenMember, pageSize } from './paging.ts';

const getExecutionHistoryShape = {
  executionArn: arnMember,
  maxResults: maxResultsMember,
  reverseOrder: optional(flag()),
  nextToken: nextTokenMember,
  includeExecutionData: optional(flag()),
};

/** GetExecutionHistory. A page starts at an event's id, so its cost does not depend on the history's length. */
export function getExecutionHistory(context: ApiContext, body: JsonObject): JsonObject {
  const request = readRequest(getExecutionHistoryShape, body);
  const { id, arn } = findExecution(context, request.executionArn);
  const { journal, pages } = context;
  const isReverse = request.reverseOrder ?? false;
  const limit = pageSize(request.maxResults);
  const listing = ['history', arn, isReverse];
  const start = isReverse ? Number.MAX_SAFE_INTEGER : 1;
  const from = request.nextToken === undefined ? start : Number(pages.open(listing, request.nextToken));
  const found = isReverse
    ? journal.history.backwards(id, from, limit + 1)
    : journal.history.forwards(id, from, limit + 1);
  const next = found[limit];
  return present({
    events: found.slice(0, limit).map((event) => eventOf(event, request.includeExecutionData ?? true)),
    nextToken: next && pages.seal(listing, next.id),
  });
}

/** Members of event details that are execution data: payloads, errors and variables. */
const DATA = new Set(['input', 'output', 'parameters', 'error', 'cause', 'assignedVariables', 'location']);
const TRUNCATABLE = new Set(['inputDetails', 'outputDetails', 'assignedVariablesDetails']);

function eventOf(event: HistoryEvent, withData: boolean): JsonObject {
  const members: { [name: string]: Json } = {};
  for (const [name, value] of Object.entries(event) as [string, Json][]) {
    members[name] = !withData && name.endsWith('EventDetails') ? withoutData(value as JsonObject) : value;
  }
  members.timestamp = seconds(event.timestamp);
  return members;
}

function withoutData(details: JsonObject): JsonObject {
  const kept = Object.entries(details).filter(([name]) => !DATA.has(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, TRUNCATABLE.has(name) ? { truncated: true } : value]));
}
