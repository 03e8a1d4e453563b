// Opens pages in a browser and says what is wrong with them. Reads a JSON list of
// { url, width, pictures, schemes, widths, keys } from standard input and writes a list of
// { findings, shift, console, overflows, focused } in that order. A page is loaded once, at `width`;
// findings and what is wider than the window are of each of the `widths` in each of the `schemes`.
// `pictures` names what the hosts of pictures answer with; "blocked" is nothing at all. `focused` is
// what has the focus after each of the keys. Argument: the browser.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import puppeteer from "puppeteer-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const svg = (width, height) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
  `<rect width="100%" height="100%" fill="#777"/></svg>`;
const PICTURES = { card: svg(1200, 648), wide: svg(2400, 300), tall: svg(500, 2500), small: svg(40, 30) };

const looks = JSON.parse(readFileSync(0, "utf8"));
const browser = await puppeteer.launch({
  executablePath: process.argv[2],
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
});

const dress = async (page, width, scheme) => {
  await page.setViewport({ width, height: width < 500 ? 780 : 900 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
};

async function look({ url, width, pictures, schemes, widths, keys }) {
  const page = await browser.newPage();
  const said = [];
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(String(error)));
  await dress(page, width, "light");
  await page.setRequestInterception(true);
  page.on("request", (request) => {
    if (new URL(request.url()).host === new URL(url).host) return request.continue();
    if (pictures === "blocked" || request.resourceType() !== "image") return request.abort();
    const answer = () => request.respond({ contentType: "image/svg+xml", body: PICTURES[pictures] });
    setTimeout(answer, 100); // after the text, as pictures are
  });
  await page.evaluateOnNewDocument(() => {
    window.shift = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) window.shift += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
  });
  await page.goto(url, { waitUntil: "load" });
  await page.evaluate(async () => { // past every lazy picture
    for (let top = 0; top < document.body.scrollHeight; top += 400) {
      scrollTo(0, top);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    scrollTo(0, 0);
    await new Promise((resolve) => setTimeout(resolve, 300));
  });
  const shift = await page.evaluate(() => window.shift);
  // The pages' own policy forbids other scripts: axe comes in by the browser's own door.
  const client = await page.createCDPSession();
  await client.send("Runtime.evaluate", { expression: axe });
  const [findings, overflows] = [[], []];
  for (const scheme of schemes) {
    for (const each of widths) {
      await dress(page, each, scheme);
      const found = await page.evaluate(async () => {
        const { violations } = await window.axe.run(document, { resultTypes: ["violations"] });
        return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}`));
      });
      findings.push(...found.map((finding) => `${each} ${scheme}: ${finding}`));
      const isWider = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      if (isWider) overflows.push(`${each} ${scheme}`);
    }
  }
  const focused = [];
  for (const key of keys) {
    await page.keyboard.press(key);
    await new Promise((resolve) => setTimeout(resolve, 100));
    focused.push(await page.evaluate(() => {
      const { outerHTML } = document.activeElement;
      return document.activeElement === document.body ? "" : outerHTML;
    }));
  }
  await page.close();
  return { findings, shift, console: said, overflows, focused };
}

const results = [];
for (const each of looks) results.push(await look(each));
await browser.close();
console.log(JSON.stringify(results));
