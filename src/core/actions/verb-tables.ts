/**
 * What the verbs of package managers, build tools, runners of scripts and services do. How the
 * tables are read stands in verb-rules.ts.
 */
import type { Kind } from "./act-kind.ts";
import { wordSet } from "./words-after.ts";

export type Rules = {
  readonly [kind in "verify" | "write" | "search" | "read" | "call"]?: ReadonlySet<string>;
} & {
  readonly otherwise: Kind;
  /** Without a verb. */
  readonly bare?: Kind;
  /** Options before the verb that take a word. */
  readonly valued?: ReadonlySet<string>;
  /** Verbs behind which another verb decides. */
  readonly groups?: ReadonlySet<string>;
  /** Verbs behind which the name of a script stands. */
  readonly scripts?: ReadonlySet<string>;
  /** A verb that nobody knows is a script of the project, or a program. */
  readonly ownScripts?: boolean;
  /** [kind, verbs, a flag behind them]: before everything else. */
  readonly flags?: readonly (readonly [Kind, RegExp, RegExp])[];
};

const NODE_INSTALLS =
  "install i add ci remove rm uninstall un update up upgrade link unlink publish login logout dedupe prune rebuild cache deprecate import";
const NODE: Rules = {
  verify: wordSet("test t tst it install-test audit doctor pack:check"),
  write: wordSet("init create pack patch patch-commit"),
  search: wordSet(
    "list ls la ll info view v show why explain outdated search find root bin prefix licenses get whoami ping fund docs repo query sbom versions",
  ),
  call: wordSet(NODE_INSTALLS),
  scripts: wordSet("run run-script rum"),
  groups: wordSet("config pkg workspace workspaces"),
  valued: wordSet("--prefix -C --dir --cwd --filter -F --workspace -w --silent="),
  flags: [
    ["write", /^version$/, /^[^-]/],
    ["write", /^pkg$/, /^(set|delete|fix)$/],
    ["search", /^cache$/, /^(ls|list|dir)$/],
    ["call", /^audit$/, /^(fix|--fix)$/],
  ],
  otherwise: "call",
  ownScripts: true,
};
const PIP: Rules = {
  verify: wordSet("check"),
  search: wordSet("list show freeze index search debug inspect hash config cache tree"),
  flags: [
    ["call", /^config$/, /^(set|unset|edit)$/],
    ["call", /^cache$/, /^(purge|remove)$/],
  ],
  groups: wordSet("pip"),
  otherwise: "call",
};
const PYTHON_PROJECT: Rules = {
  verify: wordSet("check build test typecheck"),
  write: wordSet("init new version"),
  search: wordSet("show list env info search tree graph scripts find"),
  groups: wordSet("pip python tool self cache"),
  call: wordSet("install add remove sync lock update venv"),
  scripts: wordSet("run"),
  flags: [
    ["search", /^version$/, /^(-s|--short)$/],
    ["call", /^env$/, /^(use|remove|create)$/],
  ],
  otherwise: "call",
  bare: "search",
};
const RAILS: Rules = {
  verify: wordSet("test spec t runner r test:all test:system zeitwerk:check check shell"),
  write: wordSet(
    "g generate d destroy new db:schema:dump startapp startproject makemigrations collectstatic make:model make:migration make:controller inspectdb:write",
  ),
  search: wordSet(
    "routes about stats notes db:migrate:status showmigrations inspectdb route:list list diffsettings sqlmigrate",
  ),
  flags: [["verify", /^makemigrations$/, /^(--check|--dry-run)$/]],
  otherwise: "call",
  bare: "search",
};
const SCRIPTS: Rules = {
  otherwise: "verify",
  ownScripts: true,
  bare: "verify",
  flags: [["search", /./, /^(-l|--list|--summary)$/]],
};
const CONTAINERS: Rules = {
  search: wordSet(
    "ps images logs inspect version info stats top port history search ls list diff events config context df",
  ),
  write: wordSet("cp save export"),
  groups: wordSet("compose container image network volume system buildx context"),
  valued: wordSet("-f --file -p --project-name --context -H"),
  otherwise: "call",
  bare: "search",
};
const SYSTEM_PACKAGES: Rules = {
  search: wordSet(
    "list show search policy depends rdepends info query provides repolist leaves deps cat home why which files madison pkgnames showpkg rmadison check-update history",
  ),
  write: wordSet("download source"),
  flags: [["search", /./, /^(--installed|--upgradable|--simulate|--dry-run)$/]],
  otherwise: "call",
  bare: "search",
};

