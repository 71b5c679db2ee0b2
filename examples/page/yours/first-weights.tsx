/** FirstWeights: what the net begins with: random numbers, or a file of what another net has learned. */

import "../details.css";
import { beginning, beginWith, phase, refusedWeights } from "./state.js";

/** What was taken over, or why nothing was. */
function Told() {
  const refused = refusedWeights.value;
  if (refused) {
    return (
      <p class="problem" role="alert">
        <strong>{refused.file} was refused.</strong> {refused.reason}
      </p>
    );
  }
  const from = beginning.value;
  if (!from) return null;
  return (
    <p role="status">
      The net begins with {from.file}: {from.count} of its tensors are taken over. {from.anew.join(" and ")}, which told
      other classes apart, begin anew.
    </p>
  );
}

export function FirstWeights() {
  const isLearning = phase.value === "learning";
  return (
    <details class="first-weights">
      <summary>Begin with a net that has learned before</summary>
      <p>
        Its weights as .safetensors: those of any Net #3, from the section Keep or from torchlet, whatever its classes
        and the size of its pictures. With few photographs, what it has learned is a better beginning than random
        numbers.
      </p>
      <div class="ways">
        <label class="button">
          <input
            type="file"
            class="unseen"
            accept=".safetensors,.onnx"
            disabled={isLearning}
            onChange={({ currentTarget }) => {
              const [file] = currentTarget.files ?? [];
              if (file) beginWith(file);
              currentTarget.value = "";
            }}
          />
          Choose weights
        </label>
        {beginning.value && (
          <button type="button" onClick={() => beginWith()} disabled={isLearning}>
            Random numbers again
          </button>
        )}
      </div>
      <Told />
    </details>
  );
}
