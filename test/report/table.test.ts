/** What a table makes of its cells, and how it is heard and scrolled. */

import { describe, expect, it } from "vitest";
import { Bar, table } from "../../src/report/table.js";

const rows = [
  ["000041_1.jpg", "95.12\u00a0%"],
  ["<b>", ""],
];

describe("a table", () => {
  it("sets numbers to the right, and names that begin with one to the left", () => {
    const { text } = table({ label: "shares", head: ["file", "share"], rows });
    expect(text).toContain('<th scope="col">file</th><th scope="col" class="number">share</th>');
    expect(text).toContain('<th scope="row">000041_1.jpg</th><td class="number">95.12\u00a0%</td>');
    expect(text).toContain('<th scope="row">&lt;b&gt;</th>');
  });

  it("is a region with a name that the keyboard reaches, and says on a phone that it is wide", () => {
    const narrow = table({ label: "R&D", head: ["file", "share"], rows }).text;
    expect(narrow).toContain('tabindex="0" role="region" aria-label="R&amp;D"');
    expect(narrow).not.toContain("scroll it sideways");
    const head = ["class", "photographs", "precision", "recall", "F1", "AUC"];
    expect(table({ label: "classes", head, rows: [["a", "1", "2", "3", "4", "5"]] }).text).toContain(
      "scroll it sideways",
    );
  });

  it("scrolls in its own height when it has many rows", () => {
    const many = Array.from({ length: 100 }, (_, i) => [`class ${i}`, String(i)]);
    expect(table({ label: "classes", head: ["class", "n"], rows: many }).text).toContain('class="scroll tall"');
  });

  it("sums up below, names groups of columns, marks a row, and draws a share as a bar", () => {
    const { text } = table({
      label: "epochs",
      groups: [
        { name: "", columns: 1 },
        { name: "train", columns: 1 },
      ],
      head: ["epoch", "accuracy"],
      rows: [
        ["1", "0.5"],
        ["2", new Bar("75\u00a0%", 0.75)],
      ],
      foot: [["mean", "0.6"]],
      mark: 1,
    });
    expect(text).toContain('<td colspan="1"></td><th scope="colgroup" class="group" colspan="1">train</th>');
    expect(text).toContain(
      '<tr class="mark"><th scope="row">2</th><td class="number bar" style="--share: 0.750">75\u00a0%',
    );
    expect(text).toContain('<tfoot><tr><th scope="row">mean</th><td class="number">0.6</td>');
  });
});
