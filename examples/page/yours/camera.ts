/** Camera: what a camera sees, frame by frame, as long as somebody looks. */

/** The longer side that is asked for: the net sees fewer pixels still. */
const WIDTH = 320;

export class Camera {
  readonly video: HTMLVideoElement;
  readonly #stream: MediaStream;

  private constructor(video: HTMLVideoElement, stream: MediaStream) {
    this.video = video;
    this.#stream = stream;
  }

  /** @throws Error saying why there is no camera, in words for whoever sits in front of it */
  static async open(video: HTMLVideoElement): Promise<Camera> {
    if (!navigator.mediaDevices?.getUserMedia) {
      throw new Error(
        "This browser gives a page no camera here: it takes https, or a newer browser. Files work all the same.",
      );
    }
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ video: { width: WIDTH, facingMode: "user" } });
      video.srcObject = stream;
      await video.play();
      return new Camera(video, stream);
    } catch (error) {
      const { name } = error as Error;
      if (name === "NotAllowedError")
        throw new Error("The camera is not allowed for this page. Files work all the same.");
      if (name === "NotFoundError") throw new Error("There is no camera here. Files work all the same.");
      throw new Error(`The camera does not start: ${(error as Error).message}`);
    }
  }

  /** What it sees now. */
  frame(): Promise<ImageBitmap> {
    return createImageBitmap(this.video);
  }

  close(): void {
    for (const track of this.#stream.getTracks()) track.stop();
    this.video.srcObject = null;
  }
}