/** Maven, Gradle and Ant take goals in any number: tests and builds are checks. */
const JVM: Rules = {
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

const TERRAFORM: Rules = {
  verify: wordSet("validate plan test"),
  write: wordSet("fmt"),
  search: wordSet("show output state providers version graph console"),
  flags: [
    ["verify", /^fmt$/, /^-{1,2}check$/],
    ["call", /^state$/, /^(rm|mv|push|replace-provider)$/],
  ],
  otherwise: "call",
  valued: wordSet("-chdir"),
};

export const PROGRAMS: ReadonlyMap<string, Rules> = new Map(
  Object.entries({
    npm: NODE,
    pnpm: NODE,
    yarn: { ...NODE, bare: "call" },
    bun: { ...NODE, verify: wordSet("test build run:check"), bare: "search" },
    lerna: { ...NODE, scripts: wordSet("run exec") },
    nx: {
      ...SCRIPTS,
      search: wordSet("show graph list report affected:graph"),
      scripts: wordSet("run run-many affected"),
      write: wordSet("g generate format:write format migrate reset"),
    },
    turbo: { ...SCRIPTS, scripts: wordSet("run") },
    pip: PIP,
    pip3: PIP,
    pipx: PIP,
    conda: {
      ...PIP,
      search: wordSet("list info search env config"),
      flags: [["call", /^env$/, /^(create|remove|update)$/]],
    },
    mamba: PIP,
    poetry: PYTHON_PROJECT,
    pipenv: PYTHON_PROJECT,
    pdm: PYTHON_PROJECT,
    rye: {
      ...PYTHON_PROJECT,
      verify: wordSet("test lint build"),
      write: wordSet("init fmt format"),
    },
    hatch: {
      ...PYTHON_PROJECT,
      verify: wordSet("test build"),
      write: wordSet("new fmt version"),
      flags: [["verify", /^fmt$/, /^--check$/]],
    },
    uv: {
      ...PYTHON_PROJECT,
      write: wordSet("init format"),
      flags: [["verify", /^format$/, /^(--check|--diff)$/]],
    },
    gem: {
      search: wordSet(
        "list search info which environment contents specification dependency outdated",
      ),
      verify: wordSet("build check"),
      otherwise: "call",
    },
    bundle: {
      verify: wordSet("check doctor audit"),
      search: wordSet("list show info outdated platform env open"),
      write: wordSet("init gem"),
      otherwise: "call",
    },
    composer: {
      verify: wordSet("test validate check diagnose check-platform-reqs audit"),
      search: wordSet("show info outdated search depends why why-not licenses status"),
      write: wordSet("init dump-autoload dumpautoload"),
      scripts: wordSet("run run-script"),
      call: wordSet("install require update remove create-project global config i u"),
      otherwise: "call",
      ownScripts: true,
    },
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
    deno: {
      verify: wordSet("test run check lint bench compile doc serve"),
      write: wordSet("fmt init bundle"),
      flags: [
        ["verify", /^fmt$/, /^--check$/],
        ["write", /^lint$/, /^--fix$/],
      ],
      search: wordSet("info types"),
      scripts: wordSet("task"),
      otherwise: "call",
      bare: "verify",
    },
    ruff: {
      verify: wordSet("check rule"),
      write: wordSet("format clean"),
      flags: [
        ["write", /^check$/, /^(--fix|--fix-only|--unsafe-fixes|--add-noqa)$/],
        ["verify", /^format$/, /^(--check|--diff)$/],
      ],
      search: wordSet("linter config version"),
      otherwise: "verify",
    },
    biome: {
      verify: wordSet("check lint ci"),
      flags: [
        ["write", /^(check|lint|format)$/, /^(--write|--apply|--apply-unsafe|--fix|--unsafe)$/],
      ],
      write: wordSet("init migrate"),
      otherwise: "verify",
    },
    "golangci-lint": {
      verify: wordSet("run"),
      flags: [
        ["write", /^run$/, /^--fix$/],
        ["verify", /^fmt$/, /^(-d|--diff)$/],
      ],
      write: wordSet("fmt"),
      search: wordSet("linters version cache"),
      otherwise: "verify",
    },
    "php-cs-fixer": {
      write: wordSet("fix"),
      flags: [["verify", /^fix$/, /^(--dry-run|--diff)$/]],
      verify: wordSet("check"),
      otherwise: "search",
    },
    pint: { otherwise: "write", bare: "write" },
    sqlfluff: { verify: wordSet("lint parse"), write: wordSet("fix format"), otherwise: "verify" },
    buf: {
      verify: wordSet("lint build breaking"),
      write: wordSet("generate format"),
      otherwise: "call",
    },
    "pre-commit": {
      verify: wordSet("run try-repo validate-config validate-manifest"),
      write: wordSet("autoupdate clean gc sample-config"),
      otherwise: "call",
    },
    terraform: TERRAFORM,
    tofu: TERRAFORM,
    helm: {
      verify: wordSet("lint test template"),
      search: wordSet("list ls status get show search history version env"),
      write: wordSet("create package pull"),
      otherwise: "call",
    },
    meson: {
      verify: wordSet("test compile setup"),
      write: wordSet("init format"),
      search: wordSet("introspect configure"),
      otherwise: "verify",
    },
    just: SCRIPTS,
    task: SCRIPTS,
    rake: { ...SCRIPTS, flags: [["search", /./, /^(-T|-P|-D|--tasks)$/]] },
    invoke: SCRIPTS,
    inv: SCRIPTS,
    poe: SCRIPTS,
    doit: SCRIPTS,
    grunt: SCRIPTS,
    gulp: SCRIPTS,
    rails: RAILS,
    artisan: RAILS,
    "manage.py": RAILS,
    "django-admin": RAILS,
    console: RAILS,
    ng: {
      verify: wordSet("test t build b lint e2e"),
      write: wordSet("generate g new update"),
      otherwise: "call",
    },
    docker: CONTAINERS,
    podman: CONTAINERS,
    nerdctl: CONTAINERS,
    "docker-compose": CONTAINERS,
    kubectl: {
      search: wordSet(
        "get describe logs version explain top api-resources api-versions cluster-info config diff auth",
      ),
      flags: [["call", /^config$/, /^(set.*|use-context|delete.*|unset)$/]],
      write: wordSet("cp kustomize:write"),
      valued: wordSet("-n --namespace --context --kubeconfig"),
      otherwise: "call",
      bare: "search",
    },
    gh: {
      groups: wordSet(
        "pr issue run repo release workflow gist label project secret auth cache ruleset org codespace",
      ),
      search: wordSet("view list ls status diff checks search browse"),
      call: wordSet("create merge close comment edit review checkout delete clone"),
      flags: [
        ["call", /^api$/, /^(-X|-f|-F|--method|--field|--raw-field|--input)/],
        ["search", /^api$/, /./],
        ["search", /^search$/, /./],
      ],
      otherwise: "call",
      bare: "search",
    },
    glab: {
      groups: wordSet("mr issue ci repo release"),
      search: wordSet("view list status diff"),
      otherwise: "call",
    },
    systemctl: {
      search: wordSet(
        "status list-units list-unit-files is-active is-enabled is-failed show cat list-timers list-dependencies",
      ),
      otherwise: "call",
      bare: "search",
    },
    service: { otherwise: "call", flags: [["search", /./, /^status$/]] },
    journalctl: { otherwise: "search", bare: "search" },
    apt: SYSTEM_PACKAGES,
    "apt-get": SYSTEM_PACKAGES,
    "apt-cache": { otherwise: "search" },
    apk: SYSTEM_PACKAGES,
    yum: SYSTEM_PACKAGES,
    dnf: SYSTEM_PACKAGES,
    zypper: SYSTEM_PACKAGES,
    pacman: { otherwise: "call" },
    brew: SYSTEM_PACKAGES,
    snap: { search: wordSet("list info find"), otherwise: "call" },
    flatpak: { search: wordSet("list info search"), otherwise: "call" },
    rustup: { search: wordSet("show which doc check"), otherwise: "call" },
    nvm: { search: wordSet("ls list current which ls-remote version"), otherwise: "call" },
    pyenv: { search: wordSet("versions version which whence prefix root"), otherwise: "call" },
    rbenv: { search: wordSet("versions version which whence"), otherwise: "call" },
    asdf: { search: wordSet("list current which where"), otherwise: "call" },
    tmux: {
      search: wordSet("ls list-sessions list-windows list-panes capture-pane show-options"),
      otherwise: "call",
    },
    screen: { otherwise: "call", flags: [["search", /./, /^-ls$/]] },
    alembic: {
      search: wordSet("current history heads show branches"),
      write: wordSet("revision"),
      verify: wordSet("check"),
      otherwise: "call",
    },
    prisma: {
      verify: wordSet("validate"),
      write: wordSet("generate format init"),
      otherwise: "call",
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
    spack: { search: wordSet("find list info spec"), otherwise: "call" },
    gsutil: { search: wordSet("ls du stat version"), read: wordSet("cat"), otherwise: "call" },
    gcloud: { otherwise: "call", flags: [["search", /./, /^(list|describe|get|info|get-value)$/]] },
    az: { otherwise: "call", flags: [["search", /./, /^(list|show)$/]] },
    aws: {
      otherwise: "call",
      flags: [["search", /./, /^(ls|list-.*|describe-.*|get-.*|head-.*)$/]],
    },
    hf: { otherwise: "call", search: wordSet("env version whoami") },
    "huggingface-cli": { otherwise: "call", search: wordSet("env version whoami scan-cache") },
    ollama: { search: wordSet("list ls show ps"), otherwise: "call" },
    "ansible-playbook": {
      otherwise: "call",
      flags: [
        ["verify", /./, /^(--check|--syntax-check|-C)$/],
        ["search", /./, /^--list-(tasks|hosts|tags)$/],
      ],
    },
  } satisfies Record<string, Rules>),
);
