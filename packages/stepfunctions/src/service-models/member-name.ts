/** The member of DynamoDB's attribute values whose name AWS's Java SDK gives up to avoid a keyword. */
const RENAMED: { readonly [name: string]: string } = { NULL: 'Nul' };

/** Capitals that begin a name, without one that begins a word of its own: `KMS` of `KMSMasterKeyId`. */
const LEADING_CAPITALS = /^[A-Z]+(?![a-z])/;

/**
 * The name that Step Functions gives to a member of an API: `stateMachineArn` becomes `StateMachineArn`. SDK integrations
 * follow AWS's Java SDK in addition, where an acronym at the beginning has one capital: `SS` becomes `Ss`,
 * `KMSMasterKeyId` `KmsMasterKeyId`, and `ChecksumSHA256` stays as it is.
 */
export function memberName(apiName: string, sdk: boolean): string {
  const name = sdk ? apiName.replace(LEADING_CAPITALS, (acronym) => acronym.toLowerCase()) : apiName;
  return (sdk ? RENAMED[apiName] : undefined) ?? `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
}
