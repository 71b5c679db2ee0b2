/** The report of a run and the comparison of two: what they say, and how a browser shows them. */

import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drawFaces } from "../../examples/drawn-faces.js";
import { writeComparison } from "../../src/report/comparison.js";
import { examine } from "../../src/report/examine.js";
import { writeReport } from "../../src/report/run-report.js";
import { lookingSection } from "../../src/report/sections/looking.js";
import { explained } from "../../src/report/sections/reasons.js";
import { trainConfig } from "../../src/run/config.js";
import { startRun } from "../../src/run/run.js";
import { RunFolder } from "../../src/run/run-folder.js";
import { memory } from "../../src/tensor/backend/registry.js";
import { Generator } from "../../src/tensor/random.js";
import { launchOptions, noChromium } from "../chromium.js";

/** What a class or a file may be called on most systems, and what must not become part of a page. */
const HOSTILE = `<img src=x onerror="document.title='taken'">&amp;`;

let root: string;
/** What the first report said while it was made. */
const stages: string[] = [];
let comparison: Awaited<ReturnType<typeof writeComparison>>;

const at = (name: string) => join(root, name);

async function train(name: string, data: string, changes: Record<string, unknown> = {}): Promise<void> {
  const options = { net: "net1", size: 16, epochs: 2, batch: 16, lr: 0.003, backend: "wasm", threads: 1, ...changes };
  await startRun(at(name), trainConfig({ data: at(data), ...options }), { onEvent: () => {} });
}

/** Three classes of drawn faces in folders: one with a hostile name, and in it a file with one. */
async function makeFolders(): Promise<void> {
  for (const [k, name] of [HOSTILE, "R&D", "more"].entries()) {
    await mkdir(at(`classes/${name}`), { recursive: true });
    await drawFaces(at(`drawn-${k}`), { train: 12, test: 0, size: 16, seed: k });
    for (const file of await readdir(at(`drawn-${k}/train`))) {
      await rename(at(`drawn-${k}/train/${file}`), at(`classes/${name}/${k === 0 ? HOSTILE : ""}${file}`));
    }
  }
  await writeFile(at(`classes/more/${HOSTILE}.png`), "no picture");
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "torchlet-report-"));
  await drawFaces(at("faces"), { train: 60, test: 30, size: 20 });
  // One is in both splits, and was called something else there.
  const [double] = await readdir(at("faces/train"));
  await cp(
    at(`faces/train/${double}`),
    at(`faces/test/${double.replace(/[01]\./, (end) => `${1 - Number(end[0])}.`)}`),
  );
  await makeFolders();
  await train("two", "faces");
  await train("other", "faces", { seed: 2, size: 24, epochs: 1 });
  await train("three", "classes");
  // Of earlier reports, which had other charts.
  for (const run of ["two", "comparison"]) {
    await mkdir(at(`${run}/charts`), { recursive: true });
    await writeFile(at(`${run}/charts/old.svg`), "<svg/>");
    await writeFile(at(`${run}/report.json`), '{ "files": ["charts/old.svg"] }');
  }
  await writeReport(at("two"), { onStage: (stage) => stages.push(stage) });
  await writeReport(at("three"));
  comparison = await writeComparison(at("two"), at("other"), { out: at("comparison") });
}, 240_000);
afterAll(() => rm(root, { recursive: true }));

