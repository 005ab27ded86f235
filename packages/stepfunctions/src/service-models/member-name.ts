/** The member of DynamoDB's attribute values whose name AWS's Java SDK gives up to avoid a keyword. */
const RENAMED: { readonly [name: string]: string } = { NULL: 'Nul' };

/**
 * The name that Step Functions gives to a member of an API: `stateMachineArn` becomes `StateMachineArn`. SDK integrations
 * follow AWS's Java SDK in addition, where a word has one capital: `SS` becomes `Ss`, `KMSMasterKeyId` `KmsMasterKeyId`.
 */
export function memberName(apiName: string, sdk: boolean): string {
  if (!sdk) {
    return capitalized(apiName);
  }
  return (
    RENAMED[apiName] ??
    apiName
      .replace(/[^A-Za-z0-9]+/g, ' ')
      .replace(/([a-z])(?=[A-Z][a-zA-Z0-9])/g, '$1 ')
      .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
      .replace(/([0-9])([a-zA-Z])/g, '$1 $2')
      .split(' ')
      .map((word) => capitalized(word.toLowerCase()))
      .join('')
  );
}

function capitalized(word: string): string {
  return `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
}
