/**
 * What programs do: tables of names. A name stands in one table; what depends on options stands in
 * flag-rules.ts, what depends on a verb in verb-tables.ts and git-kind.ts.
 */
import { wordSet as words } from "./words-after.ts";

/** Shows the text of files it is given. */
export const READERS = words(`
  cat head tail less more nl bat batcat sed awk gawk mawk xxd hexdump od strings jq yq zcat gzcat zless
  column fold pr rev tac view cut sort uniq diff colordiff cmp comm objdump readelf pdftotext
  exiftool binwalk open goto scroll_down scroll_up set_cursors disassemble decompile
  fmt expand unexpand split paste join tr uniq nroff groff asciidoctor base64 base32 bzcat xzcat zstdcat lz4cat
  vimdiff sdiff diff3 delta tsort shuf pygmentize glow mdcat rich hexyl mapfile readarray csvlook csvcut
  pdfinfo antiword docx2txt html2text lynx w3m most pg mlr gawk gsed ghead gtail gcat filemap`);

/** Looks for something, lists something, or asks the system about itself. */
export const SEARCHERS = words(`
  grep egrep fgrep zgrep rg ag ack find fd fdfind ls dir tree locate which whereis type command wc du df
  file stat pwd whoami id env printenv ps uname date readlink realpath hash lsof hostname nproc free
  find_file search_dir search_file search_repo history git-grep apropos lsb_release tshark nmap
  help info man getconf ss netstat lscpu lsblk lsmod lspci lsusb lsns lsipc lslocks groups users who w last uptime vmstat
  iostat mpstat sar top htop arch cal locale tty sw_vers dpkg-query rpm apt-file pkg-config ldd nm size 
  md5sum sha1sum sha224sum sha256sum sha384sum sha512sum b2sum cksum sum md5 shasum fuser pgrep pstree pmap pidof
  dig nslookup host whois ping traceroute tracepath mtr getent nvidia-smi rocm-smi  ulimit
  jobs dirs compgen complete alias  sloccount cloc tokei scc   ugrep ug
  pt sift fzf exa eza lsd  zipinfo zipgrep bzgrep xzgrep rgrep pcregrep pcre2grep mediainfo identify ffprobe
  tput umask sysctl`);

/** Changes, makes or removes files. */
export const WRITERS = words(`
  tee cp mv rm mkdir rmdir touch ln chmod chown patch dd truncate install unlink rsync shred
  tar unzip gunzip gzip zip 7z black isort autopep8 yapf autoflake gofmt goimports prettier 2to3
  clang-format ed ex create edit insert append delete str_replace undo_edit apply_patch end_of_edit applypatch
  sd rpl rename prename dos2unix unix2dos fixjsstyle csplit mktemp mkfifo mknod  ssh-keygen convert magick
  mogrify sponge ar ranlib strip objcopy vi vim nvim nano emacs pico micro code fallocate setfacl chgrp chattr
  unrar 7za cpio pax  wget2 aria2c jupytext nbstripout   perltidy astyle uncrustify
  indent crudini sponge  replace fromdos todos recode detox lz4 compress uncompress zipnote cookiecutter yo
  swagger-codegen openapi-generator bumpversion bump2version tbump standard-version changeset`);

/** Runs tests, checks or builds. */
export const VERIFIERS = words(`
  pytest py.test tox nox unittest nosetests nose2 trial behave mypy pyright flake8 pylint ruff
  pycodestyle pydocstyle bandit eslint jshint tsc jest vitest mocha ava karma cypress playwright
  phpunit pest rspec minitest ctest bats shellcheck hadolint yamllint golangci-lint staticcheck
  gcc g++ cc c++ clang clang++ javac make cmake ninja bazel mvn gradle gradlew mvnw sbt lein
  runtests.py runtests nextest valgrind gdb lldb
  tap tape jasmine qunit c8 nyc testem wtr web-test-runner nightwatch wdio codecept  tsd expect xo
  vue-tsc flow pyre pytype basedpyright ty vulture radon xenon semgrep pip-audit safety interrogate deptry
  green ward hypothesis  testr stestr zope-testrunner runtest.py run_tests.py
   steep srb sorbet cucumber behat phpspec codecept paratest phpstan psalm phpcs phpmd phan pest atoum
  cppcheck cpplint clang-check scan-build cmocka check gtest ninja-build scons waf xmake xcodebuild msbuild nmake gmake
  rustc  staticcheck revive errcheck gosec govulncheck gotestsum ginkgo richgo benchstat
  ghc runghc hlint ocamlc ocamlopt  rebar elixirc erlc kotlinc kotlin scalac groovyc gfortran nasm as ld
  busted luacheck luac prove yath perlcritic bashate checkbashisms markdownlint markdownlint-cli2 vale textlint
  actionlint ansible-lint tflint kubeval kubeconform conftest hyperfine wrk ab k6 locust siege vegeta jsonlint ajv
  check-jsonschema html5validator tidy htmlhint  csslint coverage coverage3 py-spy perf 
  latexmk pdflatex xelatex tectonic mdbook mkdocs sphinx-build hugo jekyll webpack vite rollup esbuild parcel swc babel
  tsup next nuxt astro svelte-check gatsby eleventy ncc pkg node-gyp solc truffle slither vyper
  iverilog verilator yosys ghdl   xctest  maestro robot`);

/** Only set the stage for the next command, or say something. */
export const PREPARERS = words(`
  cd pushd popd export source . set unset shopt alias ulimit umask trap true false : sleep wait
  echo printf read exit return local declare typeset readonly let (( [[ [ test conda activate
  eval break continue shift time deactivate clear exec builtin coproc getopts logout reset stty  disown fg bg  `);

/** Interpreters: what they run decides. */
export const INTERPRETERS = words(`
  python python2 python3 python3.6 python3.7 python3.8 python3.9 python3.10 python3.11 python3.12 python3.13
  pypy pypy3 ipython node nodejs deno bun ts-node tsx ruby perl php Rscript julia lua java scala groovy
  bash sh zsh dash ksh fish pwsh ash
  R octave iex elixir erl guile racket bb scheme sbcl swipl tclsh  ocaml ghci irb pry php8 php7   lua5.1 lua5.3 lua5.4 luajit
  crystal nim  raku tcl gnuplot escript`);

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
  analyse inspect demo example examples run runtests bench benchmark compare investigate explore
  verification detect spec specs smoke e2e`);

/** Words of a script's name that go with checks, but say nothing of what it does. */
export const KIND_WORDS = words("simple final comprehensive minimal manual quick");
