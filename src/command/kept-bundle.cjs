/**
 * Where Node takes no TypeScript: a command or a thread as JavaScript, made once by esbuild and kept below
 * node_modules until one of its sources changes. Through tsx every file of ours passes through a loader
 * thread at each start: 0.65 CPU s of `stage:repair`, and as much again in its thread.
 */
const {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} = require("node:fs");
const { basename, join, relative } = require("node:path");

/**
 * The file to import instead of `script`. null where none can be made (no esbuild, a folder that cannot
 * be written, a source that esbuild refuses): tsx runs the source then, and says what is wrong with it.
 */
exports.keptBundle = async function keptBundle(project, script) {
  const name = relative(project, script).replaceAll(/[\\/]/g, "+");
  const folder = join(project, "node_modules/.cache/kingmaker/bundles", name);
  try {
    return current(project, folder) ?? (await bundled(project, script, folder));
  } catch {
    return null;
  }
};

/** Written last and whole: which file to import, and what all were made from. */
const LIST = "bundle.json";

/** The kept file, if every source is as it was. */
function current(project, folder) {
  const list = join(folder, LIST);
  if (!existsSync(list)) return null;
  const { entry, sources } = JSON.parse(readFileSync(list, "utf8"));
  const isSame = sources.every(([path, print]) => printOf(join(project, path)) === print);
  const file = join(folder, entry);
  return isSame && existsSync(file) ? file : null;
}

function printOf(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? "" : `${stat.size} ${stat.mtimeMs}`;
}

async function bundled(project, script, folder) {
  const { build } = require("esbuild");
  const { outputFiles, metafile } = await build({
    absWorkingDir: project,
    entryPoints: [script],
    outdir: folder,
    // Names with hashes: a process that has begun finds its other files, whatever is made meanwhile.
    entryNames: "[name]-[hash]",
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    packages: "external",
    banner: { js: `const __at = (path) => new URL("${UP}" + path, import.meta.url).href;` },
    plugins: [keptPlaces(project)],
    logLevel: "silent",
    metafile: true,
    write: false,
  });
  mkdirSync(folder, { recursive: true });
  for (const { path, contents } of outputFiles) if (!existsSync(path)) writeWhole(path, contents);
  const own = relative(project, __filename);
  const sources = [...Object.keys(metafile.inputs), own].map((path) => [
    path,
    printOf(join(project, path)),
  ]);
  const entry = outputFiles.find(({ path }) => {
    const { entryPoint } = metafile.outputs[relative(project, path)] ?? {};
    return entryPoint !== undefined && join(project, entryPoint) === script;
  });
  if (entry === undefined) return null;
  const list = { entry: basename(entry.path), sources };
  writeWhole(join(folder, LIST), JSON.stringify(list));
  removeOld(
    folder,
    outputFiles.map(({ path }) => basename(path)),
  );
  return entry.path;
}

/** From a kept file to the project. */
const UP = "../../../../../";

/** A file that looks for others beside it finds them: import.meta.url stays the place of its source. */
const keptPlaces = (project) => ({
  name: "kept-places",
  setup: (own) =>
    own.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const place = JSON.stringify(relative(project, path).replaceAll("\\", "/"));
      const code = readFileSync(path, "utf8").replaceAll("import.meta.url", `__at(${place})`);
      return { contents: code, loader: "ts" };
    }),
});

/** Several commands may start at once: none sees half a file. */
function writeWhole(path, contents) {
  const own = `${path}.${process.pid}.tmp`;
  writeFileSync(own, contents);
  renameSync(own, path);
}

const DAY_MS = 86_400_000;

/** What earlier sources were made into, and no command that still runs can want. */
function removeOld(folder, kept) {
  for (const name of readdirSync(folder)) {
    if (name === LIST || kept.includes(name)) continue;
    const path = join(folder, name);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat !== undefined && Date.now() - stat.mtimeMs > DAY_MS) rmSync(path, { force: true });
  }
}
