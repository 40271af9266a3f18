/** Every command as JavaScript in dist/, for the package: Node takes no TypeScript below node_modules. */
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { build, type Plugin } from "esbuild";
import { COMMANDS } from "./commands.ts";

/** A file a command and a thread, what they share in further files; dependencies stay outside. */
export async function makeBundle(): Promise<void> {
  removeBundle();
  await build({
    entryPoints: [...commands(), ...threads()],
    outdir: "dist",
    entryNames: "[name]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    packages: "external",
    banner: { js: "const __at = (path) => new URL(`../${path}`, import.meta.url).href;" },
    plugins: [keptPlaces],
    logLevel: "warning",
  });
}

export function removeBundle(): void {
  rmSync("dist", { recursive: true, force: true });
}

// ---------------------------------------------------------------------------------------------

/** A file that looks for others beside it finds them: import.meta.url stays the place of its source. */
const keptPlaces: Plugin = {
  name: "kept-places",
  setup: (own) =>
    own.onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => {
      const place = JSON.stringify(relative(process.cwd(), path));
      const code = readFileSync(path, "utf8").replaceAll("import.meta.url", `__at(${place})`);
      return { contents: code, loader: "ts" };
    }),
};

function commands(): string[] {
  const house = Object.values(COMMANDS).flatMap((lines) => lines.filter((line) => line.house));
  const names = readdirSync("scripts").filter(
    (file) => !house.some(({ name }) => file === `${name}.ts`),
  );
  return names.map((name) => join("scripts", name));
}

/** Modules that are started as threads, by their URL; the launcher finds them in dist/ by their name. */
function threads(): string[] {
  const files = readdirSync("src", { recursive: true, encoding: "utf8" });
  return files.flatMap((file) => {
    if (!file.endsWith(".ts")) return [];
    const started = readFileSync(join("src", file), "utf8").matchAll(/new URL\("(\.[^"]+\.ts)"/g);
    return [...started].map(([, path = ""]) => join("src", dirname(file), path));
  });
}
