/** Confusion: how often which faces are taken for which; each number opens its faces. */

import { signal } from "@preact/signals";
import { Face } from "./face-grid.js";
import { faces, look } from "./state.js";
import { NAMES, opinionOf } from "./words.js";

type Cell = readonly [actual: number, said: number];

const open = signal<Cell | undefined>(undefined);

function facesIn([actual, said]: Cell): number[] {
  const covered = look.value?.covered;
  if (!covered) return [];
  const { labels } = faces.value;
  return [...labels.keys()].filter((face) => labels[face] === actual && opinionOf(covered[face]).label === said);
}

function CellButton({ cell, most }: { cell: Cell; most: number }) {
  const [actual, said] = cell;
  const count = facesIn(cell).length;
  const isOpen = open.value?.[0] === actual && open.value[1] === said;
  return (
    <button
      type="button"
      class={actual === said ? "cell" : "cell wrong"}
      style={{ "--share": (count / most).toFixed(2) }}
      aria-expanded={isOpen}
      aria-controls="confusion-faces"
      aria-label={`${count} faces are ${NAMES[actual]} and taken for ${NAMES[said]}`}
      onClick={() => {
        open.value = isOpen ? undefined : cell;
      }}
    >
      {count}
    </button>
  );
}

/** The faces of the cell that is open. */
function Opened() {
  const cell = open.value;
  const found = cell ? facesIn(cell) : [];
  return (
    <div id="confusion-faces" class="opened" hidden={!cell}>
      {cell && (
        <p>
          {found.length === 0 ? "No face is" : `${found.length} are`} {NAMES[cell[0]]} and taken for {NAMES[cell[1]]}
          {found.length === 0 ? " at the moment." : ":"}
        </p>
      )}
      <div class="grid">
        {found.map((face) => (
          <Face key={face} face={face} />
        ))}
      </div>
    </div>
  );
}

export function Confusion() {
  const most = Math.max(1, faces.value.labels.length / 2);
  return (
    <section aria-labelledby="confusion-title">
      <h2 id="confusion-title">What it takes for what</h2>
      <p>Press a number to see its faces.</p>
      <table class="confusion">
        <caption class="unseen">Faces by what they are, and by what the net says</caption>
        <thead>
          <tr>
            <td />
            {NAMES.map((name) => (
              <th key={name} scope="col">
                says {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {NAMES.map((name, actual) => (
            <tr key={name}>
              <th scope="row">is {name}</th>
              {NAMES.map((_, said) => (
                <td key={`${actual}-${said}`}>
                  <CellButton cell={[actual, said]} most={most} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <Opened />
    </section>
  );
}
