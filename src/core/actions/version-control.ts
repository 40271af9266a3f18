/**
 * Version control beside git: what it shows of files is read, of the history is searched, and what
 * changes the working copy or the local history is written; servers are called.
 */
import { wordSet } from "./words-after.ts";
import type { VerbRules } from "./verb-type.ts";

const SHORT = /^(--stat|--summarize|--summary|-s|--name-only|--types|--no-patch)$/;

const HG: VerbRules = {
  read: wordSet("diff cat annotate blame export extdiff"),
  search: wordSet(
    "status st stat log history id identify summary sum manifest files locate grep heads branch branches tags parents paths root showconfig config tip incoming in outgoing out bookmarks bookmark resolve phase",
  ),
  verify: wordSet("verify"),
  write: wordSet(
    "add addremove remove rm forget rename move mv copy cp commit ci revert update up checkout co merge import patch graft backout rebase strip prune shelve unshelve init amend absorb histedit purge uncommit evolve qpush qpop qnew qrefresh archive",
  ),
  flags: [
    ["search", /^(diff|export)$/, SHORT],
    ["read", /^(log|history|incoming|in|outgoing|out|tip)$/, /^(-p|--patch)$/],
    ["call", /^(branch|bookmark|bookmarks)$/, /^[^-]/],
    ["write", /^resolve$/, /^(-m|--mark|-u|--unmark|-a|--all|-t|--tool)$/],
    ["search", /^(shelve|unshelve)$/, /^(-l|--list)$/],
    ["verify", /^(purge|import|rebase|update)$/, /^(-n|--dry-run|-p|--print)$/],
  ],
  valued: wordSet("-R --repository --cwd --config --color"),
  otherwise: "call",
  bare: "search",
};

const SVN: VerbRules = {
  read: wordSet("diff di cat blame annotate ann praise"),
  search: wordSet("status st stat log info list ls propget pget pg proplist plist pl mergeinfo"),
  write: wordSet(
    "add delete del remove rm move mv rename ren copy cp revert update up switch sw merge patch mkdir cleanup resolve resolved propset pset ps propdel pdel pd propedit pe export changelist cl relocate upgrade",
  ),
  flags: [
    ["search", /^(diff|di)$/, SHORT],
    ["read", /^log$/, /^--diff$/],
  ],
  valued: wordSet("--username --password --config-dir --config-option"),
  otherwise: "call",
  bare: "search",
};

const JJ: VerbRules = {
  read: wordSet("diff show interdiff annotate"),
  search: wordSet("log status st evolog obslog root list ls get path search"),
  write: wordSet(
    "new commit ci describe desc edit squash split abandon restore rebase absorb resolve fix duplicate parallelize undo redo revert backout unsquash next prev diffedit metaedit simplify-parents sparse track untrack chmod",
  ),
  flags: [
    ["search", /^(diff|show|interdiff)$/, SHORT],
    ["read", /^(log|evolog|obslog)$/, /^(-p|--patch|--git)$/],
    ["search", /^(op|operation)$/, /^(log|show|diff)$/],
    ["search", /^resolve$/, /^(-l|--list)$/],
  ],
  groups: wordSet("file bookmark b config op operation workspace tag"),
  valued: wordSet("-R --repository --at-op --at-operation --color --config --config-file"),
  otherwise: "call",
  bare: "search",
};

export const VERSION_CONTROL = { hg: HG, chg: HG, svn: SVN, jj: JJ };
