/** leaveUnsaid: a bundle without what the library only says to programmers. Nobody writes programs on the page. */

import { fileURLToPath } from "node:url";
import { Visitor } from "rolldown/utils";
import type { Plugin } from "vite";

const unsaid = fileURLToPath(new URL("unsaid.ts", import.meta.url));

/** Modules that only know what a programmer may have meant, and how a tensor is printed. */
const UNSAID = /\/(nearest-name|known-names|foreign-names|module-names|print)\.js$/;

/** What these refuse comes of a wrong program; but a state may be of a wrong file, and a machine lack memory or a GPU. */
const REFUSING = /\/src\/(tensor|layers|optim)\/(?!.*(gpujs|wasm\/(memory|module)|shortage|state-dict)).*\.ts$/;

/** What messages are made of. */
const SAYING = /\/show\.js$/;

/** A message from its quotation mark on, "conv2d: input has 4 channels, …", and who says it, or what must be otherwise. */
const MESSAGE = /^(["`])((?:[\w.]|\$\{[\w.]+\})+)(?:: | must )/;

/** A part of a text, and what is to be in its place. */
interface Edit {
  start: number;
  end: number;
  text: string;
}

function edited(code: string, edits: readonly Edit[]): string {
  let [result, done] = ["", 0];
  for (const { start, end, text } of edits.toSorted((a, b) => a.start - b.start)) {
    result += code.slice(done, start) + text;
    done = end;
  }
  return result + code.slice(done);
}

export const leaveUnsaid = (): Plugin => ({
  name: "leave-unsaid",
  enforce: "pre",
  resolveId: (source, importer = "") =>
    UNSAID.test(source) || (SAYING.test(source) && REFUSING.test(importer)) ? unsaid : undefined,
  transform: {
    filter: { id: REFUSING },
    handler(code) {
      const edits: Edit[] = [];
      const visitor = new Visitor({
        // Of a message, what is left is who says it: which operation it was, should it ever happen.
        ThrowStatement({ argument }) {
          const [message] = argument.type === "NewExpression" ? argument.arguments : [];
          const [, quote, who] = code.slice(message?.start, message?.end).match(MESSAGE) ?? [];
          if (message && who) edits.push({ start: message.start, end: message.end, text: `${quote}${who}${quote}` });
        },
        // Nobody is told any more what an argument has to be, and what to write instead.
        ObjectExpression({ properties }) {
          for (const property of properties) {
            if (property.type !== "Property") continue;
            const key = code.slice(property.key.start, property.key.end);
            const { start, end, type } = property.value;
            if (key === "hint" && type === "ArrowFunctionExpression") edits.push({ start, end, text: "undefined" });
            if (key === "expected" && /Literal$/.test(type)) edits.push({ start, end, text: '""' });
          }
        },
      });
      visitor.visit(this.parse(code, { lang: "ts" }));
      return { code: edited(code, edits), map: null };
    },
  },
});
