import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { defaultDeployment } from './default-deployment.ts';
import { permissionsOf } from './permissions.ts';

const machineSchema = z.object({
  Definition: z.unknown(),
  DefinitionSubstitutions: z.record(
    z.string(),
    z.union([
      z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) }).transform(({ 'Fn::GetAtt': [id] }) => id),
      z.object({ Ref: z.string() }).transform(({ Ref }) => Ref),
    ]),
  ),
  RoleArn: z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) }),
});

/** What a task needs: the action of its resource, and where its arguments name on what. */
const NEEDS: Readonly<Record<string, readonly [action: string, argument: string]>> = {
  'arn:aws:states:::lambda:invoke': ['lambda:InvokeFunction', 'FunctionName'],
  'arn:aws:states:::lambda:invoke.waitForTaskToken': ['lambda:InvokeFunction', 'FunctionName'],
  'arn:aws:states:::dynamodb:updateItem': ['dynamodb:UpdateItem', 'TableName'],
};

test.each(['OrderSaga', 'RefundSaga', 'WebhookDelivery'])(
  'the role of %s allows exactly what its tasks call',
  (machine) => {
    const { template } = defaultDeployment();
    const { Definition, DefinitionSubstitutions, RoleArn } = machineSchema.parse(
      template.Resources[machine]?.Properties,
    );
    const needed = tasksOf(Definition).map(({ Resource, Arguments }) => {
      const [action = Resource, argument = ''] = NEEDS[Resource] ?? [];
      const [, substitution = ''] = /^\$\{(\w+)\}$/.exec(String(Arguments[argument])) ?? [];
      return `${action} ${DefinitionSubstitutions[substitution]}.Arn`;
    });
    const allowed = permissionsOf(template)
      .filter(({ holder, actions }) => holder === RoleArn['Fn::GetAtt'][0] && !actions.includes('sts:AssumeRole'))
      .flatMap(({ actions, resources }) => actions.flatMap((action) => resources.map((each) => `${action} ${each}`)));
    expect(needed.length).toBeGreaterThan(0);
    expect(allowed.toSorted()).toEqual([...new Set(needed)].toSorted());
  },
);

const taskSchema = z.object({
  Type: z.literal('Task'),
  Resource: z.string(),
  Arguments: z.record(z.string(), z.unknown()),
});

/** Every task of a definition, in branches and items too. */
function tasksOf(part: unknown): readonly z.output<typeof taskSchema>[] {
  if (typeof part !== 'object' || part === null) {
    return [];
  }
  const task = taskSchema.safeParse(part);
  return task.success ? [task.data] : Object.values(part).flatMap(tasksOf);
}
