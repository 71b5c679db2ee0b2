/** FileError: what is wrong with a file, or could not be done to it, always with its path. */

/** Thrown for a file that is damaged, that does not fit, or that the system does not let be read or written. */
export class FileError extends Error {
  override readonly name = "FileError";
  /** Of the file or folder. */
  readonly path: string;

  /**
   * @param path of the file or folder: the message begins with it
   * @param problem the rest of the message
   */
  constructor(path: string, problem: string, options?: ErrorOptions) {
    super(`${path}: ${problem}`, options);
    this.path = path;
  }
}

/** The error as one of this file, unless it is that already. */
export function inFile(path: string, error: unknown): FileError {
  return error instanceof FileError ? error : new FileError(path, (error as Error).message, { cause: error });
}
