// Prints what each of npm's feed parsers sees in the feeds at some URLs: one JSON object, by URL
// and package. A package that can't read a feed has `error` in place of `items`.

import { parseFeed as readWithRowanmanning } from "@rowanmanning/feed-parser";
import { extract } from "@extractus/feed-extractor";
import { parseFeed as readWithFeedsmith } from "feedsmith";
import { parseFeed as readWithHtmlparser2 } from "htmlparser2";
import RssParser from "rss-parser";

const names = (authors = []) => authors.map((author) => author.name);
const urls = (media = []) => media.map((one) => one.url);
const text = async (url) => (await fetch(url)).text();

const READERS = {
  "rss-parser": async (url) =>
    (await new RssParser().parseURL(url)).items.map((item) => ({
      id: item.guid ?? item.id,
      title: item.title,
      link: item.link,
      published: item.isoDate,
      authors: [item.creator ?? item.author].filter(Boolean),
      enclosures: item.enclosure ? [item.enclosure.url] : [],
      summary: item["content:encoded"] ? item.content : item.summary,
      content: item["content:encoded"] ?? item.content,
    })),

  feedsmith: async (url) => {
    const { format, feed } = readWithFeedsmith(await text(url));
    return (feed.items ?? feed.entries).map(FEEDSMITH[format]);
  },

  "@rowanmanning/feed-parser": async (url) =>
    readWithRowanmanning(await text(url)).items.map((item) => ({
      id: item.id,
      title: item.title,
      link: item.url,
      published: item.published?.toISOString(),
      authors: names(item.authors),
      enclosures: urls(item.media),
      thumbnail: item.image?.url,
      summary: item.description,
      content: item.content,
    })),

  "@extractus/feed-extractor": async (url) =>
    (await extract(url, { descriptionMaxLen: 0 })).entries.map((entry) => ({
      id: entry.id,
      title: entry.title,
      link: entry.link,
      published: entry.published,
      summary: entry.description,
    })),

  htmlparser2: async (url) =>
    readWithHtmlparser2(await text(url)).items.map((item) => ({
      id: item.id,
      title: item.title,
      link: item.link,
      published: item.pubDate?.toISOString(),
      enclosures: urls(item.media),
      summary: item.description,
    })),
};

const FEEDSMITH = {
  atom: (entry) => ({
    id: entry.id,
    title: entry.title?.value,
    link: entry.links.find((link) => link.rel === "alternate")?.href,
    published: entry.published,
    authors: names(entry.authors),
    enclosures: entry.links.filter((link) => link.rel === "enclosure").map((link) => link.href),
    thumbnail: entry.media?.thumbnails?.[0].url,
    summary: entry.summary?.value,
    content: entry.content?.value,
  }),
  rss: (item) => ({
    id: item.guid?.value,
    title: item.title,
    link: item.link,
    published: new Date(item.pubDate).toISOString(),
    authors: item.dc?.creators ?? [],
    enclosures: urls(item.enclosures),
    thumbnail: item.media?.thumbnails?.[0].url,
    summary: item.description,
    content: item.content?.encoded,
  }),
  json: (item) => ({
    id: item.id,
    title: item.title,
    link: item.url,
    published: item.date_published,
    authors: names(item.authors),
    enclosures: urls(item.attachments),
    thumbnail: item.image,
    summary: item.summary,
    content: item.content_html,
  }),
};

const seen = {};
for (const url of process.argv.slice(2)) {
  seen[url] = {};
  for (const [name, read] of Object.entries(READERS)) {
    try {
      seen[url][name] = { items: await read(url) };
    } catch (error) {
      seen[url][name] = { error: String(error) };
    }
  }
}
console.log(JSON.stringify(seen));
