/** Curves: the loss of each step, and how many faces are told right. */

import { Chart } from "../chart.js";
import { smoothed } from "../points.js";
import { accuracies, losses } from "./state.js";
import { percent } from "./words.js";

export function Curves() {
  return (
    <>
      <Chart
        title="Loss, step by step"
        series={[
          { name: "of each step", points: losses.value, look: "line faint" },
          { name: "smoothed", points: smoothed(losses.value), look: "line" },
        ]}
        format={(y) => y.toFixed(2)}
      />
      <Chart
        title="Accuracy on unseen faces"
        series={[{ name: "told right", points: accuracies.value, look: "line second" }]}
        range={[0, 1]}
        format={percent}
      />
    </>
  );
}
