/** ClassCard: one class: its name, its photographs, and the ways in which more come. */

import { useEffect, useRef, useState } from "preact/hooks";
import { Picture } from "../picture.js";
import { Camera } from "./camera.js";
import {
  addFiles,
  addFrame,
  classes,
  counts,
  GOOD,
  phase,
  photographs,
  problem,
  removeClass,
  removePhotograph,
  renameClass,
} from "./state.js";

/** Between two photographs while the button is held. */
const EVERY_MS = 150;

/** The camera, and the button that records while it is held. */
function Recorder({ id, close }: { id: number; close: () => void }) {
  const video = useRef<HTMLVideoElement>(null);
  const [camera, setCamera] = useState<Camera>();
  const timer = useRef<ReturnType<typeof setInterval>>(undefined);
  useEffect(() => {
    let opened: Camera | undefined;
    let gone = false;
    Camera.open(video.current!).then(
      (found) => {
        if (gone) found.close();
        opened = found;
        setCamera(found);
      },
      ({ message }: Error) => {
        problem.value = message;
        close();
      },
    );
    return () => {
      gone = true;
      clearInterval(timer.current);
      opened?.close();
    };
  }, []);
  const take = async () => camera && addFrame(id, await camera.frame());
  const hold = () => {
    clearInterval(timer.current);
    void take();
    timer.current = setInterval(take, EVERY_MS);
  };
  const release = () => clearInterval(timer.current);
  return (
    <div class="recorder">
      <video ref={video} muted playsInline aria-label="What the camera sees" />
      <button
        type="button"
        class="main"
        disabled={!camera}
        onPointerDown={({ currentTarget, pointerId }) => {
          currentTarget.setPointerCapture(pointerId);
          hold();
        }}
        onPointerUp={release}
        onPointerCancel={release}
        onKeyDown={({ key, repeat }) => (key === " " || key === "Enter") && !repeat && hold()}
        onKeyUp={release}
        onBlur={release}
      >
        Hold to record
      </button>
      <button type="button" onClick={close}>
        Close the camera
      </button>
    </div>
  );
}

export function ClassCard({ id }: { id: number }) {
  const [isRecording, setRecording] = useState(false);
  const [isOver, setOver] = useState(false);
  const place = classes.value.findIndex((each) => each.id === id);
  const { name } = classes.value[place];
  const count = counts.value[place];
  const own = photographs.value.filter(({ of }) => of === id);
  const isLearning = phase.value === "learning";
  return (
    <section
      class={isOver ? "class-card over" : "class-card"}
      aria-label={name}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        event.stopPropagation();
        setOver(false);
        if (event.dataTransfer) void addFiles(id, event.dataTransfer);
      }}
    >
      <div class="class-name">
        <input
          aria-label={`Name of class ${place + 1}`}
          value={name}
          onInput={(event) => renameClass(id, event.currentTarget.value)}
        />
        {classes.value.length > 2 && (
          <button
            type="button"
            class="quiet"
            aria-label={`Remove ${name}`}
            onClick={() => removeClass(id)}
            disabled={isLearning}
          >
            Remove
          </button>
        )}
      </div>
      <p class="balance" style={{ "--share": Math.min(1, count / GOOD).toFixed(2) }}>
        {count} {count === 1 ? "photograph" : "photographs"}
      </p>
      {isRecording ? (
        <Recorder id={id} close={() => setRecording(false)} />
      ) : (
        <div class="ways">
          <label class="button">
            <input
              type="file"
              class="unseen"
              multiple
              accept="image/*"
              disabled={isLearning}
              onChange={({ currentTarget }) => {
                // Emptied only once its files are known, so that the same can be chosen again.
                void addFiles(id, currentTarget.files ?? []).then(() => {
                  currentTarget.value = "";
                });
              }}
            />
            Choose files
          </label>
          <button type="button" onClick={() => setRecording(true)} disabled={isLearning}>
            Use the camera
          </button>
          <p>or drop files here</p>
        </div>
      )}
      <div class="photographs">
        {own.map((photograph, i) => (
          <button
            key={photograph.id}
            type="button"
            class="face"
            aria-label={`Remove photograph ${i + 1} of ${name}`}
            onClick={() => removePhotograph(photograph.id)}
            disabled={isLearning}
          >
            <Picture image={photograph.image} />
          </button>
        ))}
      </div>
    </section>
  );
}
