/** lossesOf: the numbers behind the curve of the loss. */

import type { Page } from "playwright";

/** The losses so far, step by step, as the table behind the chart has them. */
export async function lossesOf(page: Page): Promise<string[]> {
  const chart = page.locator("figure", { hasText: "Loss, step by step" });
  if ((await chart.locator("details[open]").count()) === 0) await chart.getByText("Numbers").click();
  // It is there once the page has heard that it is to be seen.
  await chart.locator("table").waitFor();
  return chart.locator("tbody tr").allInnerTexts();
}
