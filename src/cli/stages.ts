/** How far a report is, on a terminal: one line, which is gone when the next one comes. */

/** What to hand to a report, and what to call when it is done. */
export function terminalStages(): { onStage: (stage: string) => void; end: () => void } {
  const terminal = process.stdout.isTTY ? process.stdout : undefined;
  return {
    onStage: (stage) => terminal?.write(`\r\x1b[K${stage} …`),
    end: () => terminal?.write("\r\x1b[K"),
  };
}
