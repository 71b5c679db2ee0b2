/** Live: what the net says to the camera, or to a file, and where it looks. */

import "../bars.css";
import { useEffect, useRef, useState } from "preact/hooks";
import { Picture } from "../picture.js";
import { percent } from "../watch/words.js";
import { Camera } from "./camera.js";
import { answer, learned, lookAt, looking, problem } from "./state.js";

function Bars({ probabilities }: { probabilities: readonly number[] }) {
  const names = learned.value?.classes ?? [];
  return (
    <dl class="bars">
      {names.map(({ id, name }, i) => (
        <div key={id} style={{ "--share": probabilities[i].toFixed(3) }}>
          <dt>{name}</dt>
          <dd>{percent(probabilities[i])}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The net gets a frame whenever it has answered to the one before. */
function Watching({ close }: { close: () => void }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    let camera: Camera | undefined;
    let gone = false;
    let frame = 0;
    const look = async () => {
      if (camera && !gone && !looking.value) lookAt(await camera.frame());
      if (!gone) frame = requestAnimationFrame(look);
    };
    Camera.open(video.current!).then(
      (found) => {
        camera = found;
        if (gone) found.close();
        else void look();
      },
      ({ message }: Error) => {
        problem.value = message;
        close();
      },
    );
    return () => {
      gone = true;
      cancelAnimationFrame(frame);
      camera?.close();
    };
  }, []);
  return (
    <div>
      <video ref={video} muted playsInline aria-label="What the camera sees" />
      <button type="button" onClick={close}>
        Close the camera
      </button>
    </div>
  );
}

export function Live() {
  const [isWatching, setWatching] = useState(false);
  const said = answer.value;
  return (
    <section aria-labelledby="live-title">
      <h2 id="live-title">Try it</h2>
      <p>Orange is what speaks most for its answer (Grad-CAM): a look at whether it has learned what you meant.</p>
      <div class="live">
        {isWatching ? (
          <Watching close={() => setWatching(false)} />
        ) : (
          <div class="ways">
            <button type="button" class="main" onClick={() => setWatching(true)}>
              Use the camera
            </button>
            <label class="button">
              <input
                type="file"
                class="unseen"
                accept="image/*"
                onChange={({ currentTarget }) => {
                  const [file] = currentTarget.files ?? [];
                  if (file) lookAt(file);
                  currentTarget.value = "";
                }}
              />
              Try a file
            </label>
          </div>
        )}
        {said && <Picture image={said.heat} label="What the net saw, with what speaks for its answer in orange" />}
        {said && <Bars probabilities={said.probabilities} />}
      </div>
    </section>
  );
}
