/**
 * Where Node takes no TypeScript: a command or a thread as JavaScript, made once by esbuild and kept below
 * node_modules until one of its sources changes. Through tsx every file of ours passes through a loader
 * thread at each start: 0.65 CPU s of `stage:repair`, and as much again in its thread.
 */
const {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
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

/** Written last and whole: which file to import, how long each is, and what all were made from. */
const LIST = "bundle.json";

/** The kept file, if every source is as it was and nothing that was made is cut or gone. */
function current(project, folder) {
  const { entry, files = [], sources } = listIn(folder);
  if (entry === undefined) return null;
  const isSame = sources.every(([path, print]) => printOf(join(project, path)) === print);
  const isWhole = files.every(([name, bytes]) => sizeOf(join(folder, name)) === bytes);
  return isSame && isWhole ? join(folder, entry) : null;
}

function printOf(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? "" : `${stat.size} ${stat.mtimeMs}`;
}

const sizeOf = (path) => statSync(path, { throwIfNoEntry: false })?.size;

async function bundled(project, script, folder) {
  const { build } = require("esbuild");
  const begun = Date.now();
  const others = [relative(project, __filename), "package.json", "tsconfig.json"];
  const prints = new Map(
    others.map((path) => join(project, path)).map((path) => [path, printOf(path)]),
  );
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
    plugins: [keptPlaces(project, prints)],
    logLevel: "silent",
    metafile: true,
    write: false,
  });
  mkdirSync(folder, { recursive: true });
  for (const { path, contents } of outputFiles) {
    if (!holds(path, contents)) writeWhole(path, contents);
  }
  const sources = [...Object.keys(metafile.inputs), ...others].map((path) => {
    const file = join(project, path);
    return [path, prints.get(file) ?? settledPrint(file, begun)];
  });
  const entry = outputFiles.find(({ path }) => {
    const { entryPoint } = metafile.outputs[relative(project, path)] ?? {};
    return entryPoint !== undefined && join(project, entryPoint) === script;
  });
  if (entry === undefined) return null;
  const files = outputFiles.map(({ path, contents }) => [basename(path), contents.length]);
  const list = { entry: basename(entry.path), files, sources };
  const { files: before = [] } = listIn(folder);
  writeWhole(join(folder, LIST), JSON.stringify(list));
  removeOld(folder, before, new Set(files.map(([name]) => name)));
  return entry.path;
}

/** From a kept file to the project. */
const UP = "../../../../../";

/** A file that looks for others beside it finds them: import.meta.url stays the place of its source. */
const keptPlaces = (project, prints) => ({
  name: "kept-places",
  setup: (own) =>
    own.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      // Before it is read: what changes meanwhile is seen by the next start.
      prints.set(path, printOf(path));
      const place = JSON.stringify(relative(project, path).replaceAll("\\", "/"));
      const code = readFileSync(path, "utf8").replaceAll("import.meta.url", `__at(${place})`);
      return { contents: code, loader: "ts" };
    }),
});

/** Several commands may start at once: none sees half a file. */
function writeWhole(path, contents) {
  const own = `${path}.${process.pid}.tmp`;
  // `flush`: after a power cut there is no file of the right name with nothing in it.
  writeFileSync(own, contents, { flush: true });
  renameSync(own, path);
}

function holds(path, contents) {
  return sizeOf(path) === contents.length && readFileSync(path).equals(contents);
}

/** Of a file that esbuild read itself; one that changed since the start may be another than was read. */
function settledPrint(path, begun) {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat !== undefined && stat.mtimeMs >= begun ? "unsettled" : printOf(path);
}

const WEEK_MS = 7 * 86_400_000;

/** Nothing where there is none, where it is cut, and of one that an earlier build wrote. */
function listIn(folder) {
  try {
    const list = JSON.parse(readFileSync(join(folder, LIST), "utf8"));
    return Array.isArray(list.files) ? list : {};
  } catch {
    return {};
  }
}

/**
 * What no start has imported for a week, and so no command that still runs can want: the week of a file
 * begins when it is named no more.
 */
function removeOld(folder, before, kept) {
  const now = new Date();
  for (const [name] of before) {
    if (!kept.has(name)) utimesSync(join(folder, name), now, now);
  }
  for (const name of readdirSync(folder)) {
    if (name === LIST || kept.has(name)) continue;
    const path = join(folder, name);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat !== undefined && now - stat.mtimeMs > WEEK_MS) rmSync(path, { force: true });
  }
}
