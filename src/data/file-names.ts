/** What the names of files and folders say of photographs. */

/** A file or folder that is left out, and why. */
export interface SkippedFile {
  /** Its path, from the folder that was opened. */
  file: string;
  /** Why it is left out. */
  reason: string;
}

/** What macOS, Windows, Synology and Linux leave in folders; whatever begins with a dot (`.DS_Store`, `._x`) as well. */
export const LEFT_BY_SYSTEMS = new RegExp(
  `^(${[
    ...["\\..*", "__MACOSX", "Icon\\r", "Network Trash Folder", "Temporary Items"],
    ...["Thumbs\\.db", "ehthumbs\\.db", "desktop\\.ini", "\\$RECYCLE\\.BIN", "RECYCLER", "System Volume Information"],
    ...["@eaDir", "#recycle", "#snapshot", "lost\\+found", "FOUND\\.\\d{3}"],
  ].join("|")})$`,
  "i",
);

/** A file that has one of these extensions, or none, may be a photograph; its first bytes tell. */
export const PHOTOGRAPH = /^[^.]+$|\.(jpe?g|jpe|jfif|png|apng|webp|gif|bmp|tiff?|avif|hei[cf]|jxl|jp2|svg)$/i;

export const NO_PHOTOGRAPH = "by its name it is no photograph";

export const BESIDE = "it lies beside the folders of the classes";

/** Letters with their accents in one piece or in two, as macOS had them, are the same name. */
export function composed(name: string): string {
  return name.normalize("NFC");
}
