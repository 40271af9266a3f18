/** @huggingface/jinja as Python's Jinja does it; what it says was taken from jinja2 3.1.6. */
import { describe, expect, test } from "vitest";
import { compileTemplate } from "../../../src/core/template/engine.ts";

const VARIABLES = {
  call: { name: "edit", arguments: { path: "it's", lines: [1, 2.5, true, null], items: "x" } },
  list: ["b", "A"],
  rows: [{ role: "a", f: { name: "x" }, n: 0 }, { role: "b", f: { name: "y" }, n: 1 }, { f: {} }],
  text: "--a b--",
  nothing: null,
};

const render = (source: string, date = "2026-03-04T05:06:07"): string =>
  compileTemplate(source)(VARIABLES, date);

describe("values are written as Python writes them", () => {
  test.each([
    ["{{ none }}|{{ true }}|{{ 2 / 1 }}|{{ missing }}", "None|True|2.0|"],
    ["{{ call.arguments }}", `{'path': "it's", 'lines': [1, 2.5, True, None], 'items': 'x'}`],
    ["{{ 'x' ~ list ~ none ~ missing }}", "x['b', 'A']None"],
    ["{{ call.arguments.lines | string }}", "[1, 2.5, True, None]"],
    ["{{ [1, none, 'a'] | join('-') }}", "1-None-a"],
    ["{{ ('a', 1) }}", "('a', 1)"],
    ["{{ ['\\n', '\\u200b', '\"'] }}", `['\\n', '\\u200b', '"']`],
  ])("%s", (source, text) => expect(render(source)).toBe(text));
});

describe("texts", () => {
  test.each([
    ["{{ 'a\\u2028b\\x85\\n\\nc\\n' | indent(2) }}", "a\n  b\n\n\n  c\n"],
    ["{{ 'a\\nb' | indent(width=3, first=true) }}|{{ '' | indent }}", "   a\n   b|"],
    ["{{ 'a\\n\\nb' | indent('> ', blank=true) }}", "a\n> \n> b"],
    ["{{ text.strip('-') }}|{{ text.lstrip('-a') }}|{{ text.rstrip('-') }}", "a b| b--|--a b"],
    ["{{ text | trim('-') }}|{{ ' a ' | trim }}", "a b|a"],
    ["{{ '\\ufeffa'.strip() | length }}|{{ '\\x1ca'.strip() }}", "2|a"],
    [
      "{{ 'ab' * 2 }}|{{ 'hELLO wOrld' | title }}|{{ 'hELLO' | capitalize }}",
      "abab|Hello World|Hello",
    ],
    ["{% for c in 'ab' %}{{ c }},{% endfor %}", "a,b,"],
    ["a\r\n{% if true %}\r\nb{% endif %}\r\n", "a\nb"],
    ["{% if true %}{{ 'a' }}{% endif %}\rb", "ab"],
  ])("%j", (source, text) => expect(render(source)).toBe(text));
});

describe("what is undefined, equal, in and tested", () => {
  test.each([
    ["{% for x in missing %}x{% else %}none{% endfor %}{{ missing | length }}", "none0"],
    ["{{ missing | items | list }}{{ missing is iterable }}", "[]True"],
    [
      "{{ 1 == '1' }}|{{ [1, {'a': 2}] == [1, {'a': 2}] }}|{{ none == missing }}",
      "False|True|False",
    ],
    ["{{ none in [none] }}|{{ {'a': 1} in [{'a': 1}] }}|{{ 'c' not in list }}", "True|True|True"],
    ["{{ call is iterable }}|{{ true is number }}|{{ call is not iterable }}", "True|True|False"],
    ["{{ [{'a': 1}, {'b': 2}] | selectattr('a', 'undefined') | list }}", "[{'b': 2}]"],
    ["{{ [{'a': 1}, {'b': 2}] | rejectattr('a', 'undefined') | list }}", "[{'a': 1}]"],
    ["{{ call.arguments.items() | list | length }}|{{ call.arguments['items'] }}", "3|x"],
    ["{% for a, b in [('x', 1), ['y', 2]] %}{{ a }}{{ b }}{% endfor %}", "x1y2"],
    ["{{ none | selectattr('a') | list }}{{ missing | map(attribute='a') | list }}", "[][]"],
    ["{{ [3, 1, 2] | min }}{{ [3, 1] | max }}{{ '<' | safe }}", "13<"],
    ["{{ [] | first is defined }}|{{ list | last }}", "False|A"],
  ])("%s", (source, text) => expect(render(source)).toBe(text));
});

test("a round of a loop begins without what the last one set", () => {
  const source =
    "{% for n in [1, 2] %}{% if n == 1 %}{% set x = 'set' %}{% endif %}{{ x }},{% endfor %}";
  expect(render(source)).toBe("set,,");
});

test.each([
  ["{{ 'x' + call }}", "can only concatenate str (not dict) to str"],
  ["{{ 'x' + 1 }}", "can only concatenate str (not integer) to str"],
  ["{{ 'x' | safe + '<' }}", "text marked safe is joined by +, which escapes the other text"],
  ["{{ missing.a }}", "an attribute of what is undefined"],
  ["{{ missing | tojson }}", "Object of type Undefined is not JSON serializable"],
  ["{{ range(1000000) }}", "range(): over 100000 numbers"],
  ["{{ strftime_now('%Q') }}", 'strftime_now: "%Q" is not known'],
])("%s is a fault", (source, message) => expect(() => render(source)).toThrow(message));

test.each([
  ["2026-03-04T05:06:07", "%d %b %Y|%-d %B|%A %a|%H:%M:%S|%j %y %I %p|%F %T|100%%"],
  ["2024-12-29T13:00:00", "%d %b %Y|%-d %B|%A %a|%H:%M:%S|%j %y %I %p|%F %T|100%%"],
])("strftime_now says the build's date: %s", (date, format) => {
  const told: Record<string, string> = {
    "2026-03-04T05:06:07":
      "04 Mar 2026|4 March|Wednesday Wed|05:06:07|063 26 05 AM|2026-03-04 05:06:07|100%",
    "2024-12-29T13:00:00":
      "29 Dec 2024|29 December|Sunday Sun|13:00:00|364 24 01 PM|2024-12-29 13:00:00|100%",
  };
  expect(render(`{{ strftime_now('${format}') }}`, date)).toBe(told[date]);
});

describe("items by a test of an attribute", () => {
  test.each([
    ["selectattr('role', 'in', ['a', 'c'])", "1"],
    ["rejectattr('role', 'in', ['a', 'c'])", "2"],
    ["selectattr('f.name', 'equalto', 'y')", "1"],
    ["selectattr('n')", "1"],
    ["selectattr('role', 'ne', 'a')", "2"],
    ["selectattr('role', 'string')", "2"],
    ["rejectattr('role', 'defined')", "1"],
    ["selectattr('role', 'undefined')", "1"],
    ["selectattr('n', '==', 1)", "1"],
    ["selectattr('f', 'mapping')", "3"],
    ["rejectattr('n', 'none')", "3"],
  ])("rows | %s has %s", (filter, count) => {
    expect(render(`{{ rows | ${filter} | list | length }}`)).toBe(count);
  });

  test("an attribute of what a row lacks is refused, as Python refuses it", () => {
    expect(() => render("{{ rows | selectattr('no.name', 'defined') | list }}")).toThrow(
      "an attribute of what is undefined",
    );
  });
});
