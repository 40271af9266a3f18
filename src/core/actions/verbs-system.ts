/** Verbs of containers, services, system packages, clouds and what holds a machine together. */
import type { VerbRules } from "./verb-type.ts";
import { wordSet } from "./words-after.ts";

const CONTAINERS: VerbRules = {
  search: wordSet(
    "ps images logs inspect version info stats top port history search ls list diff events config context df",
  ),
  write: wordSet("cp save export"),
  groups: wordSet("compose container image network volume system buildx context"),
  valued: wordSet("-f --file -p --project-name --context -H"),
  otherwise: "call",
  bare: "search",
};

const SYSTEM_PACKAGES: VerbRules = {
  search: wordSet(
    "list show search policy depends rdepends info query provides repolist leaves deps cat home why which files madison pkgnames showpkg rmadison check-update history",
  ),
  write: wordSet("download source"),
  flags: [["search", /./, /^(--installed|--upgradable|--simulate|--dry-run)$/]],
  otherwise: "call",
  bare: "search",
};

const TERRAFORM: VerbRules = {
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

export const SYSTEM_VERBS = {
  terraform: TERRAFORM,
  tofu: TERRAFORM,
  helm: {
    verify: wordSet("lint test template"),
    search: wordSet("list ls status get show search history version env"),
    write: wordSet("create package pull"),
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
  nix: {
    verify: wordSet("check build"),
    write: wordSet("fmt"),
    search: wordSet("show metadata search eval path-info why-depends log"),
    groups: wordSet("flake profile store"),
    otherwise: "call",
  },
  "ansible-playbook": {
    otherwise: "call",
    flags: [
      ["verify", /./, /^(--check|--syntax-check|-C)$/],
      ["search", /./, /^--list-(tasks|hosts|tags)$/],
    ],
  },
} satisfies Record<string, VerbRules>;
