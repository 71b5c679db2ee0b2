/** Place: what happens at one step of the tape. */

import type { ForwardStep, TapeStep, TapeTensor } from "../../../src/index.js";
import type { RecordedStep } from "../protocol.js";
import { Source } from "./source.js";
import { nameOf, Value } from "./value.js";

type Tape = RecordedStep["tape"];

function bytes(n: number): string {
  return n < 1024 ? `${n} bytes` : `${(n / 1024).toFixed(n < 10_240 ? 1 : 0)} kB`;
}

/** What an operation keeps until the way back has gone through it. */
function KeptNumbers({ step, tape }: { step: ForwardStep; tape: Tape }) {
  if (step.kept.length === 0) return <p class="kept">It keeps nothing for the way back.</p>;
  return (
    <ul class="kept">
      {step.kept.map(({ tensor, bytes: size, freedAfter }, i) => (
        <li key={i}>
          keeps <b>{tensor === undefined ? "numbers of its own" : nameOf(tape.tensors[tensor])}</b> for the way back,{" "}
          {bytes(size)}:{" "}
          {freedAfter === undefined ? "somebody else holds it, too" : `given back after step ${freedAfter + 1}`}
        </li>
      ))}
    </ul>
  );
}

function Forward({ step, tape }: { step: ForwardStep; tape: Tape }) {
  const inputs = step.inputs.map((id) => tape.tensors[id]);
  const output = tape.tensors[step.output];
  return (
    <>
      <h2>{step.name}</h2>
      {step.formula && <p class="formula">{step.formula}</p>}
      <div class="values">
        <div class="column">
          {inputs.map((tensor) => (
            <Value key={tensor.id} title={nameOf(tensor)} tensor={tensor} values={tensor.values} />
          ))}
        </div>
        <span class="makes" role="img" aria-label="makes">
          →
        </span>
        <div class="column">
          <Value title={nameOf(output)} tensor={output} values={output.values} />
          {output.gradient && <Value title="its gradient, later" tensor={output} values={output.gradient} />}
        </div>
      </div>
      <KeptNumbers step={step} tape={tape} />
      {step.source && <Source path={step.source} operation={step.name} />}
    </>
  );
}

function Backward({ step, tape }: { step: Exclude<TapeStep, ForwardStep>; tape: Tape }) {
  const [from, to] = [tape.tensors[step.from], tape.tensors[step.to]];
  const through = step.through === undefined ? undefined : (tape.steps[step.through] as ForwardStep);
  return (
    <>
      <h2>{step.name}</h2>
      <p>
        How much would the loss change if <b>{nameOf(to)}</b> did? What is known of <b>{nameOf(from)}</b> is sent back
        through {through ? `${through.name}, step ${step.through! + 1}` : "the operation that made it"}.
      </p>
      <div class="values">
        <Value title={`∂loss / ∂ ${nameOf(from)}`} tensor={from} values={from.gradient} />
        <span class="makes" role="img" aria-label="becomes">
          →
        </span>
        <Value title={`∂loss / ∂ ${nameOf(to)}`} tensor={to} values={step.values} />
      </div>
      {through?.source && <Source path={through.source} operation={through.name} />}
    </>
  );
}

/** Every parameter, before and after. */
function Optimizer({ tape }: { tape: Tape }) {
  const changed = tape.tensors.filter(({ updated, name }) => updated && name);
  return (
    <>
      <h2>optimizer.step()</h2>
      <p>Adam moves each number against its gradient, all of them by about the learning rate.</p>
      {changed.map((tensor: TapeTensor) => (
        <div key={tensor.id} class="values">
          <div class="column">
            <Value title={nameOf(tensor)} tensor={tensor} values={tensor.values} />
            {tensor.gradient && <Value title="its gradient" tensor={tensor} values={tensor.gradient} />}
          </div>
          <span class="makes" role="img" aria-label="becomes">
            →
          </span>
          <Value title="afterwards" tensor={tensor} values={tensor.updated} />
        </div>
      ))}
    </>
  );
}

export function Place({ tape, place }: { tape: Tape; place: number }) {
  const step: TapeStep | undefined = tape.steps[place];
  return (
    <section class="place" aria-label={`Step ${place + 1}`}>
      {!step && <Optimizer tape={tape} />}
      {step?.way === "forward" && <Forward step={step} tape={tape} />}
      {step?.way === "backward" && <Backward step={step} tape={tape} />}
    </section>
  );
}
