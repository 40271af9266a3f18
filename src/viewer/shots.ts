/** The pictures of `npm run screenshots`: which page, how large, light or dark. */

export const CHROMIUM_FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export type Shot = {
  /** docs/figures/<name>.png */
  readonly name: string;
  /** Address below the viewer's. */
  readonly path: string;
  readonly viewport: { readonly width: number; readonly height: number };
  readonly colorScheme: "light" | "dark";
};

const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

/** `file`: the answer file whose duel is shown. */
export function shotsOf(file: string): readonly Shot[] {
  const duel = `duel/${encodeURIComponent(file)}`;
  return [
    { name: "list", path: "", viewport: DESK, colorScheme: "light" },
    { name: "list-dark", path: "", viewport: DESK, colorScheme: "dark" },
    { name: "list-phone", path: "", viewport: PHONE, colorScheme: "light" },
    { name: "duel", path: `${duel}?diff=1&history=0`, viewport: DESK, colorScheme: "light" },
    { name: "duel-dark", path: `${duel}?diff=1&history=0`, viewport: DESK, colorScheme: "dark" },
    { name: "duel-phone", path: duel, viewport: PHONE, colorScheme: "dark" },
    { name: "report", path: "report", viewport: DESK, colorScheme: "light" },
    { name: "report-dark", path: "report", viewport: DESK, colorScheme: "dark" },
  ];
}
