"""Thirty-five chat templates, written for the tests, with the constructs that models' own have."""

TEMPLATES: dict[str, str] = {}


def add(name: str, text: str) -> None:
    TEMPLATES[name] = text


add(
    "start_and_end",
    r"""{% for message in messages %}{{ '<|start|>' + message['role'] + '\n' + message['content'] + '<|end|>' + '\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|start|>assistant\n' }}{% endif %}""",  # noqa: E501
)
add(
    "system_first",
    r"""{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content'] | trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system_message = '' %}
{%- endif %}
{{- bos_token }}
{%- if system_message != '' %}
    {{- '[SYS]' + system_message + '[/SYS]\n\n' }}
{%- endif %}
{%- for message in messages %}
    {{- '[' ~ message.role | upper ~ '] ' ~ message.content.strip() }}
    {%- if not loop.last %}
        {{- '\n' }}
    {%- endif %}
{%- endfor %}
""",
)
add(
    "alternation",
    r"""{{ bos_token }}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('users and assistants in turn') }}{% endif %}{% if message['role'] == 'user' %}{{ '[Q] ' + message['content'] + ' [/Q]' }}{% elif message['role'] == 'assistant' %}{{ message['content'] + eos_token }}{% else %}{{ raise_exception('no such role') }}{% endif %}{% endfor %}""",  # noqa: E501
)
add(
    "tools_as_json_lines",
    r"""{%- if tools %}
    {{- '<tools>' }}
    {%- for tool in tools %}
        {{- '\n' }}
        {{- tool | tojson }}
    {%- endfor %}
    {{- '\n</tools>\n' }}
{%- endif %}
{%- for m in messages %}
    {{- m.role + ': ' }}
    {%- if m.content is string and m.content %}{{- m.content }}{%- endif %}
    {%- for call in m.tool_calls or [] %}
        {%- if call.function is defined %}{%- set call = call.function %}{%- endif %}
        {{- '\n<call>\n{"name": "' + call.name + '", "arguments": ' }}
        {{- call.arguments | tojson }}
        {{- '}\n</call>' }}
    {%- endfor %}
    {{- '\n' }}
{%- endfor %}
""",
)
add(
    "last_query_index",
    r"""{%- set ns = namespace(multi_step=true, last=messages|length - 1) %}
{%- for message in messages[::-1] %}
    {%- set index = (messages|length - 1) - loop.index0 %}
    {%- if ns.multi_step and message.role == "user" and message.content is string and not(message.content.startswith('<result>') and message.content.endswith('</result>')) %}
        {%- set ns.multi_step = false %}
        {%- set ns.last = index %}
    {%- endif %}
{%- endfor %}
{%- for message in messages %}
    {%- set content = message.content %}
    {%- set thought = '' %}
    {%- if message.reasoning_content is string %}
        {%- set thought = message.reasoning_content %}
    {%- elif '</think>' in content %}
        {%- set thought = content.split('</think>')[0].rstrip('\n').split('<think>')[-1].lstrip('\n') %}
        {%- set content = content.split('</think>')[-1].lstrip('\n') %}
    {%- endif %}
    {%- if message.role == 'assistant' and loop.index0 > ns.last and (loop.last or thought) %}
        {{- '<think>\n' + thought.strip('\n') + '\n</think>\n\n' + content.lstrip('\n') }}
    {%- else %}
        {{- message.role + '|' + content }}
    {%- endif %}
    {{- '\n' }}
{%- endfor %}
""",  # noqa: E501
)
add(
    "results_grouped",
    r"""{%- for message in messages -%}
    {%- if message.role == "tool" -%}
        {%- if loop.first or messages[loop.index0 - 1].role != "tool" -%}{{- '<user>' -}}{%- endif -%}
        {{- '\n<result>\n' + message.content + '\n</result>' -}}
        {%- if loop.last or messages[loop.index0 + 1].role != "tool" -%}{{- '</user>\n' -}}{%- endif -%}
    {%- else -%}
        {{- '<' ~ message.role ~ '>' ~ message.content ~ '</' ~ message.role ~ '>\n' -}}
    {%- endif -%}
{%- endfor -%}
""",  # noqa: E501
)
add(
    "arguments_as_tags",
    r"""{% for m in messages %}
{{ m.role }}: {{ m.content }}
{% for call in m.tool_calls %}
<function={{ call.function.name }}>
{% for key, value in call.function.arguments.items() %}
<parameter={{ key }}>
{{ value if value is string else value | tojson }}
</parameter>
{% endfor %}
</function>
{% endfor %}
{% endfor %}""",
)
add(
    "arguments_by_filter",
    r"""{% for m in messages %}{% for call in m.tool_calls %}{% for key, value in call.function.arguments | items %}{{ key }}={{ value | string }};{% endfor %}{% endfor %}{{ m.content }}
{% endfor %}""",  # noqa: E501
)
add(
    "macro_of_types",
    r"""{%- macro shown(value, depth=0) -%}
    {%- if value is mapping -%}
        {
        {%- for key, item in value | dictsort -%}
            {{- key }}: {{ shown(item, depth + 1) }}{{ ", " if not loop.last else "" }}
        {%- endfor -%}
        }
    {%- elif value is string -%}
        "{{ value }}"
    {%- elif value is iterable -%}
        [{% for item in value %}{{ shown(item, depth=depth + 1) }}{% if not loop.last %}, {% endif %}{% endfor %}]
    {%- elif value is boolean -%}
        {{ 'yes' if value else 'no' }}
    {%- else -%}
        {{ value }}
    {%- endif -%}
{%- endmacro -%}
{%- for tool in tools or [] %}{{ shown(tool.function) }}
{% endfor %}
{%- for m in messages %}{{ m.role }}={{ shown(m.content) }}{% for call in m.tool_calls or [] %}{{ shown(call.function.arguments) }}{% endfor %}
{% endfor %}""",  # noqa: E501
)
add(
    "today",
    r"""{%- if strftime_now is defined %}{%- set date_string = strftime_now("%d %b %Y") %}{%- else %}{%- set date_string = "26 Jul 2024" %}{%- endif %}
{{- 'Today: ' + date_string + ', ' + strftime_now('%A %-d %B, %H:%M') + '\n' }}
{%- for m in messages %}{{- m.role ~ ' ' ~ m.content ~ '\n' }}{%- endfor %}""",  # noqa: E501
)
add(
    "strip_of_characters",
    r"""{% for m in messages %}{{ m.content.strip('. \n') }}|{{ m.content.lstrip('AFWT') }}|{{ m.content.rstrip(')').rstrip() }}
{% endfor %}""",  # noqa: E501
)
add(
    "line_ends_of_windows",
    "{% for m in messages %}\r\n{{ m.role }}:\r\n{% if m.content %}\r\n{{ m.content }}\r\n{% endif %}\r\n{% endfor %}\r\n",  # noqa: E501
)
add(
    "indented_blocks",
    """{% for m in messages %}
    {% if m.role == 'user' %}
        U {{ m.content }}
    {% else %}
      O {{ m.content }}
    {%- endif %}

    {# a comment #}
{% endfor %}
  end
""",
)
add(
    "tools_are_none",
    r"""{{ tools is none }}{{ documents is none }}{{ tools is defined }}{% if tools is not none %}{{ tools | length }}{% endif %}{% for m in messages %}{{ m.content }}{% endfor %}""",  # noqa: E501
)
add(
    "selected_by_role",
    r"""{% set users = messages | selectattr('role', 'equalto', 'user') | list %}{{ users | length }} {{ (messages | rejectattr('role', 'eq', 'system') | first).content }} {{ messages | map(attribute='role') | join(', ') }} {{ (messages | last).content }}{{ messages | selectattr('tool_calls', 'defined') | list | length }}{{ messages | selectattr('tool_calls', 'undefined') | list | length }}""",  # noqa: E501
)
add(
    "parts_or_text",
    r"""{% for m in messages %}{% if m.content is string %}{{ m.content }}{% else %}{% for part in m.content %}{% if part.type == 'text' %}{{ part.text }}{% endif %}{% endfor %}{% endif %}{{ eos_token if m.role == 'assistant' else '' }}{% endfor %}""",  # noqa: E501
)
add(
    "variables_of_rounds",
    r"""{% for m in messages %}{% if m.role == 'user' %}{% set mark = '!' %}{% endif %}{{ m.role }}{{ mark }}{{ mark is defined }}
{% endfor %}""",  # noqa: E501
)
add(
    "defaults",
    r"""{% set name = agent_name | default('agent') %}{{ name }}{{ enable_thinking | default(true) }}{{ (none or 'x') | default('y', true) }}{% for m in messages %}{{ m.get('name', 'nobody') }}{{ m['name'] | default('') }}{{ m.content }}{% endfor %}""",  # noqa: E501
)
add(
    "json_with_options",
    r"""{% for tool in tools or [] %}{{ tool | tojson(indent=2) }}{{ tool.function.parameters | tojson(ensure_ascii=false) }}{{ tool | tojson(separators=(',', ':')) }}{% endfor %}{% for m in messages %}{{ m.content | tojson }}{% endfor %}""",  # noqa: E501
)
add(
    "values_printed",
    r"""{{ [1, 2.5, true, none, 'it\'s', "q\"'"] }}{{ {'a': {'b': [1]}} }}{{ none }}{{ true and 'x' }}{{ missing }}{{ 7 // 2 }}{{ 7 / 2 }}{{ 7 % 3 }}{% for m in messages %}{{ m.content }}{% for c in m.tool_calls or [] %}{{ c.function.arguments }}{% endfor %}{% endfor %}""",  # noqa: E501
)
add(
    "joined_to_an_object",
    r"""{% for m in messages %}{{ m.content }}{% for c in m.tool_calls or [] %}{{ 'call ' + c.function.name + c.function.arguments }}{% endfor %}{% endfor %}""",  # noqa: E501
)
add(
    "generation_marked",
    r"""{% for m in messages %}{% if m.role == 'assistant' %}{% generation %}{{ m.content }}{{ eos_token }}{% endgeneration %}{% else %}{{ m.role }}: {{ m.content }}
{% endif %}{% endfor %}""",  # noqa: E501
)
add(
    "loop_controls",
    r"""{% for m in messages %}{% if m.role == 'tool' %}{% continue %}{% endif %}{% if loop.index > 4 %}{% break %}{% endif %}{{ loop.index }}{{ loop.first }}{{ loop.revindex }}{{ m.content }}{% endfor %}""",  # noqa: E501
)
add(
    "filtered_loop",
    r"""{% for m in messages if m.role != 'system' %}{{ loop.index0 }}/{{ loop.length }} {{ m.content }}{{ '' if loop.last else ' ' }}{% else %}nothing{% endfor %}{% for m in messages if m.role == 'nobody' %}x{% else %}none{% endfor %}""",  # noqa: E501
)
add(
    "ids_of_nine",
    r"""{% for m in messages %}{% if m.tool_call_id is defined %}{% if m.tool_call_id | length != 9 %}{{ raise_exception('Tool call IDs should be alphanumeric strings with length 9!') }}{% endif %}{{ m.tool_call_id }}{% endif %}{{ m.content }}{% endfor %}""",  # noqa: E501
)
add(
    "words_in_texts",
    r"""{% for m in messages %}{% if 'the' in m.content and not 'zebra' in m.content %}t{% endif %}{{ m.content.split(' ')[0] }}{{ m.content.split() | length }}{{ m.content.replace('e', 'E') }}{{ m.content[:5] }}{{ m.content[-3:] }}{{ m.content | length }}{{ m.role.title() }}{{ m.role | capitalize }}{% endfor %}""",  # noqa: E501
)
add(
    "set_block_and_call",
    r"""{% macro wrap(tag) %}<{{ tag }}>{{ caller() }}</{{ tag }}>{% endmacro %}{% set head %}H{{ bos_token }}{% endset %}{{ head }}{% for m in messages %}{% call wrap(m.role) %}{{ m.content }}{% endcall %}{% endfor %}""",  # noqa: E501
)
add(
    "items_named_items",
    r"""{% for m in messages %}{% for c in m.tool_calls or [] %}{% for k, v in c['function']['arguments'].items() %}{{ k }}:{{ v }}{% endfor %}{{ c.function.arguments.keys() | list }}{{ c.function.arguments['items'] is defined }}{% endfor %}{{ m.content }}{% endfor %}""",  # noqa: E501
)
add(
    "what_is_undefined",
    r"""{% for m in messages %}{% if m.tool_calls is defined and m.tool_calls %}{{ m.tool_calls | length }}{% endif %}{% if m.name is not defined %}-{% endif %}{% for x in m.nothing %}x{% endfor %}{{ m.nothing == none }}{{ m.nothing is none }}{{ m.content }}{% endfor %}""",  # noqa: E501
)
add(
    "an_attribute_of_nothing",
    r"""{% for m in messages %}{{ m.content }}{{ m.function.name }}{% endfor %}""",
)
add(
    "results_by_neighbours",
    r"""{%- set ns = namespace(open=false, seen=[], count=0) -%}
{%- for m in messages -%}
  {%- set ns.count = ns.count + 1 -%}
  {%- if m.role not in ns.seen -%}{%- set ns.seen = ns.seen + [m.role] -%}{%- endif -%}
  {%- if m.role == 'tool' and (loop.previtem is not defined or loop.previtem.role != 'tool') -%}
    {{- '<results>' -}}
  {%- endif -%}
  {%- if m.role == 'tool' -%}
    {{- '<r>' ~ m.content ~ '</r>' -}}
    {%- if loop.nextitem is not defined or loop.nextitem.role != 'tool' -%}{{- '</results>\n' -}}{%- endif -%}
  {%- else -%}
    {{- '<' ~ m.role ~ ' n="' ~ loop.index ~ '">' ~ m.content ~ '\n' -}}
  {%- endif -%}
{%- endfor -%}
{{- ns.seen | join('+') ~ '=' ~ ns.count -}}
""",  # noqa: E501
)
add(
    "typescript_of_tools",
    r"""{%- macro type_of(spec, required=[]) -%}
{%- if spec.enum -%}{{ spec.enum | map('tojson') | join(' | ') }}
{%- elif spec.type == 'array' -%}{{ type_of(spec['items'] or {'type': 'any'}) }}[]
{%- elif spec.type in ['integer', 'number'] -%}number
{%- elif spec.type == 'object' and spec.properties -%}
{ {%- for key, value in spec.properties.items() %} {{ key }}{{ '' if key in (spec.required or []) else '?' }}: {{ type_of(value) }}{{ ',' if not loop.last }}{% endfor %} }
{%- elif spec.type is string -%}{{ spec.type }}
{%- else -%}any{%- endif -%}
{%- endmacro -%}
{%- if tools is iterable and tools | length > 0 -%}
namespace functions {
{% for tool in tools %}
{% set f = tool.function %}
// {{ f.description | default('no words', true) | replace('\n', '\n// ') }}
type {{ f.name }} = (_: {{ type_of(f.parameters) }}) => any;
{% endfor %}
}
{% endif -%}
{%- for m in messages %}{{ m.role | title }}: {{ m.content | indent(2) }}
{% endfor %}""",  # noqa: E501
)
add(
    "python_calls",
    r"""{%- for m in messages -%}
{%- if m.tool_calls is defined and m.tool_calls is not none -%}
[{%- for c in m.tool_calls -%}
{%- set args = c.function.arguments -%}
{{ c.function.name }}({%- for k in args -%}{{ k }}={% if args[k] is string %}"{{ args[k] | replace('"', '\\"') }}"{% elif args[k] is boolean or args[k] is none %}{{ args[k] | string | capitalize }}{% elif args[k] is number %}{{ args[k] }}{% else %}{{ args[k] | tojson }}{% endif %}{{ ', ' if not loop.last else '' }}{%- endfor -%}){{ ', ' if not loop.last else '' }}
{%- endfor -%}]
{%- else -%}
{{ m.role }}> {{ m.content | trim }}
{%- endif %}
{% endfor -%}
{%- if add_generation_prompt %}assistant> {% endif -%}""",  # noqa: E501
)
add(
    "tail_kept_by_ranges",
    r"""{%- set total = messages | length -%}
{%- set keep = 3 if total > 3 else total -%}
{%- for i in range(total - keep, total) -%}
{%- set m = messages[i] -%}
{%- if not loop.first %}{{ '\n' + '-' * 4 + '\n' }}{% endif -%}
{{ i }}/{{ total - 1 }} {{ m['role'].upper() }} {{ m.content if m.content is string else m.content | map(attribute='text') | join('') }}
{%- if loop.last and m.role != 'assistant' -%}{{ '\nassistant:' }}{%- endif -%}
{%- endfor -%}
{{ [total, keep, 2] | max }}{{ [total, keep] | sort | first }}{{ (total * 1.5) | int }}{{ total is odd }}{{ messages | map(attribute='role') | unique | list | length }}""",  # noqa: E501
)
add(
    "thought_and_answer_split",
    r"""{%- set ns = namespace(thinking=enable_thinking is not defined or enable_thinking is true, sys='') -%}
{%- for m in messages if m.role in ('system', 'developer') -%}{%- set ns.sys = ns.sys ~ ('\n\n' if ns.sys else '') ~ (m.content or '') -%}{%- endfor -%}
{{- bos_token -}}{%- if ns.sys -%}{{- '<sys>' ~ ns.sys ~ '</sys>' -}}{%- endif -%}
{%- set rest = messages | rejectattr('role', 'in', ['system', 'developer']) | list -%}
{%- for m in rest -%}
{%- if m.role == 'assistant' -%}
  {%- set parts = (m.content or '').split('</think>', 1) -%}
  {%- set thought = m.reasoning_content if m.reasoning_content is string else (parts[0].replace('<think>', '') if parts | length == 2 else '') -%}
  {%- set said = parts[-1].lstrip() -%}
  {{- '<a>' -}}{%- if ns.thinking and thought and loop.revindex0 == 0 -%}{{- '<t>' ~ thought.strip() ~ '</t>' -}}{%- endif -%}{{- said -}}
  {%- for c in m.tool_calls | default([]) -%}{{- '<c id=' ~ c.id ~ '>' ~ c.function.name ~ ' ' ~ (c.function.arguments if c.function.arguments is string else c.function.arguments | tojson(indent=none)) ~ '</c>' -}}{%- endfor -%}
  {{- '</a>' ~ eos_token -}}
{%- elif m.role == 'tool' -%}{{- '<r id=' ~ m.tool_call_id | default('-') ~ '>' ~ m.content | replace("<", "&lt;") ~ '</r>' -}}
{%- else -%}{{- '<u>' ~ m.content ~ '</u>' -}}{%- endif -%}
{%- endfor -%}""",  # noqa: E501
)
assert len(TEMPLATES) == 35
