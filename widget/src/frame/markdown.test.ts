import type { VNode } from 'preact'
import { expect, test } from 'vitest'
import type { Cited } from '../course/view.ts'
import { en } from '../texts/en.ts'
import { createSay } from '../texts/texts.ts'
import { Sources } from './markdown.tsx'

test('a source has its number and name; it is a link only where its address is one of the web', () => {
  const cited = [
    { number: 1, source_name: 'Delivery', url: 'https://shop.example.com/delivery' },
    { number: 2, source_name: 'handbook.pdf', url: null },
    { number: 3, source_name: 'Evil', url: 'javascript:alert(1)' },
  ] as Cited[]
  const list = Sources({ cited, say: createSay('en', en) }) as VNode<{ children: VNode<{ children: unknown[] }>[] }>
  const drawn = list.props.children.map(({ props }) => {
    const [, number, , name] = props.children as [string, number, string, VNode<{ href?: string; children: string }>]
    return [number, name.props.children, name.type === 'bdi' ? null : name.props.href]
  })
  expect(drawn).toEqual([
    [1, 'Delivery', 'https://shop.example.com/delivery'],
    [2, 'handbook.pdf', null],
    [3, 'Evil', null],
  ])
})
