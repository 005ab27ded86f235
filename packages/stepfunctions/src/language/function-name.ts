/** A Lambda function's name, and the version or alias that a caller asked for. */
export interface FunctionName {
  readonly name: string;
  readonly qualifier: string | undefined;
}

/** Reads a function given by its name, partial ARN or full ARN, each also with a qualifier. */
export function readFunctionName(text: string): FunctionName {
  const marker = text.lastIndexOf('function:');
  const [name = text, qualifier] = (marker < 0 ? text : text.slice(marker + 'function:'.length)).split(':');
  return { name, qualifier };
}
