import { Failure } from '../schemas/failures.ts';

/** What the file system calls an error. */
export function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

/** Whether an error says that there is nothing of this name. */
export function isMissing(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

const HINTS: Record<string, string> = {
  EACCES: 'check owner and permissions of the folder',
  EPERM: 'check owner and permissions of the folder',
  EROFS: 'the file system is mounted read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota is used up',
  EFBIG: 'the file system takes no file of this size',
  ENAMETOOLONG: 'the path is too long for the file system',
  ENOTDIR: 'a file stands where a folder is needed',
  EEXIST: 'a file stands where a folder is needed',
  EISDIR: 'a folder stands where the file is needed',
  ELOOP: 'the path goes through a loop of symbolic links',
};

/** A Failure where no retry helps, else the error itself. */
export function refusal(error: unknown, file: string, verb: string): unknown {
  const code = codeOf(error);
  const hint = code === undefined ? undefined : HINTS[code];
  return hint === undefined || error instanceof Failure
    ? error
    : new Failure('StoreError', `cannot ${verb} ${file}: ${code}, ${hint}`, { cause: error });
}
