/** The files that every page loads: style, scripts, icon, and the report's own. */
import { readFileSync, readdirSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { PAGE_SCRIPT } from "../core/report/page-script.ts";
import { REPORT_STYLE } from "../core/report/page-style.ts";
import { madeOnce } from "./made-once.ts";

export type Assets = ReadonlyMap<string, Asset>;

export type Asset = { readonly type: string; readonly body: string };

/** Packed when it is first asked for: half of what a page weighs would be its style and scripts. */
export const packedOnce: (asset: Asset) => Uint8Array<ArrayBuffer> = madeOnce(
  ({ body }) => new Uint8Array(gzipSync(body)),
);

/** Name -> content type and text. */
export function readAssets(): Assets {
  const folder = new URL("./assets/", import.meta.url);
  const bodies = new Map([
    ...readdirSync(folder).map(
      (name) => [name, readFileSync(new URL(name, folder), "utf8")] as const,
    ),
    ["report.css", REPORT_STYLE],
    ["report.js", PAGE_SCRIPT],
  ]);
  return new Map(
    [...bodies].map(([name, body]) => [
      name,
      { type: TYPES[name.slice(name.lastIndexOf("."))] ?? "text/plain", body },
    ]),
  );
}

/** What a copy in files needs of them. */
export const SHARED_ASSETS = [
  "viewer.css",
  "report.css",
  "report.js",
  "share.js",
  "copy.js",
  "icon.svg",
];

// ---------------------------------------------------------------------------------------------

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};
