// Asks a built site's script what searches find: reads query strings from stdin, a line each, and
// writes as JSON the ids of the papers, or null for a search that is not understood.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const site = process.argv[2];
(0, eval)(readFileSync(`${site}/search.js`, "utf8"));
const { parse, search } = globalThis.feedsvcSearch;
const load = async (path) => JSON.parse(readFileSync(`${site}/${path}`, "utf8"));

for await (const line of createInterface({ input: process.stdin })) {
  let query;
  try {
    query = parse(new URLSearchParams(line));
  } catch {
    console.log("null");
    continue;
  }
  const found = [];
  for await (const items of search(query, load)) found.push(...items.map((item) => item.id));
  console.log(JSON.stringify(found.slice(0, query.limit)));
}
