/** What torchlet predict says for people: columns while there is room for one of each class. */

import { expect, it } from "vitest";
import { rowsIn } from "../../src/cli/predict-rows.js";

const share = (...others: number[]) => [...others, 1 - others.reduce((sum, p) => sum + p, 0)];

it("has a column for each of a few classes", () => {
  const rows = rowsIn("text", ["cat", "dog"]);
  const predictions = [{ file: "a.jpg", probabilities: share(0.25) }];
  expect(rows.head(predictions) + rows.row(predictions[0])).toBe(
    "photograph  class     cat     dog\na.jpg       dog    25.0 %  75.0 %\n",
  );
});

it("has the three likeliest of many, the lower one first where two are equal", () => {
  const rows = rowsIn(
    "text",
    Array.from({ length: 9 }, (_, i) => `class ${i}`),
  );
  const predictions = [
    { file: "a.jpg", probabilities: [0.1, 0, 0, 0.5, 0.2, 0.1, 0, 0, 0.1] },
    { file: "b.jpg", reason: "gone" },
  ];
  expect(rows.head(predictions) + predictions.map(rows.row).join("")).toBe(
    "photograph  likeliest       second          third\na.jpg       class 3 50.0 %  class 4 20.0 %  class 0 10.0 %\n",
  );
});
