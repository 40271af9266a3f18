/**
 * Addresses of the pages of one workspace: below an address of the viewer, or as files beside each other
 * that open from a disk. A page in files has no filters, switches or forms: nobody answers them.
 */
import { queryText, type DuelView, type Query, type Undone } from "./query.ts";

export type Links = {
  /** In front of every address of the workspace: "" or "/run/NAME". */
  readonly base: string;
  /** True: files; what only a server can answer is left out of the pages. */
  readonly isFixed: boolean;
  list(query: Query, change?: Partial<Query>): string;
  duel(file: string, query: Query, view?: Partial<DuelView>, undone?: Undone | null): string;
  readonly report: string;
  readonly reign: string;
  readonly queue: string;
  /** The list of all workspaces; null: there is one only. */
  readonly runs: string | null;
  asset(name: string): string;
};

export function servedLinks(base = "", runs: string | null = null): Links {
  return {
    base,
    isFixed: false,
    list: (query, change = {}) => `${base}/${queryText(query, change)}`,
    duel: (file, query, view = {}, undone = null) =>
      `${base}/duel/${encodeURIComponent(file)}${queryText(query, { page: 1 }, view, undone)}`,
    report: `${base}/report`,
    reign: `${base}/reign`,
    queue: `${base}/queue`,
    runs,
    asset: (name) => `/assets/${name}`,
  };
}

/** `up`: from the page's folder to the top one, "" or "../". */
export function fileLinks(up: "" | "../"): Links {
  return {
    base: up,
    isFixed: true,
    list: (query, change = {}) => {
      const { facets, page } = { ...query, ...change };
      return `${up}${listFile(facets.bucket.at(-1) ?? null, page)}`;
    },
    duel: (file) => `${up}${duelFile(file).split("/").map(encodeURIComponent).join("/")}`,
    report: `${up}report.html`,
    reign: `${up}reign.html`,
    queue: "",
    runs: null,
    asset: (name) => `${up}assets/${name}`,
  };
}

/** Where a page of the list is kept, of all turns (null) or of one bucket; pages count from 1. */
export function listFile(bucket: string | null, page: number): string {
  if (bucket === null && page === 1) return "index.html";
  return `${bucket ?? "all"}${page === 1 ? "" : `-${page}`}.html`;
}

export const duelFile = (file: string): string => `duel/${file.replace(/\.json$/, "")}.html`;

/** Whether a copy can have written it: one that was made elsewhere may name any path as its own. */
export function isCopyPath(path: string): boolean {
  return /^(?:(?:duel|assets)\/)?[^/\\]+\.(?:html|css|js|svg)$/.test(path);
}
