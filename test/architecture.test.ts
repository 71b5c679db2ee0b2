/** The rules of the source: which way imports point, and what does not occur. */

import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, posix } from "node:path";
import { describe, expect, it } from "vitest";

const ENGINE = [
  "shape",
  "random",
  "backend",
  "lifetime",
  "tensor",
  "copies",
  "trace",
  "autograd",
  "ops",
  "methods",
  "gradcheck",
  "anomaly",
];

/** The parts of the source, and which of them each may import besides itself. */
const PARTS: Record<string, { path: RegExp; imports: string[] }> = {
  node: { path: /^(node|file-error)\.ts$/, imports: [] },
  text: { path: /^text\.ts$/, imports: [] },
  bytes: { path: /^concat-bytes\.ts$/, imports: [] },
  shape: { path: /^tensor\/(shape|arguments|contents|kinds|show|nearest-name|known-names)\.ts$/, imports: [] },
  random: { path: /^tensor\/(random|generator-states|philox)\.ts$/, imports: ["shape"] },
  special: { path: /^tensor\/special\.ts$/, imports: [] },
  backend: { path: /^tensor\/backend\//, imports: ["shape", "random", "bytes"] },
  lifetime: { path: /^tensor\/(lifetime|shared-storage|aside|sweep)\.ts$/, imports: ["shape", "backend"] },
  tensor: {
    path: /^tensor\/(tensor|tensor-list|foreign-names|inspect|values|print|conversions|unawaited|to|factories\/[\w-]+)\.ts$/,
    imports: ["shape", "random", "backend", "lifetime"],
  },
  copies: { path: /^tensor\/copies\.ts$/, imports: ["backend", "tensor"] },
  trace: { path: /^tensor\/trace\.ts$/, imports: ["tensor"] },
  autograd: { path: /^tensor\/(autograd|scope)\.ts$/, imports: ["shape", "backend", "lifetime", "tensor", "trace"] },
  ops: { path: /^tensor\/ops\//, imports: ["shape", "random", "special", "backend", "tensor", "autograd"] },
  methods: { path: /^tensor\/methods\.ts$/, imports: ["lifetime", "tensor", "autograd", "ops"] },
  tape: {
    path: /^tensor\/(tape|op-docs)\.ts$/,
    imports: ["shape", "lifetime", "tensor", "trace", "autograd"],
  },
  gradcheck: { path: /^tensor\/gradcheck\.ts$/, imports: ["shape", "random", "backend", "tensor", "autograd", "ops"] },
  selfCheck: { path: /^tensor\/self-check\.ts$/, imports: ["random", "backend", "ops"] },
  anomaly: { path: /^tensor\/anomaly\.ts$/, imports: ["shape", "tensor", "trace", "autograd", "ops"] },
  layers: { path: /^layers\//, imports: ["text", ...ENGINE] },
  optim: { path: /^optim\//, imports: ENGINE },
  nets: { path: /^nets\//, imports: [...ENGINE, "layers"] },
  data: { path: /^data\//, imports: ["node", "bytes", ...ENGINE] },
  explain: { path: /^explain\//, imports: [...ENGINE, "layers", "data"] },
  metrics: { path: /^metrics\//, imports: ENGINE },
  io: { path: /^io\//, imports: ["node", "bytes", ...ENGINE, "layers", "optim"] },
  train: { path: /^train\//, imports: ["node", "text", ...ENGINE, "layers", "optim", "data", "metrics", "io"] },
  run: {
    path: /^run\//,
    imports: ["node", "text", ...ENGINE, "layers", "nets", "optim", "data", "metrics", "io", "train"],
  },
  report: {
    path: /^report\//,
    imports: ["node", "text", ...ENGINE, "layers", "optim", "data", "metrics", "explain", "io", "train", "run"],
  },
};

/** These see everything. */
const TOPS = /^(index|extend|cli)\.ts$|^cli\//;

/** What a browser loads: nothing of Node's, and no packages but these, when they are used. */
const LATER: Record<string, string[]> = { "tensor/backend/gpujs/gpu-js.ts": ["gpu.js"] };
const BROWSER = /^((node|text|concat-bytes)\.ts$|(tensor|layers|optim|nets|metrics|explain)\/)/;

const root = new URL("../src/", import.meta.url);

interface Source {
  path: string;
  text: string;
  /** Without comments. */
  code: string;
  imports: string[];
}

/** All of src but what is generated. */
const files: Source[] = readdirSync(root, { recursive: true, encoding: "utf8" })
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => path.endsWith(".ts") && !path.endsWith(".generated.ts"))
  .map((path) => {
    const text = readFileSync(new URL(path, root), "utf8");
    const code = text.replace(/\/\*[\s\S]*?\*\/|(?<![:"'`])\/\/.*$/gm, "");
    const imports = [...code.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"([^"]+)"/g)].map(([, from]) => from);
    return { path, text, code, imports };
  });

/** Without the kernels, which are AssemblyScript, or are read by GPU.js. */
const sources = files.filter(({ path }) => !path.includes("/kernels/"));

/** The source that `path` means by `from`. */
const resolve = (path: string, from: string) => `${posix.join(dirname(path), from).replace(/\.[jt]s$/, "")}.ts`;

/** Every circle that a walk along the imports comes upon, as "a → b → a". */
function circles(imports: Record<string, readonly string[]>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const way: string[] = [];
  const visit = (path: string) => {
    if (way.includes(path)) found.push([...way.slice(way.indexOf(path)), path].join(" → "));
    if (way.includes(path) || done.has(path)) return;
    way.push(path);
    imports[path]?.forEach(visit);
    way.pop();
    done.add(path);
  };
  Object.keys(imports).forEach(visit);
  return found;
}

const partOf = (path: string) => Object.keys(PARTS).find((name) => PARTS[name].path.test(path));

/** Lines `path: what` for every source that `find` finds something in. */
function offences(find: (source: Source) => string[]): string[] {
  return sources.flatMap((source) => find(source).map((what) => `${source.path}: ${what}`));
}

const matches = (pattern: RegExp) => offences(({ code }) => code.match(pattern) ?? []);

describe("imports", () => {
  it("are found at all", () => {
    expect(sources.find(({ path }) => path === "tensor/tensor.ts")?.imports).toContain("./backend/backend.js");
    expect(sources.length).toBeGreaterThan(40);
  });

  it("point one way", () => {
    expect(
      offences(({ path, imports }) => {
        if (TOPS.test(path)) return [];
        const part = partOf(path);
        if (!part) return ["belongs to no part of the source"];
        return imports
          .filter((from) => from.startsWith("."))
          .filter((from) => {
            const target = partOf(resolve(path, from));
            return target !== part && !PARTS[part].imports.includes(target ?? "");
          });
      }),
    ).toEqual([]);
  });

  it("make no circles, not even of types", () => {
    const local = ({ path, imports }: Source) =>
      imports.filter((from) => from.startsWith(".")).map((from) => resolve(path, from));
    expect(circles(Object.fromEntries(files.map((file) => [file.path, local(file)])))).toEqual([]);
    expect(circles({ a: ["b", "c"], b: ["c"], c: [] })).toEqual([]);
    expect(circles({ a: ["b"], b: ["c"], c: ["b"] })).toEqual(["b → c → b"]);
  });

  it("keep the backends apart: only those who choose one know them", () => {
    const owner = (path: string) => path.match(/^tensor\/backend\/(\w+)\//)?.[1];
    expect(
      offences(({ path, imports }) => {
        if (/^tensor\/backend\/(registry|current-backend)\.ts$/.test(path)) return [];
        if (!path.startsWith("tensor/backend/")) return [];
        return imports.filter((from) => {
          const target = owner(posix.join(dirname(path), from));
          return from.startsWith(".") && target !== undefined && target !== owner(path);
        });
      }),
    ).toEqual([]);
  });

  it("end in .js when they are relative", () => {
    expect(offences(({ imports }) => imports.filter((from) => from.startsWith(".") && !from.endsWith(".js")))).toEqual(
      [],
    );
  });

  it("name no package and nothing of Node's where browsers load the file", () => {
    expect(
      offences(({ path, code, imports }) => {
        if (!BROWSER.test(path)) return [];
        const later = LATER[path]?.filter((from) => !code.includes(`from "${from}"`)) ?? [];
        return imports.filter((from) => !from.startsWith(".") && !later.includes(from));
      }),
    ).toEqual([]);
  });
});

describe("files", () => {
  it("are not called index.ts (but for src/index.ts), utils.ts or types.ts", () => {
    expect(offences(({ path }) => (/^(index|utils|types|helpers)\.ts$/.test(basename(path)) ? [path] : []))).toEqual([
      "index.ts: index.ts",
    ]);
  });

  it("open by saying what they are", () => {
    expect(offences(({ text }) => (/^(#!.*\n)?\/\*\*? \S/.test(text) ? [] : [text.split("\n")[0]]))).toEqual([]);
  });
});

describe("code", () => {
  it.each([
    ["default exports", /export default/g],
    ["any", /(?:[:<|&,(]|\bas)\s*any\b(?!["'])/g],
    ["enum", /^\s*(?:export )?(?:const )?enum /gm],
    ["Math.random", /Math\.random/g],
    ["JavaScript's Generator, beside the one that draws numbers", /\bGenerator</g],
    ["promises of what is still to come", /not implemented/gi],
  ])("has no %s", (_what, pattern) => expect(matches(pattern)).toEqual([]));
});
