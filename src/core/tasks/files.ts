/** Which files of a package are its tests, and which are what a fault may be in. */
import type { GymLanguage } from "../../records/gym-task.ts";

/** Tests and what they read: put back before a verdict, and never changed by a fault. */
export function isTestFile(path: string): boolean {
  return TEST_FOLDER.test(path) || TEST_FILE.test(path);
}

/** Code of the package itself. */
export function isSource(path: string, language: GymLanguage): boolean {
  if (isTestFile(path) || NOT_SOURCE.test(path)) return false;
  return language === "python" ? path.endsWith(".py") : /\.c?js$/.test(path);
}

/** The topmost folders and files that are tests, so that each is put back once. Sorted. */
export function testRoots(paths: readonly string[]): string[] {
  const roots = paths.filter(isTestFile).map((path) => {
    const folder = TEST_FOLDER.exec(path);
    return folder === null ? path : path.slice(0, folder.index + folder[0].length - 1);
  });
  return [...new Set(roots)].sort();
}

// ---------------------------------------------------------------------------------------------

const TEST_FOLDER = /(?:^|\/)(?:tests?|testing|spec|__tests__)\//;
const TEST_FILE =
  /(?:^|\/)(?:test_[^/]*\.py|[^/]*_tests?\.py|tests?\.py|conftest\.py|tests?\.c?js|[^/]*[.-](?:test|spec)\.c?js|pytest\.ini|tox\.ini)$/;
const NOT_SOURCE =
  /(?:^|\/)(?:setup|noxfile|fabfile|tasks|conf|__main__|_?version|__version__|versioneer)\.py$|(?:^|\/)(?:docs?|examples?|benchmarks?|bench|scripts|tools|dist|min|build|node_modules|coverage|locales)\/|\.min\.js$|(?:^|\/)(?:Gruntfile|Gulpfile|gulpfile|rollup\.config|webpack\.config|\.eslintrc)\.js$/;
