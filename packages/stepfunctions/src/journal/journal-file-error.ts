/** Thrown when the journal's files cannot be used. The message says which file, why, and what a person can do. */
export class JournalFileError extends Error {
  override readonly name = 'JournalFileError';
}

const ANOTHER_FOLDER = 'Make the folder writable for this user, or name another by --data.';
const FREE_SPACE = 'Free some space.';
const DAMAGED =
  'Restore the folder from a backup, or move it away: the engine then starts empty, without the executions in it.';

/** What a person can do, by SQLite's primary result code. */
const MENDS: Readonly<Record<number, string>> = {
  8: ANOTHER_FOLDER, // SQLITE_READONLY
  10: 'Check the disk.', // SQLITE_IOERR
  11: DAMAGED, // SQLITE_CORRUPT
  13: FREE_SPACE, // SQLITE_FULL
  14: ANOTHER_FOLDER, // SQLITE_CANTOPEN
  26: DAMAGED, // SQLITE_NOTADB
};

const FOLDER_PROBLEMS = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'];

/** An error of the journal's files, with the mend where one is known. Other errors come back as they are. */
export function explainFileError(file: string, error: unknown): unknown {
  const mend = mendOf(error);
  return mend === undefined
    ? error
    : new JournalFileError(`The journal ${file} cannot be used: ${messageOf(error)}. ${mend}`, { cause: error });
}

function mendOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) {
    return undefined;
  }
  if ('errcode' in error) {
    // The primary result code is the lowest byte.
    return MENDS[Number(error.errcode) & 0xff];
  }
  const code = 'code' in error ? String(error.code) : '';
  if (code === 'ENOSPC') {
    return FREE_SPACE;
  }
  return FOLDER_PROBLEMS.includes(code) ? ANOTHER_FOLDER : undefined;
}

function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}
