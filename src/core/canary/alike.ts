/**
 * Words that say about the same, of the same grammar: what a part of a name may become without a reader
 * stumbling. Left out on purpose: what names a type, a statement or a call in the code itself (list, set, key, class).
 */

/** Other words for a part of a name, in lower case; none where no word reads as well. */
export function wordsAlike(part: string): readonly string[] {
  return ALIKE.get(part.toLowerCase()) ?? [];
}

// ---------------------------------------------------------------------------------------------

/** Each group is of words any of which may stand for any other; a word may be in several. */
const GROUPS = `
get fetch obtain | find locate | make build create | makes builds creates | made built created | making building creating
generate produce | generates produces | generated produced | remove delete discard | removes deletes | removed deleted
add attach | adds attaches | added attached | convert transform | converts transforms | converted transformed
conversion transformation | parse interpret | parses interprets | parsed interpreted | write emit | writes emits
handle process | handles processes | handled processed | handling processing | update refresh | updates refreshes
updated refreshed | keep retain preserve | keeps retains preserves | kept retained preserved | save store | saved stored
send dispatch | sends dispatches | sent dispatched | load read | loads reads | show display | shows displays | shown displayed
hide conceal | hidden concealed | merge combine | merges combines | merged combined | merging combining
split divide separate | splits divides | splitted divided | splitting dividing | copy duplicate | copied duplicated
move relocate | moved relocated | replace substitute | replaces substitutes | replaced substituted | replacing substituting
contains includes | contain include | exclude omit | excludes omits | excluded omitted | select choose
selected chosen | selection choice | ignore skip | ignores skips | ignored skipped | ignoring skipping
allow permit | allows permits | allowed permitted | disallow forbid | disallowed forbidden | reject refuse | rejects refuses
rejected refused | accept take | accepts takes | supports accepts | supported accepted | check verify confirm
checks verifies confirms | checked verified confirmed | checking verifying | validate verify | validates verifies
validated verified | validation verification | ensure guarantee | ensures guarantees | compute calculate
computes calculates | computed calculated | computing calculating | computation calculation | estimate approximate
estimated approximated | run execute | runs executes | running executing | call invoke | calls invokes | called invoked
calling invoking | search lookup | resolve determine | resolves determines | resolved determined | detect recognize spot
detects recognizes | detected recognized | detection recognition | infer deduce derive | inferred deduced derived
suggest propose | suggestion proposal | suggestions proposals | prepare arrange | prepared arranged
initialize prepare | initialized prepared | serialize encode | serializes encodes | serialized encoded
deserialize decode | deserializes decodes | deserialized decoded | trim strip | trims strips | trimmed stripped
truncate shorten | truncates shortens | truncated shortened | expand extend | expands extends | expanded extended
reduce shrink | reduces shrinks | normalize standardize | normalizes standardizes | normalized standardized
wrap enclose | wraps encloses | wrapped enclosed | enable activate | enables activates | enabled activated
disable deactivate | disables deactivates | disabled deactivated | reset restore clear | clears resets | cleared emptied
suppress silence | suppresses silences | suppressed silenced | track follow | monitor watch | trigger cause
triggers causes | change modify alter | changes modifies alters | changed modified altered | returns gives
fail break | fails breaks | failed broken | pass succeed | passes succeeds | warns complains | uses employs | using with
repair mend fix | fixes repairs | translated localized | translate localize | translation localization | rename relabel
renamed relabelled | sorted ordered | formatted rendered | formatting rendering | render draw | rendered drawn
matches equals | quoted cited
iterate loop | iterates loops | notify inform | notifies informs | discover find
entry item element | entries items elements | kind type | kinds types | kind sort | start begin | old previous
new fresh | max maximum highest | min minimum lowest | error failure | errors failures | empty blank
invalid bad | valid legal | default fallback | defaults fallbacks | single individual | multiple several many
result outcome | results outcomes | path location | paths locations | option setting | options settings | without lacking
when if | nested embedded inner | missing absent | extra additional | same identical
different distinct | simple basic plain | complex complicated | custom special | original initial | initial starting
first initial | last final | final last | current active | next following | all every | response reply
responses replies | message notice | messages notices | url link | urls links | dict mapping | args arguments
kwargs keywords | params parameters | param parameter | arg argument | info details | config configuration
ref reference | refs references | num number | idx index | tmp temp | temp temporary | dir directory folder
dirs directories folders | attr attribute | attrs attributes | func function | funcs functions | var variable
vars variables | val value | vals values | obj object | objs objects | prev previous | desc description
spec specification | char character | chars characters | len length | msg message | msgs messages | env environment
col column | cols columns | expr expression | exprs expressions | stats statistics | conf config | pos position
place spot | position place | offset shift | offsets shifts | range span | ranges spans | region area zone
regions areas | group bunch | groups bunches | target destination | source origin | sources origins | expected wanted
actual observed | sample example | samples examples | data values | string text | strings texts | numeric numerical
 label caption | labels captions | title caption | deprecated obsolete outdated
legacy old | warning notice | warnings notices | case scenario | cases scenarios | state status
flags switches | order ordering | reversed inverted | limit cap | limits caps | limited capped | threshold cutoff
delay lag | repeated recurring | unique distinct | common shared | external outer | internal inner | main primary
secondary auxiliary | required mandatory | needed required | explicit stated | implicit implied | exact precise
partial incomplete | full complete whole | large big | small tiny | long lengthy | short brief | fast quick
safe secure | safely securely | unsafe insecure | normal regular ordinary | specific particular | generic general
random arbitrary | fixed constant | automatic auto | generator producer | generators producers | reader loader
readers loaders | handler processor | handlers processors | callback hook | callbacks hooks | listener observer
connection link | version release | versions releases | date day | dates days | site place | user account
person individual | people persons | employee worker | employees workers | author writer | authors writers
price cost | prices costs | ratio proportion | factor multiplier | factors multipliers | score rating | scores ratings
distance separation | direction orientation | color colour | colors colours | image picture | images pictures
node vertex | nodes vertices | level tier | levels tiers | layer tier | stage phase step | stages phases steps
task job | tasks jobs | action operation | actions operations | command instruction | commands instructions
condition criterion | conditions criteria | rule policy | rules policies | constraint restriction
constraints restrictions | permission privilege | permissions privileges | id identifier | ids identifiers
separator delimiter | separators delimiters | suffix ending | comment remark | comments remarks | note remark
notes remarks | argument parameter | arguments parameters | plugin addon | plugins addons | feature capability
features capabilities | problem issue | problems issues | bug defect | bugs defects | layout arrangement
circular cyclic | ambiguous unclear | unknown unrecognized | unexpected surprising | unused unneeded
existing present | nonexistent missing | available accessible | unavailable inaccessible
trailing ending | leading opening | middle center | whitespace blanks | newline linebreak | newlines linebreaks
dash hyphen | dashes hyphens | body content | section part portion | sections parts portions | piece part
block chunk | blocks chunks | fragment piece | fragments pieces | relationship relation | relationships relations
related linked | connected linked | through via | within inside | clash conflict collision | clashes conflicts
concurrent parallel | report summary | summary overview | average mean | sum total | bulk mass | batch group
placeholder filler | placeholders fillers | quiet silent | verbose detailed | property attribute | candidate contender
candidates contenders | bounded limited | lazy deferred | eager immediate | frozen fixed | stale outdated | pending waiting
ready prepared | closest nearest | nearest closest | neighbor adjacent | consistent uniform | mixed blended
compatible fitting | child descendant | children descendants
`;

const ALIKE: ReadonlyMap<string, readonly string[]> = readGroups(GROUPS);

function readGroups(text: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const group of text.split(/[|\n]/)) {
    const words = group.trim().split(/\s+/);
    for (const word of words) {
      const others = words.filter((other) => other !== word);
      found.set(word, [...new Set([...(found.get(word) ?? []), ...others])]);
    }
  }
  return found;
}
