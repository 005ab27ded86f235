import type { JsonObject } from '../language/json.ts';

function task(name: string, payload: JsonObject, rest: JsonObject): JsonObject {
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Arguments: { FunctionName: name, Payload: payload },
    Output: '{% $states.result.Payload %}',
    ...rest,
  };
}

const flaky = { ErrorEquals: ['Flaky'], IntervalSeconds: 1, MaxAttempts: 3, BackoffRate: 1 };

/**
 * A machine that waits in every way: a Wait, a Lambda call, a retry's back-off, a forwarded call, a distributed Map over an
 * object of S3, a task token, branches, iterations, a compensation, a nested execution. Its end depends on its input alone.
 */
export function machineOf(childArn: string): JsonObject {
  return {
    QueryLanguage: 'JSONata',
    StartAt: 'Begin',
    States: {
      Begin: {
        Type: 'Pass',
        Assign: { number: '{% $states.input.number %}', exact: '{% $states.input.exact %}' },
        Next: 'Pause',
      },
      Pause: { Type: 'Wait', Seconds: '{% $number % 2 %}', Next: 'Double' },
      Double: task('double', { number: '{% $number %}' } as JsonObject, {
        Assign: { doubled: '{% $states.result.Payload %}' },
        Next: 'Retried',
      }),
      Retried: task(
        'flaky',
        { number: '{% $number %}', attempt: '{% $states.context.State.RetryCount %}' },
        { Retry: [flaky], Next: 'Publish' },
      ),
      Publish: {
        Type: 'Task',
        Resource: 'arn:aws:states:::events:putEvents',
        Arguments: { Entries: [{ Source: 'crash-test', DetailType: 'number', Detail: { number: '{% $number %}' } }] },
        Next: 'Bulk',
      },
      Bulk: {
        Type: 'Map',
        ItemReader: {
          Resource: 'arn:aws:states:::s3:getObject',
          ReaderConfig: { InputType: 'JSON' },
          Arguments: { Bucket: 'files', Key: 'items.json' },
        },
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'Each',
          States: {
            Each: task(
              'double',
              { number: '{% $states.input.n %}' },
              { Output: { exact: '{% $states.input.exact %}', doubled: '{% $states.result.Payload %}' }, End: true },
            ),
          },
        },
        Assign: { bulk: '{% $states.result %}' },
        Next: 'Fan',
      },
      Fan: {
        Type: 'Parallel',
        Branches: [
          {
            StartAt: 'Items',
            States: {
              Items: {
                Type: 'Map',
                Items: '{% [1..4] %}',
                MaxConcurrency: 2,
                ItemProcessor: {
                  StartAt: 'Item',
                  States: {
                    Item: task('double', { number: '{% $states.context.Map.Item.Value + $number %}' }, { End: true }),
                  },
                },
                End: true,
              },
            },
          },
          {
            StartAt: 'Callback',
            States: {
              Callback: {
                Type: 'Task',
                Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
                Arguments: {
                  FunctionName: 'callback',
                  Payload: { token: '{% $states.context.Task.Token %}', number: '{% $number %}' },
                },
                End: true,
              },
            },
          },
          {
            StartAt: 'Nested',
            States: {
              Nested: {
                Type: 'Task',
                Resource: 'arn:aws:states:::states:startExecution.sync:2',
                Arguments: { StateMachineArn: childArn, Input: { number: '{% $number %}' } },
                Output: '{% $states.result.Output %}',
                End: true,
              },
            },
          },
        ],
        Assign: { fanned: '{% $states.result %}' },
        Next: 'Judge',
      },
      Judge: task(
        'judge',
        { number: '{% $number %}' },
        {
          Catch: [
            { ErrorEquals: ['Refused'], Next: 'Compensate', Assign: { reason: '{% $states.errorOutput.Error %}' } },
          ],
          Next: 'Done',
        },
      ),
      Compensate: task(
        'double',
        { number: '{% -$number %}' },
        { Assign: { undone: '{% $states.result.Payload %}' }, Next: 'Undone' },
      ),
      Undone: { Type: 'Fail', Error: '{% $reason %}', Cause: '{% "undone " & $string($undone) %}' },
      Done: {
        Type: 'Succeed',
        Output: { doubled: '{% $doubled %}', bulk: '{% $bulk %}', fanned: '{% $fanned %}', exact: '{% $exact %}' },
      },
    },
  };
}

/** The nested machine, which the outer one starts and waits for. */
export const CHILD: JsonObject = {
  QueryLanguage: 'JSONata',
  StartAt: 'Wait',
  States: {
    Wait: { Type: 'Wait', Seconds: 1, Next: 'Square' },
    Square: { Type: 'Pass', Output: '{% $states.input.number * $states.input.number %}', End: true },
  },
};
