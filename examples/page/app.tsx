/** App: the page's frame, and the section in it. */

import { effect, signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { SOURCE } from "./links.js";
import { loaded, look } from "./watch/state.js";
import { loadRest as loadRestOfWatch, rest, Watch } from "./watch/watch.js";
import { listen, send } from "./worker-link.js";

interface Section {
  name: string;
  /** What the rest of the page does not need to wait for. */
  load: () => Promise<ComponentType>;
}

const SECTIONS: Record<string, Section> = {
  watch: { name: "Watch", load: async () => Watch },
  yours: { name: "Yours", load: async () => (await import("./yours/yours.js")).Yours },
  step: { name: "Step", load: async () => (await import("./step/step.js")).Step },
  keep: { name: "Keep", load: async () => (await import("./keep/keep.js")).Keep },
};

const shown = signal<{ id: string; Content: ComponentType }>({ id: "watch", Content: Watch });

/** Shows the section that the address names. */
async function show(): Promise<void> {
  const id = location.hash.slice(1);
  const section = Object.hasOwn(SECTIONS, id) ? id : "watch";
  const Content = await SECTIONS[section].load();
  shown.value = { id: section, Content };
}

/** Once a net learns, all the rest comes, too: from then on, nothing is asked for any more. */
async function loadRest(): Promise<void> {
  stopWaiting();
  await Promise.all([loadRestOfWatch(), ...Object.values(SECTIONS).map(({ load }) => load()), workerHasRest()]);
  loaded.value = true;
}

/** The worker's part of it. */
function workerHasRest(): Promise<void> {
  return new Promise((resolve) => {
    listen(({ kind }) => {
      if (kind === "loaded") resolve();
    });
    send({ kind: "load" });
  });
}

const stopWaiting = effect(() => {
  if (look.value) queueMicrotask(loadRest);
});

function Sections() {
  return (
    <nav aria-label="Sections">
      {Object.entries(SECTIONS).map(([id, { name }]) => (
        <a key={id} href={`#${id}`} aria-current={shown.value.id === id ? "page" : undefined}>
          {name}
        </a>
      ))}
    </nav>
  );
}

/** From now on shows the section that the address names. The worker has to be there: a section may ask it for something at once. */
export function followAddress(): void {
  addEventListener("hashchange", show);
  void show();
}

export function App() {
  const { Content } = shown.value;
  return (
    <>
      <header class="top">
        <a class="brand" href={SOURCE}>
          torchlet
        </a>
        <Sections />
      </header>
      <main>
        <Content />
      </main>
      <footer>{rest.value && <rest.value.Closing />}</footer>
    </>
  );
}
