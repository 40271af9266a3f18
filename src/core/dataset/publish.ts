/** What may be published, under which name, and what the person is told before anything is sent. */
import { UserError } from "../../errors.ts";

export type PublishFile = {
  /** Relative to the set's folder, with "/". */
  readonly name: string;
  readonly bytes: number;
};

export type SecretFound = {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly kinds: readonly string[];
};

/** "owner/name" as the Hub allows it. @throws UserError that says which form it should have. */
export function repoName(
  given: string | undefined,
  org: string | undefined,
  folder: string,
): string {
  const name = given ?? (org === undefined ? "" : `${org}/${folder}`);
  if (/^[A-Za-z0-9][\w.-]{0,95}\/[A-Za-z0-9][\w.-]{0,95}$/.test(name) && !/--|\.\./.test(name)) {
    return name;
  }
  throw new UserError(
    given === undefined
      ? "publish: no --repo was given"
      : `publish: --repo "${given}" is no owner/name`,
    "for example --repo your-name/your-set; or name the owner with --hub-org, or [dataset].hub_org in chain.toml",
  );
}

/** @throws UserError for several sets that would go to one repository. */
export function refuseOneRepo(folders: readonly string[], repo: string | undefined): void {
  if (repo === undefined || folders.length < 2) return;
  throw new UserError(
    `publish: --repo "${repo}" is one repository, and there are ${folders.length} sets: ${folders.join(", ")}`,
    "name one folder, or --hub-org ORG: each set goes to ORG/<its folder's name>",
  );
}

/** @throws UserError that lists where secrets stand (at most ten places), when there are any. */
export function refuseSecrets(found: readonly SecretFound[]): void {
  if (found.length === 0) return;
  const shown = found
    .slice(0, 10)
    .map(({ file, line, kinds }) => `  ${file} line ${line}: ${kinds.join(", ")}`);
  throw new UserError(
    [
      `publish: the set holds unmasked secrets in ${found.length} lines; nothing was sent`,
      ...shown,
      ...(found.length > 10 ? [`  ... and ${found.length - 10} more`] : []),
    ].join("\n"),
    "mask or remove them in the source and build the set again; keys that are real should be revoked",
  );
}

/**
 * Files that an older upload of ours wrote and the new set lacks: they would stay, and loaders would
 * read them. A file that no dataset_stats.json lists is somebody else's and is left alone.
 * @param there what the repository holds. @param oldStats its dataset_stats.json, null: it has none.
 */
export function staleFiles(
  there: readonly string[],
  oldStats: string | null,
  now: readonly string[],
): string[] {
  const kept = new Set(now);
  const written = new Set(listedNames(oldStats ?? "{}"));
  return there.filter((name) => written.has(name) && !kept.has(name)).sort();
}

/** The plan as lines, for the dry run and before a push. */
export function planLines(plan: {
  readonly repo: string;
  readonly isPublic: boolean;
  readonly endpoint: string;
  readonly files: readonly PublishFile[];
  readonly stale: readonly string[];
  /** @default "dataset" */
  readonly kind?: "dataset" | "model";
}): string[] {
  const total = plan.files.reduce((sum, file) => sum + file.bytes, 0);
  return [
    `${plan.endpoint}/${plan.kind === "model" ? "" : "datasets/"}${plan.repo} (${plan.isPublic ? "public" : "private"}): ${plan.files.length} files, ${sizeOf(total)}`,
    ...plan.files.map((file) => `  ${file.name} (${sizeOf(file.bytes)})`),
    ...plan.stale.map(
      (name) => `  ${name}: deleted, the older upload wrote it and this set lacks it`,
    ),
  ];
}

// ---------------------------------------------------------------------------------------------

function listedNames(stats: string): string[] {
  try {
    const { files } = Object(JSON.parse(stats)) as { files?: unknown };
    if (!Array.isArray(files)) return [];
    return (files as unknown[]).map((file) => String((Object(file) as { name?: unknown }).name));
  } catch {
    return []; // Not ours: it lists nothing that could be deleted.
  }
}

function sizeOf(bytes: number): string {
  if (bytes < 1e4) return `${(bytes / 1e3).toFixed(bytes < 100 ? 3 : 1)} kB`;
  return `${(bytes / 1e6).toFixed(bytes < 1e5 ? 3 : 1)} MB`;
}
