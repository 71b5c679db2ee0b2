/** What a fresh process needs: imports the built package, trains Net #1, and says how long and how much memory that took. */

const start = performance.now();
const { Adam, Net1, nllLoss, rand, useBackend } = await import("torchlet");

const [batch, threads, steps] = process.argv.slice(2).map(Number);
await useBackend("wasm", { threads });
const model = new Net1();
const optimizer = new Adam(model.parameters(), { lr: 1e-3, weightDecay: 1e-3 });
const images = rand([batch, 3, 32, 32]);
const labels = Int32Array.from({ length: batch }, (_, i) => i % 2);
for (let step = 0; step < steps; step++) {
  optimizer.zeroGrad();
  const loss = nllLoss(model.forward(images), labels);
  loss.backward();
  optimizer.step();
  await loss.item();
}
const ms = performance.now() - start;
console.log(JSON.stringify({ ms, peakBytes: process.resourceUsage().maxRSS * 1024 }));
process.exit();
