import { statfsSync } from 'node:fs';

/** Less space than a program needs to say that there is none. */
const FULL_BYTES = 16 * 1024;

/** The cause of a failed disk operation in words that are not Node's. */
const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: "this user's share of the disk is full",
  EFBIG: 'the file is larger than this shell allows (ulimit -f)',
  EROFS: 'the disk is read-only',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  ENOTDIR: 'a file is in the way of the folder',
  EEXIST: 'a file is in the way of a folder',
  EISDIR: 'a folder is in the way of a file',
  ERR_FS_EISDIR: 'a folder is in the way of a file',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open on this machine',
};

const MENDS: Readonly<Record<string, string>> = {
  ENOSPC: 'Free some space.',
  EDQUOT: 'Free some space.',
  EFBIG: 'Raise the limit: ulimit -f unlimited.',
  EROFS: 'Name a folder on another disk by EMBEDDED_DATA_DIR.',
  EACCES: 'Make the folder writable for this user, or name another by EMBEDDED_DATA_DIR.',
  EPERM: 'Make the folder writable for this user, or name another by EMBEDDED_DATA_DIR.',
  ENOTDIR: 'Name another folder by EMBEDDED_DATA_DIR.',
  EEXIST: 'Move it away, or name another folder by EMBEDDED_DATA_DIR.',
  EISDIR: 'Move it away, or name another folder by EMBEDDED_DATA_DIR.',
  ERR_FS_EISDIR: 'Move it away, or name another folder by EMBEDDED_DATA_DIR.',
  EMFILE: 'Raise the limit: ulimit -n 4096.',
  ENFILE: 'End other programs.',
};

/** Why a disk operation failed. */
export function diskReason(error: unknown): string {
  const code = codeOf(error);
  return (code === undefined ? undefined : REASONS[code]) ?? (error instanceof Error ? error.message : String(error));
}

/** What a person can do about it; empty where nothing is known. */
export function diskMend(error: unknown): string {
  return MENDS[codeOf(error) ?? ''] ?? '';
}

/** Whether a message of SQLite, dynoxide or Node says that a disk is full. */
export function saysDiskIsFull(message: string): boolean {
  return /database or disk is full|ENOSPC|no space left on device/i.test(message);
}

/** Whether there is no space left where the file is. */
export function isDiskFull(file: string): boolean {
  const { bavail, bsize } = statfsSync(file);
  return bavail * bsize < FULL_BYTES;
}

/** Whether the error is one of those that this file explains, and so not a fault of the program. */
export function isDiskProblem(error: unknown): boolean {
  return (codeOf(error) ?? '') in REASONS;
}

function codeOf(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** SQLite's primary result codes for a file that is damaged, or no database at all. */
const SQLITE_DAMAGED = [11, 26];

/** Whether SQLite says that its file is damaged. */
export function isDamagedDatabase(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'errcode' in error &&
    SQLITE_DAMAGED.includes(Number(error.errcode) & 0xff)
  );
}
