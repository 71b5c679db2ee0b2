/** FileError: what is wrong with a file, or could not be done to it, always with its path. */

/** Thrown for a file that is damaged, that does not fit, or that the system does not let be read or written. */
export class FileError extends Error {
  override readonly name = "FileError";
  /** Of the file or folder. */
  readonly path: string;
  /** What is wrong with it: the message without the path. */
  readonly problem: string;

  /**
   * @param path of the file or folder: the message begins with it
   * @param problem what is wrong with it: the rest of the message
   */
  constructor(path: string, problem: string, options?: ErrorOptions) {
    super(`${path}: ${problem}`, options);
    this.path = path;
    this.problem = problem;
  }
}

/** The error as one of this file, unless it is that already. */
export function inFile(path: string, error: unknown): FileError {
  if (error instanceof FileError) return error;
  const { message } = error as Error;
  return new FileError(path, error instanceof SyntaxError ? `not JSON: ${message}` : message, { cause: error });
}

/** What the system's codes mean, in words. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: "the system does not allow it",
  EBUSY: "another program holds it",
  EDQUOT: "the quota of the disk is used up",
  EEXIST: "there is something else where it, or a folder that it is in, should be",
  EFBIG: "it would be larger than the system allows",
  EIO: "the disk reports an error",
  EISDIR: "it is a folder, not a file",
  ELOOP: "links lead in a circle",
  EMFILE: "too many files are open",
  ENAMETOOLONG: "its name is too long",
  ENOENT: "there is no such file or folder",
  ENOSPC: "the disk is full",
  ENOTDIR: "it is said to be in a folder that is a file",
  EPERM: "the system does not allow it",
  EROFS: "the disk is read-only",
};

/** Why the system has refused something, in words: "the disk is full (ENOSPC)"; nothing where the error is another. */
export function systemReason(error: unknown): string | undefined {
  const { code, message, syscall } = error as NodeJS.ErrnoException;
  return code === undefined || syscall === undefined ? undefined : `${REASONS[code] ?? message} (${code})`;
}

const NO_ROOM: readonly unknown[] = ["ENOSPC", "EDQUOT", "EFBIG"];

/** Whether a file could not be written because there is no room: on this machine, whatever others have. */
export function isFull(error: unknown): error is FileError {
  return error instanceof FileError && NO_ROOM.includes((error.cause as NodeJS.ErrnoException | undefined)?.code);
}

/** The system's own error as one of this file; any other as it is. */
function told(path: string, done: string, safe: string | undefined, error: unknown): unknown {
  const why = systemReason(error);
  if (why === undefined) return error;
  const rest = safe === undefined ? "" : `. ${safe}`;
  return new FileError(path, `it could not be ${done}: ${why}${rest}`, { cause: error });
}

/**
 * Does something to a file: where the system refuses, the error says what, and why.
 * @param done completes "it could not be": "read", "written"
 * @param safe what has not been harmed, as a sentence without its full stop
 * @throws FileError
 */
export async function onFile<T>(path: string, done: string, work: () => Promise<T>, safe?: string): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw told(path, done, safe, error);
  }
}

/** The same for what does not have to be waited for. */
export function onFileSync<T>(path: string, done: string, work: () => T, safe?: string): T {
  try {
    return work();
  } catch (error) {
    throw told(path, done, safe, error);
  }
}
