/** Mistakes: of the photographs that were kept aside, those that the net is surest and wrong about. */

import { Picture } from "../picture.js";
import { percent } from "../watch/words.js";
import { learned } from "./state.js";

const SHOWN = 12;

export function Mistakes() {
  const now = learned.value;
  if (!now) return null;
  const { classes, aside, right, mistakes, pairs } = now;
  const name = (label: number) => classes[label].name;
  return (
    <section aria-labelledby="mistakes-title">
      <h2 id="mistakes-title">Where it is wrong</h2>
      <p>
        {right} of the {aside} photographs that it did not learn from are told right.
        {mistakes.length > 0 && " These are the others, the surest first: is one of them in the wrong class?"}
      </p>
      <ul class="mistakes">
        {mistakes.slice(0, SHOWN).map(({ image, is, said, sure }, i) => (
          <li key={i}>
            <Picture image={image} label={`A photograph of ${name(is)}`} />
            <p>
              {name(is)}, taken for {name(said)} ({percent(sure)})
            </p>
          </li>
        ))}
      </ul>
      {pairs.length > 0 && (
        <ul class="pairs">
          {pairs.map(({ is, said, count }) => (
            <li key={`${is} ${said}`}>
              {name(is)} is taken for {name(said)}: {count} {count === 1 ? "time" : "times"}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
