/**
 * What programs do: tables of names. A name stands in one table; what depends on arguments
 * (`sed -i`, `git diff`, `find -delete`) is decided in shell-kind.ts.
 */

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Shows the text of files it is given. */
export const READERS = words(`
  cat head tail less more nl bat batcat sed awk gawk mawk xxd hexdump od strings jq yq zcat gzcat zless
  man column fold pr rev tac view cut sort uniq diff colordiff cmp comm objdump readelf pdftotext
  exiftool binwalk open goto scroll_down scroll_up set_cursors disassemble decompile`);

/** Looks for something, lists something, or asks the system about itself. */
export const SEARCHERS = words(`
  grep egrep fgrep zgrep rg ag ack find fd fdfind ls dir tree locate which whereis type command wc du df
  file stat pwd whoami id env printenv ps uname date readlink realpath hash lsof hostname nproc free
  find_file search_dir search_file search_repo history git-grep apropos curl lsb_release tshark nmap`);

/** Changes, makes or removes files. */
export const WRITERS = words(`
  tee cp mv rm mkdir rmdir touch ln chmod chown patch dd truncate install unlink rsync shred
  tar unzip gunzip gzip zip 7z black isort autopep8 yapf autoflake gofmt goimports prettier 2to3
  clang-format ed ex create edit insert append delete str_replace undo_edit apply_patch end_of_edit`);

/** Runs tests, checks or builds. */
export const VERIFIERS = words(`
  pytest py.test tox nox unittest nosetests nose2 trial behave mypy pyright flake8 pylint ruff
  pycodestyle pydocstyle bandit eslint jshint tsc jest vitest mocha ava karma cypress playwright
  phpunit pest rspec minitest ctest bats shellcheck hadolint yamllint golangci-lint staticcheck
  gcc g++ cc c++ clang clang++ javac make cmake ninja bazel mvn gradle gradlew mvnw sbt lein
  runtests.py runtests go cargo dotnet swift rake stack cabal mix nextest valgrind gdb`);

/** Only set the stage for the next command, or say something. */
export const PREPARERS = words(`
  cd pushd popd export source . set unset shopt alias ulimit umask trap true false : sleep wait
  echo printf read exit return local declare typeset readonly let (( [[ [ test conda activate
  eval break continue shift time deactivate clear`);

/** Interpreters: what they run decides. */
export const INTERPRETERS = words(`
  python python2 python3 python3.6 python3.7 python3.8 python3.9 python3.10 python3.11 python3.12 python3.13
  pypy pypy3 ipython node nodejs deno bun ts-node tsx ruby perl php Rscript julia lua java scala groovy
  bash sh zsh dash ksh`);

/** Ends the task. */
export const ENDERS = words("submit finish complete_task");

/** Gives the task up. */
export const GIVERS_UP = words("exit_forfeit forfeit give_up");

/** First words of a tool's or script's name that say it changes files. */
export const WRITE_WORDS = words(`
  fix fixes fixed apply applied patch update modify edit add remove delete insert replace create generate write
  refactor convert migrate rewrite restore revert change set setup rename move clean format make inject
  correct implement`);

/** Words of a script's name that say it checks or looks into something. */
export const CHECK_WORDS = words(`
  test tests testing check verify validate repro reproduce reproducer reproduction debug trace analyze
  analyse inspect demo example examples run runtests bench benchmark compare simple investigate explore
  final comprehensive minimal manual verification detect`);

/** git verbs: reads, searches, writes; the rest (clone, push, fetch, config ...) is a plain call. */
export const GIT_READS = words("diff show blame cat-file difftool");
export const GIT_SEARCHES = words(`
  grep log status ls-files ls-tree branch remote rev-parse describe shortlog reflog rev-list tag whatchanged
  for-each-ref merge-base name-rev`);
export const GIT_WRITES = words(`
  apply checkout restore stash reset add commit rm mv revert cherry-pick merge rebase clean am init switch
  format-patch worktree submodule`);
