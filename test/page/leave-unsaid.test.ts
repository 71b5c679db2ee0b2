/** What the page's bundle leaves out of the library: words for programmers, and nothing else. */

import { rolldown } from "rolldown";
import { expect, it } from "vitest";
import { leaveUnsaid } from "../../examples/page/leave-unsaid.js";

/** A module of the library with this text, as the page has it. */
async function onPage(path: string, text: string): Promise<string> {
  const id = `/library/src/${path}`;
  const given = { name: "given", load: (asked: string) => (asked === id ? text : undefined) };
  const bundle = await rolldown({ input: id, plugins: [{ ...given, resolveId: () => id }, leaveUnsaid()] });
  const { output } = await bundle.generate();
  return output[0].code;
}

it("leaves of messages who says them, and the program as it is", async () => {
  const text = `
    export function check(who: string, count: number) {
      if (count > 3) throw new RangeError(\`conv2d: input has \${count} channels, \` + "weight expects 3");
      if (count < 0) throw new RangeError(\`\${who}: \${count} is less than nothing\`);
      if (count < 1) throw new RangeError("There are none");
      return count;
    }
    export const kind = { expected: "a tensor", hint: (value: unknown) => \`write tensor(\${value})\` };`;
  const code = await onPage("tensor/ops/conv2d.ts", text);
  const { check, kind } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  expect(() => check("Linear", 4)).toThrow(/^conv2d$/);
  expect(() => check("Linear", -1)).toThrow(/^Linear$/);
  expect(() => check("Linear", 0)).toThrow(/^There are none$/);
  expect(check("Linear", 2)).toBe(2);
  expect(kind).toEqual({ expected: "", hint: undefined });
});

it("leaves all that a file, or a machine, may be at fault for", async () => {
  const text = `export const refuse = () => { throw new Error("loadStateDict: the state does not fit Net3"); };`;
  const places = ["layers/state-dict.ts", "tensor/backend/shortage.ts", "tensor/backend/wasm/module.ts", "data/png.ts"];
  for (const place of places) expect(await onPage(place, text)).toContain("the state does not fit Net3");
  expect(await onPage("layers/linear.ts", text)).not.toContain("does not fit");
});
