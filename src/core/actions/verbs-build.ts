/** Verbs of the build tools of languages that are compiled. */
import type { VerbRules } from "./verb-type.ts";
import { wordSet } from "./words-after.ts";

/** Maven, Gradle and Ant take goals in any number: tests and builds are checks. */
const JVM: VerbRules = {
  otherwise: "verify",
  bare: "verify",
  valued: wordSet("-f --file -pl -P -s -p -b -I -c"),
  search: wordSet(
    "dependency:tree dependency:list dependency:analyze help:effective-pom help:describe help:evaluate help:active-profiles versions:display-dependency-updates tasks dependencies properties projects dependencyInsight -projecthelp components",
  ),
  write: wordSet(
    "clean spotlessApply spotless:apply ktlintFormat fmt:format formatter:format archetype:generate wrapper init googleJavaFormat versions:set",
  ),
  call: wordSet(
    "deploy bootRun publish dependency:get dependency:resolve dependency:go-offline spring-boot:run publishToMavenLocal",
  ),
  flags: [["verify", /^clean$/, /^(?!-)(?!clean$)/]],
};

export const BUILD_VERBS = {
  cargo: {
    verify: wordSet(
      "build b check c test t clippy run r bench nextest doc miri tarpaulin llvm-cov audit deny rustc rustdoc hack expand udeps machete",
    ),
    write: wordSet("fmt fix new init clean generate vendor package"),
    search: wordSet(
      "tree metadata search locate-project pkgid version info verify-project read-manifest",
    ),
    call: wordSet(
      "add rm remove install uninstall update fetch publish login generate-lockfile yank",
    ),
    valued: wordSet("--manifest-path --color --config -Z -C"),
    flags: [
      ["verify", /^fmt$/, /^--check$/],
      ["write", /^clippy$/, /^--fix$/],
      ["search", /^(build|test|b|t|check)$/, /^--list$/],
    ],
    otherwise: "verify",
    bare: "search",
  },
  go: {
    verify: wordSet("test build vet run tool"),
    write: wordSet("fmt fix generate"),
    search: wordSet("list env version doc help"),
    call: wordSet("get install clean telemetry"),
    flags: [
      ["write", /^mod$/, /^(init|tidy|edit|vendor)$/],
      ["search", /^mod$/, /^(graph|why)$/],
      ["verify", /^mod$/, /^verify$/],
      ["call", /^mod$/, /^download$/],
      ["call", /^env$/, /^-[wu]$/],
      ["write", /^work$/, /./],
      ["search", /^test$/, /^-list/],
    ],
    otherwise: "verify",
    bare: "search",
  },
  mvn: JVM,
  mvnw: JVM,
  gradle: JVM,
  gradlew: JVM,
  ant: JVM,
  dotnet: {
    verify: wordSet("test build run vstest msbuild exec fsi watch"),
    write: wordSet("format new sln clean publish pack"),
    search: wordSet("list"),
    flags: [["verify", /^format$/, /^--(verify-no-changes|check)$/]],
    otherwise: "call",
    bare: "search",
  },
  swift: {
    verify: wordSet("test build run"),
    flags: [
      ["write", /^package$/, /^init$/],
      ["search", /^package$/, /^(describe|show-dependencies|dump-package)$/],
      ["call", /^package$/, /./],
    ],
    write: wordSet("format"),
    otherwise: "verify",
    bare: "search",
  },
  zig: {
    verify: wordSet("build test run build-exe build-lib ast-check"),
    write: wordSet("fmt init init-exe init-lib"),
    flags: [["verify", /^fmt$/, /^--check$/]],
    search: wordSet("version env targets zen"),
    call: wordSet("fetch"),
    otherwise: "verify",
  },
  mix: {
    verify: wordSet("test compile dialyzer credo run check"),
    write: wordSet("format new phx.new phx.gen.schema ecto.gen.migration clean gettext"),
    search: wordSet("deps help hex.info deps.tree phx.routes xref"),
    flags: [["verify", /^format$/, /^--check-formatted$/]],
    otherwise: "call",
    bare: "verify",
  },
  rebar3: {
    verify: wordSet("eunit ct compile dialyzer xref proper check escriptize"),
    write: wordSet("new clean fmt"),
    search: wordSet("tree deps"),
    otherwise: "call",
  },
  stack: {
    verify: wordSet("test build exec run bench runghc ghc"),
    search: wordSet("ls path query list"),
    write: wordSet("new init clean"),
    otherwise: "call",
  },
  cabal: {
    verify: wordSet("test build run bench exec check v2-test v2-build"),
    search: wordSet("list info path"),
    write: wordSet("init clean format gen-bounds sdist"),
    otherwise: "call",
  },
  dune: {
    verify: wordSet("build test runtest exec"),
    write: wordSet("fmt init clean promote"),
    otherwise: "verify",
  },
  opam: { search: wordSet("list show info search switch config var"), otherwise: "call" },
  lein: {
    verify: wordSet("test run check compile midje eastwood kibit"),
    write: wordSet("new clean cljfmt"),
    search: wordSet("deps classpath"),
    otherwise: "verify",
  },
  sbt: {
    otherwise: "verify",
    write: wordSet("scalafmt scalafmtAll clean"),
    search: wordSet("projects tasks dependencyTree"),
    bare: "verify",
  },
  bazel: {
    verify: wordSet("test build run coverage"),
    search: wordSet("query cquery aquery info"),
    write: wordSet("clean"),
    otherwise: "verify",
  },
  buck2: {
    verify: wordSet("test build run"),
    search: wordSet("query targets"),
    write: wordSet("clean"),
    otherwise: "verify",
  },
  flutter: {
    verify: wordSet("test analyze build run drive"),
    write: wordSet("create format clean gen-l10n"),
    search: wordSet("doctor devices"),
    otherwise: "call",
  },
  dart: {
    verify: wordSet("test analyze run compile"),
    write: wordSet("format fix create"),
    flags: [["verify", /^(format|fix)$/, /^(--output=none|-n|--dry-run|--set-exit-if-changed)$/]],
    otherwise: "call",
  },
  meson: {
    verify: wordSet("test compile setup"),
    write: wordSet("init format"),
    search: wordSet("introspect configure"),
    otherwise: "verify",
  },
  hardhat: {
    verify: wordSet("test compile coverage run check"),
    write: wordSet("clean"),
    otherwise: "call",
  },
  forge: {
    verify: wordSet("test build coverage snapshot lint script"),
    write: wordSet("fmt init clean"),
    flags: [["verify", /^fmt$/, /^--check$/]],
    search: wordSet("tree inspect config"),
    otherwise: "call",
  },
  cast: { otherwise: "search" },
} satisfies Record<string, VerbRules>;
