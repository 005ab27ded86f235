import * as z from 'zod';
import type { Template } from './packaged-template.ts';

const statement = z.object({
  Effect: z.string(),
  Action: z.union([z.string().transform((action) => [action]), z.array(z.string())]),
  Resource: z.unknown().optional(),
  Principal: z.unknown().optional(),
});
const document = z.object({ Statement: z.array(statement) });
const policies = z.object({
  PolicyDocument: document.optional(),
  AssumeRolePolicyDocument: document.optional(),
  Policies: z.array(z.object({ PolicyDocument: document })).default([]),
});

/** One IAM permission or denial of a template. */
export interface Permission {
  /** Logical id of the role or policy. */
  readonly holder: string;
  readonly effect: string;
  readonly actions: readonly string[];
  /** Resources such as `OrdersTable.Arn`; in a trust policy, the trusted principals. */
  readonly resources: readonly string[];
}

/** Returns every IAM statement of a template. */
export function permissionsOf({ Resources }: Template): readonly Permission[] {
  return Object.entries(Resources).flatMap(([holder, { Properties }]) => {
    const { PolicyDocument, AssumeRolePolicyDocument, Policies } = policies.parse(Properties);
    const documents = [PolicyDocument, AssumeRolePolicyDocument, ...Policies.map((policy) => policy.PolicyDocument)];
    return documents.flatMap((found) => found?.Statement ?? []).map((found) => permission(holder, found));
  });
}

function permission(holder: string, found: z.output<typeof statement>): Permission {
  const subject = found.Resource ?? found.Principal;
  return {
    holder,
    effect: found.Effect,
    actions: found.Action,
    resources: (Array.isArray(subject) ? subject : [subject]).map(inOneLine),
  };
}

function inOneLine(resource: unknown): string {
  const parsed = z
    .union([
      z.string(),
      z.object({ Ref: z.string() }).transform(({ Ref }) => Ref),
      z.object({ 'Fn::GetAtt': z.array(z.string()) }).transform((value) => value['Fn::GetAtt'].join('.')),
      z.object({ 'Fn::Sub': z.string() }).transform((value) => value['Fn::Sub']),
      z
        .object({ 'Fn::Join': z.tuple([z.string(), z.array(z.unknown())]) })
        .transform((value) => value['Fn::Join'][1].map(inOneLine).join(value['Fn::Join'][0])),
      z.object({ Service: z.string() }).transform(({ Service }) => Service),
    ])
    .safeParse(resource);
  return parsed.success ? parsed.data : JSON.stringify(resource);
}