/** Nothing shows that is no number and no text, and no chart carries a warning of Plot's. */
function expectWhole(page: string): void {
  expect(page.replaceAll(/base64,[^"]*/g, "")).not.toMatch(/NaN|undefined|Infinity|\[object|⚠/);
}

const CHARTS = {
  two: [
    ...["brightness", "calibration", "class-balance", "confusion", "error", "f1", "loss"],
    ...["precision-recall", "roc", "scores", "thresholds"],
  ],
  three: [
    ...["brightness", "calibration", "class-balance", "confusion", "error", "f1", "loss"],
    ...["precision-recall", "roc"],
  ],
};

describe.each(["two", "three"] as const)("the report of a run with %s classes", (run) => {
  it("says what the run says, with its charts as files beside it", async () => {
    const page = await readFile(at(`${run}/report.html`), "utf8");
    expect((await readdir(at(`${run}/charts`))).sort()).toEqual(CHARTS[run].map((name) => `${name}.svg`));
    for (const name of CHARTS[run]) {
      expect(page).toContain(`data-chart="${name}"`);
      expect(await readFile(at(`${run}/charts/${name}.svg`), "utf8")).toMatch(/^<svg [^>]*xmlns="[^>]*width="\d+"/);
    }
    const { metrics } = (await (await RunFolder.open(at(run))).test())!.best;
    expect(page).toContain(`accuracy</span><b>${(100 * metrics.accuracy).toFixed(2)}\u00a0%</b>`);
    expectWhole(page);
  });
});

describe("two classes", () => {
  it("have the figures that evaluation had: the AUC to its last digit", async () => {
    const page = await readFile(at("two/report.html"), "utf8");
    const { metrics } = (await (await RunFolder.open(at("two"))).test())!.best;
    expect(page).toContain(`AUC</span><b>${metrics.auc!.toFixed(4)}</b>`);
    expect(page).toContain(`F1</span><b>${metrics.f1.toFixed(4)}</b>`);
  });
});

describe("making a report", () => {
  it("tells what comes now, before it comes", () => {
    expect(stages[0]).toBe("asking the net about 31 test photographs");
    expect(stages).toEqual(
      expect.arrayContaining(["looking at mistakes", "looking for reasons", "looking for near-duplicates"]),
    );
  });
});

describe("one epoch, and test photographs of one class only", () => {
  it("have a report without what needs both", async () => {
    await drawFaces(at("single"), { train: 12, test: 8, size: 16 });
    const zeros = (await readdir(at("single/test"))).filter((file) => /0\.\w+$/.test(file));
    for (const file of zeros) await rm(at(`single/test/${file}`));
    await train("single-run", "single", { net: "net2", epochs: 1 });
    const page = await readFile(await writeReport(at("single-run")), "utf8");
    expectWhole(page);
    expect(page).not.toContain("AUC</span>");
    expect(await readdir(at("single-run/charts"))).toEqual(
      CHARTS.two.filter((name) => name !== "roc" && name !== "precision-recall").map((name) => `${name}.svg`),
    );
  });
});

describe("the photographs that told the best epoch", () => {
  it("are named, and a comparison says where they are not the same kind", async () => {
    const { validation } = await (await RunFolder.open(at("two"))).data();
    const validated = (await readFile(at("two/report.html"), "utf8")).replaceAll("\n", " ");
    expect(validated).toContain("with the best accuracy on the validation photographs;");
    expect(validated).toContain(
      `They decided nothing: the epoch was chosen by ${validation!.count} other photographs, for validation.`,
    );
    await train("unvalidated", "faces", { epochs: 1, valFraction: 0 });
    const unvalidated = (await readFile(await writeReport(at("unvalidated")), "utf8")).replaceAll("\n", " ");
    expect(unvalidated).toContain("with the best accuracy on the test photographs;");
    expect(unvalidated).toContain("The epoch was chosen by them, so the figures are a little better than");
    const { file, lines } = await writeComparison(at("two"), at("unvalidated"), { out: at("both-kinds") });
    const warning = `The best epoch of ${at("unvalidated")} was chosen by the test photographs`;
    expect(lines.at(-1)).toContain(warning);
    const page = await readFile(file, "utf8");
    for (const text of [warning, "<td>validation</td>", "Error on the validation and test photographs"]) {
      expect(page).toContain(text);
    }
    expect(comparison.lines.join("\n")).not.toContain("was chosen by");
  });
});

it("a comparison is not written among photographs, nor over a run's own report", async () => {
  const compare = (out: string) => writeComparison(at("two"), at("unvalidated"), { out });
  await expect(compare(at("faces/train/compared"))).rejects.toThrow("is inside the photographs' folder");
  const report = await readFile(at("two/report.html"), "utf8");
  await expect(compare(at("two"))).rejects.toThrow(
    `${at("two")} is a run, whose report.html is its own: choose another`,
  );
  expect(await readFile(at("two/report.html"), "utf8")).toBe(report);
});

describe("a run that is not over", () => {
  const sentence = (run: string, over: string) => `Of ${at(run)}, ${over} over: it was interrupted`;

  it("says so in its report, and in a comparison", async () => {
    const controller = new AbortController();
    const options = { net: "net1", size: 16, epochs: 8, batch: 16, backend: "wasm", threads: 1 };
    const onEvent = ({ event }: { event: string }) => {
      if (event === "epoch") controller.abort(new Error("enough"));
    };
    const training = startRun(at("broken-off"), trainConfig({ data: at("faces"), ...options }), {
      onEvent,
      signal: controller.signal,
    });
    await expect(training).rejects.toThrow("enough");
    const page = await readFile(await writeReport(at("broken-off")), "utf8");
    expect(page).toContain(sentence("broken-off", "1 of 8 epochs is"));
    expect(page).toContain("<p>1 of 8 epochs took");
    const { file, lines } = await writeComparison(at("two"), at("broken-off"), { out: at("with-broken-off") });
    expect(await readFile(file, "utf8")).toContain(sentence("broken-off", "1 of 8 epochs is"));
    expect(lines.at(-1)).toContain(sentence("broken-off", "1 of 8 epochs is"));
  });

  it("is none that has come to its end, or to an early stop", async () => {
    await train("early", "faces", { epochs: 40, earlyStop: 1 });
    const epochs = await (await RunFolder.open(at("early"))).metrics();
    expect(epochs.length).toBeLessThan(40);
    for (const run of ["two", "early"]) expect((await examine(at(run))).warnings).toEqual([]);
  });
});

describe("photographs that are there twice", () => {
  it("are shown, with what is wrong with them", async () => {
    const page = (await readFile(at("two/report.html"), "utf8")).replaceAll("\n", " ");
    expect(page).toContain("may be tested on what it was trained on: 1.");
    expect(page).toContain("(one is, where they are the same to the byte): 1.");
    expect(page).toMatch(/<br>train<br><span class="file"><bdi>000000_[01]\.\w+<\/bdi>/);
    expect(page).toMatch(/<br>test<br><span class="file"><bdi>000000_[01]\.\w+<\/bdi>/);
  });
});

describe("photographs that have changed or gone", () => {
  it("are told of, and can be found elsewhere", async () => {
    const page = await readFile(at("two/report.html"), "utf8");
    await cp(at("faces"), at("moved"), { recursive: true });
    await rename(at("faces"), at("gone"));
    try {
      await expect(writeReport(at("two"))).rejects.toThrow("faces");
      expect(await readFile(at("two/report.html"), "utf8")).toBe(page);
      expect(await writeReport(at("two"), { data: at("moved") })).toBe(at("two/report.html"));
      const again = await readFile(at("two/report.html"), "utf8");
      expect(again.replaceAll("moved", "faces")).toBe(page);
      const [first] = await readdir(at("moved/test"));
      await rm(at(`moved/test/${first}`));
      await cp(at("two"), at("changed"), { recursive: true });
      await writeReport(at("changed"), { data: at("moved") });
      expect(await readFile(at("changed/report.html"), "utf8")).toContain(
        "The test photographs are not what they were when the net was trained: 30 now, 31 then.",
      );
    } finally {
      await rename(at("gone"), at("faces"));
    }
  });

  it("of other classes are refused", async () => {
    await expect(writeReport(at("three"), { data: at("faces") })).rejects.toThrow(
      "faces has the classes not covered, covered; the run was trained on",
    );
    await expect(writeReport(at("nothing"))).rejects.toThrow("is no run folder");
  });
});

it("lets go of every tensor that it looks at", async () => {
  const examination = await examine(at("two"));
  const look = async () => {
    await explained(examination, 0);
    await lookingSection(examination, new Generator(0));
  };
  await look();
  const live = memory().storages;
  await look();
  expect(memory().storages).toBe(live);
});

describe("the comparison", () => {
  it("measures both on the photographs that both have, and tells how they differ", async () => {
    const { file, lines } = comparison;
    const page = await readFile(file, "utf8");
    expect(await readdir(at("comparison/charts"))).toEqual(["error.svg", "f1.svg", "loss.svg", "roc.svg"]);
    expect(lines[0]).toMatch(/of the 31 photographs that both were tested on/);
    expect(lines[1]).toMatch(
      /^Neither two nor other is better than always answering “covered”, which would get \d+\.\d+\u00a0%\.$/,
    );
    expect(lines.map((line) => line.split(" ")[0]).slice(2, 5)).toEqual(["accuracy", "F1", "AUC"]);
    expect(lines[5]).toMatch(/^\d+ photographs? only .*McNemar's test, exact: p [=<] [\d.]+\)\.$/);
    for (const option of ["seed", "size", "epochs"]) expect(page).toContain(`<th scope="row">${option}</th>`);
    expect(page).toContain("31 test photographs");
    expectWhole(page);
  });

  it("leaves out what has only the name in common, and tells runs apart whose names look the same", async () => {
    await cp(at("faces"), at("namesakes"), { recursive: true });
    await drawFaces(at("larger"), { train: 60, test: 30, size: 24 });
    for (const file of (await readdir(at("larger/test"))).slice(0, 4)) {
      await cp(at(`larger/test/${file}`), at(`namesakes/test/${file}`));
    }
    await train("first/the-same-name", "namesakes", { epochs: 1 });
    await cp(at("two"), at("second/the-same-name"), { recursive: true });
    // A report needs no backend but those that are here.
    const config = at("second/the-same-name/config.json");
    const options = JSON.parse(await readFile(config, "utf8"));
    await writeFile(config, JSON.stringify({ ...options, backend: "gpujs:webgl", threads: undefined }));
    const runs = [at("first/the-same-name"), at("second/the-same-name")] as const;
    const page = await readFile((await writeComparison(...runs, { out: at("alike") })).file, "utf8");
    expect(page).toContain("Left out: 4 test photographs whose namesake in the other run has another label or size.");
    expect(page).toContain("On the 27 test photographs that both");
    for (const chart of ["error", "roc"]) {
      const svg = await readFile(at(`alike/charts/${chart}.svg`), "utf8");
      for (const name of ["first", "second"]) expect(svg).toContain(name);
    }
  });

  it("refuses runs of other classes", async () => {
    await expect(writeComparison(at("two"), at("three"), { out: at("none") })).rejects.toThrow("cannot be compared");
  });
});

describe.skipIf(noChromium)(`in Chromium${noChromium ? `: ${noChromium}` : ""}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch(launchOptions);
  }, 60_000);
  afterAll(() => browser?.close());

  const pages = ["two", "three", "comparison"];
  it.each(pages.flatMap((page) => [390, 1280].map((width) => [page, width] as const)))(
    "%s, %d pixels wide: charts and pictures, no error, no request, nothing beside the page",
    async (name, width) => {
      const page = await browser.newPage({ viewport: { width, height: 900 } });
      const complaints: string[] = [];
      page.on("console", (message) => complaints.push(message.text()));
      page.on("pageerror", (error) => complaints.push(String(error)));
      page.on("request", (request) => {
        if (!/^(file|data):/.test(request.url())) complaints.push(request.url());
      });
      await page.goto(pathToFileURL(at(`${name}/report.html`)).href);
      const seen = await page.evaluate(() => {
        const drawings = Array.from(document.querySelectorAll("[data-chart] svg"), (svg) =>
          svg.getBoundingClientRect(),
        );
        return {
          title: document.title,
          wider: document.documentElement.scrollWidth - document.documentElement.clientWidth,
          charts: drawings.length,
          small: drawings.filter(({ width, height }) => width < 300 || height < 100).length,
          broken: Array.from(document.images).filter(({ naturalWidth }) => naturalWidth === 0).length,
          pictures: document.images.length,
          scripts: document.scripts.length,
        };
      });
      expect(complaints).toEqual([]);
      expect(seen).toMatchObject({ wider: 0, small: 0, broken: 0, scripts: 0 });
      expect(seen.title).not.toBe("taken");
      expect(seen.charts).toBe(name === "comparison" ? 4 : CHARTS[name as "two" | "three"].length);
      if (name !== "comparison") expect(seen.pictures).toBeGreaterThan(20);
      await page.close();
    },
  );

  it("shows hostile names as they are", async () => {
    const page = await browser.newPage();
    await page.goto(pathToFileURL(at("three/report.html")).href);
    expect(await page.locator("h3").allTextContents()).toContain(HOSTILE);
    expect(await page.locator("th").allTextContents()).toContainEqual(expect.stringContaining(`more/${HOSTILE}.png`));
    expect(await page.locator("img[src=x]").count()).toBe(0);
    for (const name of CHARTS.three) {
      await page.goto(pathToFileURL(at(`three/charts/${name}.svg`)).href);
      const found = await page.evaluate(() => [
        document.documentElement.nodeName,
        document.querySelector("parsererror"),
      ]);
      expect([name, ...found]).toEqual([name, "svg", null]);
    }
    await page.goto(pathToFileURL(at("three/charts/class-balance.svg")).href);
    expect(await page.locator("text").allTextContents()).toContain("<img src=x…n'\">&amp;");
    await page.close();
  });

  it.each(["light", "dark"] as const)(
    "text stands out from the page and from the charts when it is %s",
    async (colorScheme) => {
      const page = await browser.newPage({ colorScheme });
      await page.goto(pathToFileURL(at("two/report.html")).href);
      const contrasts = await page.evaluate(() => {
        const light = (color: string) => {
          const [r, g, b] = color
            .match(/[\d.]+/g)!
            .slice(0, 3)
            .map((x) => {
              const c = Number(x) / 255;
              return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
            });
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const page = light(getComputedStyle(document.body).backgroundColor);
        const of = (element: Element, property: "color" | "fill" | "stroke") => {
          const own = light(getComputedStyle(element)[property]);
          return (Math.max(own, page) + 0.05) / (Math.min(own, page) + 0.05);
        };
        return {
          text: of(document.querySelector("p")!, "color"),
          muted: of(document.querySelector(".muted")!, "color"),
          labels: Math.min(...Array.from(document.querySelectorAll("svg text"), (text) => of(text, "fill"))),
          lines: Math.min(
            ...Array.from(document.querySelectorAll('[data-chart="loss"] path[stroke-width="2"]'), (line) =>
              of(line, "stroke"),
            ),
          ),
        };
      });
      // WCAG 2: 4.5 for text, 3 for what is drawn.
      expect(Math.min(contrasts.text, contrasts.muted, contrasts.labels)).toBeGreaterThan(4.5);
      expect(contrasts.lines).toBeGreaterThan(3);
      await page.close();
    },
  );
});
