// Jinja that configurations from other systems commonly use and the library lacks. Expected results come from Jinja itself.
import { describe, expect, test } from 'vitest'
import type { JsonValue } from '../base/json.ts'
import { TemplateError, checkTemplate, renderTemplate } from './templates.ts'

const variables: Record<string, JsonValue> = {
  price: 12.345,
  none: null,
  text: 'Tom & "Jerry" <b>\'s',
  list: [3, 1, 2],
  orders: [
    { id: 'b', total: 10, by: { name: 'Ada' } },
    { id: 'A', total: 2.5, by: { name: 'Bob' } },
  ],
  query: { 'a b': 'c&d', e: 1 },
  long: 'one two three four five six seven',
}

describe('statements', () => {
  test.each([
    ['{% raw %}{{ price }} {% if %}{# #}{% endraw %}!', '{{ price }} {% if %}{# #}!'],
    ['a {%- raw -%} {{ x }} {%- endraw -%} b', 'a{{ x }}b'],
    ['{% raw %}1{% endraw %}{{ list[0] }}{% raw %}2{% endraw %}', '132'],
    ['{% raw %}{% endraw %}', ''],
    ['{% with a = 1, b = [2, 3] %}{{ a }}{{ b[1] }}{% endwith %}{{ a }}', '13'],
    ['{% with list = "inner" %}{{ list }}{% endwith %}{{ list | length }}', 'inner3'],
    ['{% with a = 1 %}{% with a = a + 1, b = a %}{{ a }}{{ b }}{% endwith %}{{ a }}{% endwith %}', '211'],
    ['{% for x in list %}{% with y = x %}{{ loop.index }}{{ y }} {% endwith %}{% endfor %}', '13 21 32 '],
    ['{% with f = {"a": 1} %}{% set c = 2 %}{{ f.a }}{{ c }}{% endwith %}{{ c }}', '12'],
    ['{% with %}{{ price }}{% endwith %}', '12.345'],
    ['{%- with a = (1, 2) -%} {{ a | length }} {%- endwith -%} ', '2'],
  ])('%s', (template, output) => {
    expect(checkTemplate(template)).toBeNull()
    expect(renderTemplate(template, variables)).toBe(output)
  })

  test.each([
    '{% raw %}',
    '{% raw %}{% raw %}',
    '{% with a = 1 %}',
    '{% with a = %}{% endwith %}',
    '{% endwith %}',
    '{% with',
  ])('is rejected: %s', (template) => {
    expect(checkTemplate(template)).not.toBeNull()
  })
})

describe('filters and tests', () => {
  test.each([
    [
      '{{ price | round }} {{ price | round(2) }} {{ price | round(1, "floor") }} {{ 41 | round(-1) }}',
      '12.0 12.35 12.3 40.0',
    ],
    ['{{ price | round | int }} {{ 1.2 | round(method="ceil") | int }}', '12 2'],
    [
      '{{ long | truncate(9) }}|{{ long | truncate(9, true) }}|{{ long | truncate(9, end="~") }}',
      'one...|one tw...|one two~',
    ],
    ['{{ "short" | truncate(3) }}|{{ "short" | truncate(3, leeway=0) }}', 'short|...'],
    ['{{ "a b/c?d=é+*" | urlencode }} {{ query | urlencode }}', 'a%20b/c%3Fd%3D%C3%A9%2B%2A a+b=c%26d&e=1'],
    ['{{ text | e }} {{ "<" | escape }}', 'Tom &amp; &#34;Jerry&#34; &lt;b&gt;&#39;s &lt;'],
    ['{{ list | sum }} {{ orders | sum(attribute="total") }} {{ [] | sum(start=5) }}', '6 12.5 5'],
    ['{{ list | min }} {{ list | max }} {{ ["b", "A"] | min }} {{ [] | max }}', '1 3 A '],
    ['{{ (orders | min(attribute="total")).id }} {{ (orders | max(attribute="by.name")).id }}', 'A A'],
    ['{{ [1, 0, "", "a"] | select | join(",") }} {{ list | select("odd") | join(",") }}', '1,a 3,1'],
    ['{{ list | reject("odd") | join }} {{ list | select("gt", 1) | join(",") }}', '2 3,2'],
    [
      '{{ "%s has %d of %.1f%% %5s|%-5s|%03d" | format("Ada", 3.7, 2.25, "a", "b", 7) }}',
      'Ada has 3 of 2.3%     a|b    |007',
    ],
    ['{{ long | wordcount }}', '7'],
    ['{% if 9 is divisibleby(3) and 9 is not divisibleby 2 %}yes{% endif %}', 'yes'],
    [
      '{{ none is sameas none }} {{ missing is sameas(false) }} {{ 1 is sameas true }} {{ 1 is eq 1.0 }}',
      'true false false true',
    ],
    ['{{ list[0] is gt list[1] }} {{ "a" is lt "b" }} {{ 1 is not ge(2) }} {{ "1" is le 2 }}', 'true true true false'],
    ['{{ missing | round }}{{ missing | truncate }}{{ missing | e }}{{ missing | sum }}{{ missing | max }}', '0'],
  ])('%s', (template, output) => {
    expect(checkTemplate(template)).toBeNull()
    expect(renderTemplate(template, variables)).toBe(output)
  })

  test.each([
    '{{ "a" | round }}',
    '{{ ["a"] | sum }}',
    '{{ ["a", 1] | max }}',
    '{{ "%d" | format }}',
    '{{ "%d" | format("a") }}',
    '{{ list | select("nonsense") }}',
    '{{ list | select("constructor") }}',
  ])('fails with a message: %s', (template) => {
    expect(() => renderTemplate(template, variables)).toThrow(TemplateError)
  })
})

test.each([
  `${'{% raw %}'.repeat(20_000)}`,
  `{% for a in range(10000) %}${'{% with a = 1 %}x{% endwith %}'.repeat(20)}{% endfor %}`,
  '{% for a in range(10000) %}{{ "%s%s%s%s" | format("x" * 100, "y", "z", a) | urlencode | escape }}{% endfor %}',
  '{% set long = ["x"] * 1000 %}{{ ("%s" * 1000) | format(long | join * 1000) }}',
  '{% for a in range(10000) %}{{ range(10000) | sum }}{{ range(10000) | select("odd") | max }}{% endfor %}',
  `{% with ${Array.from({ length: 5000 }, (_, index) => `a${index} = 1`).join(', ')} %}${'{{ a1 }}'.repeat(10_000)}{% endwith %}`,
])('is fast: %.60s', (template) => {
  const before = process.cpuUsage()
  try {
    renderTemplate(template, {})
  } catch (error) {
    expect(error).toBeInstanceOf(TemplateError)
  }
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(2000)
})
