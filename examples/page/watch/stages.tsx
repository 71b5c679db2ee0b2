/** Stages: one face on its way through the net, layer by layer, to an opinion. */

import "../bars.css";
import { Picture } from "../picture.js";
import type { Stage } from "../protocol.js";
import { faces, look } from "./state.js";
import { NAMES, percent } from "./words.js";

function Maps({ stage }: { stage: Stage }) {
  const { name, maps, width, height, pictures } = stage;
  const more = maps - pictures.length;
  return (
    <li>
      <h3>{name}</h3>
      <p>
        {maps} maps
        <br />
        {width} × {height} pixels
      </p>
      <div class="maps" role="img" aria-label={`${pictures.length} of the maps that ${name} makes of the face`}>
        {pictures.map((image, i) => (
          <Picture key={i} image={image} />
        ))}
      </div>
      {more > 0 && <p class="more">and {more} more</p>}
    </li>
  );
}

/** How probable the net finds each of the answers. */
function Opinion({ covered }: { covered: number }) {
  return (
    <dl class="bars">
      {[1 - covered, covered].map((share, label) => (
        <div key={NAMES[label]} data-opinion={NAMES[label]} style={{ "--share": share.toFixed(3) }}>
          <dt>{NAMES[label]}</dt>
          <dd>{percent(share)}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Stages() {
  const now = look.value;
  return (
    <section class="stages below" aria-labelledby="stages-title">
      <h2 id="stages-title">One face on its way through the net</h2>
      <p>Choose any face above. Bright is where a filter has found what it looks for.</p>
      {now && (
        <ol>
          <li>
            <h3>The face</h3>
            <p>{NAMES[faces.value.labels[now.chosen.face]]}</p>
            <Picture image={faces.value.pictures[now.chosen.face]} label={`Face ${now.chosen.face + 1}`} />
          </li>
          {now.chosen.stages.map((stage) => (
            <Maps key={stage.name} stage={stage} />
          ))}
          <li>
            <h3>The opinion</h3>
            <p>after step {now.step}</p>
            <Opinion covered={now.covered[now.chosen.face]} />
            <Picture image={now.chosen.heat} label="What speaks for it, in orange" />
          </li>
        </ol>
      )}
    </section>
  );
}
