/** Each relative link of the README and of the docs leads to something that is in the package. */

import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join, posix } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { root } from "./packed.js";

const { stdout } = await promisify(execFile)("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], { cwd: root });
const [{ files, unpackedSize }]: [{ files: { path: string }[]; unpackedSize: number }] = JSON.parse(stdout);
const packed = new Set(files.map(({ path }) => path));
const documents = [...packed].filter((path) => path.endsWith(".md"));

/** Anchors as GitHub and npm make them of headings. */
function anchorsOf(text: string): string[] {
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading.toLowerCase());
  return headings.map((heading) => heading.replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-"));
}

describe("the package", () => {
  it("has the README and all the docs", () => {
    expect(documents).toEqual(expect.arrayContaining(["README.md", "CONTRIBUTING.md", "docs/training.md"]));
    expect(documents.filter((path) => path.startsWith("docs/guides/")).length).toBeGreaterThan(4);
  });

  it("has nothing of the runs that were measured", () => {
    expect([...packed].filter((path) => path.startsWith("docs/results/") || path.startsWith("docs/api/"))).toEqual([]);
    expect(unpackedSize).toBeLessThan(9_000_000);
  });

  it.each(documents)("leads to what there is: %s", async (document) => {
    const text = await readFile(join(root, document), "utf8");
    const links = [...text.matchAll(/\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]*))?\)/g)];
    for (const [link, path, anchor] of links) {
      const target = path === "" ? document : posix.join(posix.dirname(document), path);
      const there = packed.has(target) || [...packed].some((file) => file.startsWith(`${target.replace(/\/$/, "")}/`));
      expect(there, link).toBe(true);
      if (anchor) expect(anchorsOf(await readFile(join(root, target), "utf8")), link).toContain(anchor);
    }
  });
});
