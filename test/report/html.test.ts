/** Text in a page: what is escaped, how numbers are written, and how long names are cut. */

import { describe, expect, it } from "vitest";
import { inQuotes, percentages, pValue, roomFor, shortened, signed } from "../../src/report/format.js";
import { Html, html } from "../../src/report/html.js";

describe("html", () => {
  it("escapes what is put in, in text and in attributes, one element of a list after the other", () => {
    const name = `<img src=x onerror='a'> & "b"`;
    expect(html`<p title="${name}">${[name, 1]}</p>`.text).toBe(
      '<p title="&lt;img src=x onerror=&#39;a&#39;&gt; &amp; &quot;b&quot;">' +
        "&lt;img src=x onerror=&#39;a&#39;&gt; &amp; &quot;b&quot;1</p>",
    );
  });

  it("leaves HTML as it is, and makes nothing of nothing", () => {
    expect(html`${html`<b>${"<"}</b>`}${new Html("<i>")}${undefined}`.text).toBe("<b>&lt;</b><i>");
  });
});

describe("numbers", () => {
  it("have signs, and limits where they cannot be told", () => {
    const digits = (value: number) => value.toFixed(2);
    expect([signed(-0.5, digits), signed(0.25, digits)]).toEqual(["−0.50", "+0.25"]);
    expect([pValue(0.03125), pValue(1e-7)]).toEqual(["p = 0.0313", "p < 0.0001"]);
  });

  it("long names lose their middle", () => {
    expect(shortened("short.jpg", 9)).toBe("short.jpg");
    expect(shortened("a-very-long-name.jpg", 11)).toBe("a-ver…e.jpg");
  });

  it("names are cut between characters, not within them, and wide ones take more room", () => {
    expect(shortened("👩‍🚀👩‍🚀👩‍🚀👩‍🚀", 3)).toBe("👩‍🚀…👩‍🚀");
    expect([roomFor("circle"), roomFor("圆形"), roomFor("👩‍🚀")]).toEqual([6, 4, 2]);
  });

  it("names from right to left end with a mark, so that a number behind them stays behind them", () => {
    expect([inQuotes("Coat"), inQuotes("דירה")]).toEqual(["“Coat”", "“דירה”\u200e"]);
  });

  it("percentages of a row add up to 100: what loses most by rounding down is rounded up", () => {
    expect(percentages([1, 1, 1])).toEqual([34, 33, 33]);
    expect(percentages([92, 0, 1, 2])).toEqual([97, 0, 1, 2]);
    expect(percentages([484, 68], 1)).toEqual([87.7, 12.3]);
    expect(percentages([0, 0])).toEqual([0, 0]);
    for (let n = 2; n < 60; n++) {
      const row = Array.from({ length: n }, (_, i) => (i * i * 7) % 13);
      expect(percentages(row).reduce((sum, share) => sum + share, 0)).toBe(100);
    }
  });
});
