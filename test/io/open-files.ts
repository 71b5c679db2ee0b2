/** openFiles: what of a folder this process has open. */

import { readdirSync, readlinkSync } from "node:fs";

/** Only Linux says so. */
export const saysWhatIsOpen = process.platform === "linux";

/** The folder and its files, as far as they are open. */
export function openFiles(folder: string): string[] {
  const links = readdirSync("/proc/self/fd").map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return ""; // closed meanwhile
    }
  });
  return links.filter((path) => path.startsWith(folder));
}
