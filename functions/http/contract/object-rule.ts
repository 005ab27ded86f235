/** Error map of a strict object: a sentence for what is no object at all; unknown fields are reported one by one. */
export function objectRule(rule: string): (issue: { readonly code?: string | undefined }) => string | undefined {
  return ({ code }) => (code === 'unrecognized_keys' ? undefined : rule);
}
